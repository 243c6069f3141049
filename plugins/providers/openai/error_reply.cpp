#include "error_reply.hpp"

namespace troupe::openai {
namespace {

using namespace providers;

// FastAPI, below vLLM and others: a text, or a list of {"loc", "msg"}.
std::string_view detailOf(const Json& json) {
  const auto* detail = member(json, "detail");
  if (detail != nullptr && detail->IsArray() && !detail->Empty()) return textOr(member((*detail)[0], "msg"));
  return textOr(detail);
}

int statusIn(const Json* code) {
  if (code == nullptr) return 0;
  const int number = code->IsInt() ? code->GetInt() : 0;
  return number >= 400 && number < 600 ? number : 0;
}

}  // namespace

ErrorReply readErrorReply(const Json& json) {
  ErrorReply reply;
  const auto* inner = member(json, "error");
  if (inner != nullptr && inner->IsString()) {
    reply.message = textOr(inner);
    return reply;
  }
  const auto& error = inner != nullptr && inner->IsObject() ? *inner : json;
  const auto* code = member(error, "code");
  reply.message = textOr(member(error, "message"));
  if (reply.message.empty()) reply.message = detailOf(error);
  reply.type = textOr(member(error, "type"));
  reply.code = textOr(code);
  reply.status = statusIn(code);
  const auto* metadata = member(error, "metadata");
  reply.flagged = member(metadata, "flagged_input") != nullptr || member(metadata, "reasons") != nullptr;
  return reply;
}

}  // namespace troupe::openai
