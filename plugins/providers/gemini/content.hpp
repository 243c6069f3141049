#pragma once

#include <string>
#include <string_view>

#include "support/answer.hpp"

namespace troupe::gemini {

using providers::Answer;
using providers::Json;

/// Adds what a GenerateContentResponse says, whole or a piece of a stream, to an answer. Nothing in it must be there:
/// a prompt that is blocked has no candidates, and a candidate may have no parts. Throws troupe::Error: `malformed`
/// with the place, or what an error object says that came under a good status.
void addResponse(const Json& json, Answer& answer);

/// Reads a whole one.
Answer readAnswer(std::string_view body);

/// The candidate (JSON) that an answer makes; see providers::candidateOf.
std::string candidateOf(const Answer& answer, std::string_view asked_model);

}  // namespace troupe::gemini
