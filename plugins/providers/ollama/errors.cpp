#include "errors.hpp"

#include <string>

#include "support/error_reply.hpp"
#include "support/shown_text.hpp"

namespace troupe::ollama {
namespace {

using namespace providers;

ErrorReply readErrorReply(const Json& json) {
  ErrorReply reply;
  const auto* error = member(json, "error");
  // A text; an object from what stands before the server or in its place.
  reply.message = textOr(error != nullptr && error->IsObject() ? member(*error, "message") : error);
  return reply;
}

// Ollama's own cloud: "you've reached your hourly usage limit, please upgrade to continue".
int errorClass(int status, const ErrorReply& reply) {
  if (status == 429 && reply.message.find("usage limit") != std::string::npos) return TROUPE_E_QUOTA_GONE;
  return classOfStatus(status);
}

std::string hint(const HttpResponse& answer, const ErrorReply& reply) {
  if (answer.status == 404 && !reply.message.empty()) return R"(; is "model" pulled? See `ollama list`)";
  return commonHint(answer, reply, "It mostly ends in the port, 11434");
}

}  // namespace

Error errorOf(const HttpResponse& answer, std::int64_t now_ms) {
  rapidjson::Document json;
  const auto reply = parseErrorBody(json, answer.body) ? readErrorReply(json) : ErrorReply();
  return answeredError(answer, reply, errorClass(answer.status, reply), hint(answer, reply), now_ms, -1);
}

void throwIfError(const Json& json) {
  const auto* error = member(json, "error");
  if (error == nullptr || (!error->IsObject() && textOr(error).empty())) return;
  constexpr int kNone = 500;  // The server tells no status here.
  const auto reply = readErrorReply(json);
  throw Error(errorClass(kNone, reply), "answered with an error, " + described(kNone, reply, shownText(reply.message)));
}

}  // namespace troupe::ollama
