#pragma once

#include <cstdint>

#include <troupe/http.hpp>

#include "support/json_reader.hpp"

namespace troupe::ollama {

/// The error that an answer with a bad status is: the class, what the server says, how long to wait. `now_ms` is the
/// time, for a Retry-After that is a date.
Error errorOf(const HttpResponse& answer, std::int64_t now_ms);

/// Throws the error that stands in an answer of a good status, or in a stream. Returns when there is none.
void throwIfError(const providers::Json& json);

}  // namespace troupe::ollama
