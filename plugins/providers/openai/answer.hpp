#pragma once

#include <string>
#include <string_view>

#include "support/answer.hpp"

namespace troupe::openai {

using providers::Answer;
using providers::Json;

/// Whether a message, or the delta of one, calls a tool. Some servers send an empty list with every message.
bool callsTool(const Json& message);

/// Reads a "usage" object, which may be null.
providers::Usage readUsage(const Json* json);

/// Reads a `chat.completion`. Throws troupe::Error: `malformed` with the place, or what an error object says that came
/// under a good status.
Answer readAnswer(std::string_view body);

/// The candidate (JSON) that an answer makes; see providers::candidateOf.
std::string candidateOf(const Answer& answer, std::string_view asked_model);

}  // namespace troupe::openai
