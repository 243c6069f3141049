#include "errors.hpp"

#include <string>

#include "error_class.hpp"
#include "support/retry_after.hpp"
#include "support/shown_text.hpp"

namespace troupe::openai {
namespace {

using namespace providers;

// What the user can do about it, where the answer does not say so.
std::string hint(const HttpResponse& answer, const ErrorReply& reply) {
  if (answer.status == 400 && reply.code == "unsupported_parameter" &&
      reply.message.find("max_tokens") != std::string::npos)
    return R"(; see "max_tokens_field")";
  return commonHint(answer, reply, "It mostly ends in /v1");
}

// "Please try again in 5.289s": where the header is missing.
std::int64_t waitInMessage(const std::string& message) {
  static constexpr std::string_view kWords = "try again in ";
  const auto at = message.find(kWords);
  if (at == std::string::npos) return -1;
  return durationMs(std::string_view(message).substr(at + kWords.size())).value_or(-1);
}

}  // namespace

Error errorOf(const HttpResponse& answer, std::int64_t now_ms) {
  rapidjson::Document json;
  const auto reply = parseErrorBody(json, answer.body) ? readErrorReply(json) : ErrorReply();
  return answeredError(answer, reply, errorClass(answer.status, reply), hint(answer, reply), now_ms,
                       waitInMessage(reply.message));
}

void throwIfError(const Json& json) {
  const auto* error = member(json, "error");
  const bool has_error = error != nullptr && (error->IsObject() || !textOr(error).empty());
  const bool is_error = textOr(member(json, "object")) == "error";  // As older servers of vLLM send it.
  if (!has_error && !is_error) return;
  const auto reply = readErrorReply(json);
  const int status = impliedStatus(reply);
  throw Error(errorClass(status, reply),
              "answered with an error, " + described(status, reply, shownText(reply.message)),
              waitInMessage(reply.message));
}

}  // namespace troupe::openai
