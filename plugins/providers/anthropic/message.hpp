#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "support/answer.hpp"

namespace troupe::anthropic {

using providers::Answer;
using providers::Json;

/// What a message used so far, in the service's own parts. A stream tells each as its total, and only what changed.
struct MessageUsage {
  std::optional<std::int64_t> input, cache_creation, cache_read, output, thinking;

  /// Reads a "usage" object, which may be null; what it does not tell stays.
  void update(const Json* json);
  /// The service counts what it read from a cache, or put into one, beside the input: here they are parts of it.
  providers::Usage total() const;
};

/// Reads a "message". Throws troupe::Error: `malformed` with the place, or what an error object says that came under a
/// good status.
Answer readAnswer(std::string_view body);

/// Takes what `json`, a message or the delta of one, says of its end; `pointer` is its place.
void readStop(const Json& json, const std::string& pointer, Answer& answer);

/// The candidate (JSON) that an answer makes; see providers::candidateOf.
std::string candidateOf(const Answer& answer, std::string_view asked_model);

}  // namespace troupe::anthropic
