#pragma once

#include <cstdint>

#include <troupe/http.hpp>

#include "settings.hpp"

namespace troupe::openai {

/// The request for a prompt (troupe:prompt/1). A pure function: a repeated call sends the same to the byte.
HttpRequest requestFor(const Settings& settings, const Object& prompt, std::int64_t seed);

}  // namespace troupe::openai
