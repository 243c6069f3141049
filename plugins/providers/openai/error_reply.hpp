#pragma once

#include <string>

#include "json_reader.hpp"

namespace troupe::openai {

/// What a server says of an error, in whatever shape: {"error": {"message", "type", "code"}} as OpenAI has it, with a
/// number as code (llama.cpp, OpenRouter), {"error": "text"} (Ollama), the bare object (older vLLM) or {"detail"}.
struct ErrorReply {
  std::string message;
  std::string type;
  std::string code;      ///< as a word
  int status = 0;        ///< code, where it is an HTTP status
  bool flagged = false;  ///< OpenRouter's moderation
};

/// Reads the object around the error.
ErrorReply readErrorReply(const Json& json);

}  // namespace troupe::openai
