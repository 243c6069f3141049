#pragma once

#include "support/error_reply.hpp"

namespace troupe::openai {

using providers::ErrorReply;

/// Reads the object around an error, in whatever shape: {"error": {"message", "type", "code"}} as OpenAI has it, with a
/// number as code (llama.cpp, OpenRouter), {"error": "text"} (Ollama), the bare object (older vLLM) or {"detail"}.
ErrorReply readErrorReply(const providers::Json& json);

}  // namespace troupe::openai
