#pragma once

#include <string>
#include <string_view>

#include "usage.hpp"

namespace troupe::openai {

/// What a model said, whether it came whole or in chunks.
struct Answer {
  std::string text;
  std::string refusal;
  std::string finish;  ///< finish_reason as the server wrote it; empty: none
  std::string model;   ///< that answered; empty: not said
  bool tool_calls = false;
  Usage usage;
};

/// Whether a message, or the delta of one, calls a tool. Some servers send an empty list with every message.
bool callsTool(const Json& message);

/// Reads a `chat.completion`. Throws troupe::Error: `malformed` with the place, or what an error object says that came
/// under a good status.
Answer readAnswer(std::string_view body);

/// The candidate (JSON) that an answer makes. Throws troupe::Error when it makes none: `content` for a refusal or an
/// empty text, `truncated` when the limit left no text, `transient` when the server broke off.
std::string candidateOf(const Answer& answer, std::string_view asked_model);

}  // namespace troupe::openai
