#include "errors.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "support/error_reply.hpp"
#include "support/retry_after.hpp"
#include "support/shown_text.hpp"

namespace troupe::anthropic {
namespace {

using namespace providers;

constexpr std::array<std::pair<std::string_view, int>, 11> kImplied = {{{"invalid_request_error", 400},
                                                                        {"authentication_error", 401},
                                                                        {"billing_error", 402},
                                                                        {"permission_error", 403},
                                                                        {"not_found_error", 404},
                                                                        {"conflict_error", 409},
                                                                        {"request_too_large", 413},
                                                                        {"rate_limit_error", 429},
                                                                        {"api_error", 500},
                                                                        {"timeout_error", 504},
                                                                        {"overloaded_error", 529}}};

template <std::size_t N>
bool containsOneOf(std::string_view text, const std::array<std::string_view, N>& words) {
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return text.find(word) != std::string_view::npos; });
}

ErrorReply readErrorReply(const Json& json) {
  ErrorReply reply;
  const auto* error = member(json, "error");
  reply.message = textOr(error != nullptr && error->IsString() ? error : member(error, "message"));
  reply.type = textOr(member(error, "type"));
  reply.status = statusOf(reply.type, kImplied);
  return reply;
}

// What is paid for is used up: these come as 400, and as 429 without a time to wait.
bool isSpent(const ErrorReply& reply) {
  static constexpr std::array<std::string_view, 5> kSpent = {"credit balance is too low", "specified API usage limits",
                                                             "workspace API usage limits", "spend limit", "spend cap"};
  return reply.type == "billing_error" || containsOneOf(reply.message, kSpent);
}

int errorClass(int status, const ErrorReply& reply) {
  if (isSpent(reply)) return TROUPE_E_QUOTA_GONE;
  if (reply.message.find("content filtering policy") != std::string::npos) return TROUPE_E_CONTENT;
  if (reply.type == "overloaded_error") return TROUPE_E_OVERLOADED;
  return classOfStatus(status);
}

// "You will regain access on 2025-11-01 at 00:00 UTC."
std::int64_t waitInMessage(const std::string& message, std::int64_t now_ms) {
  static constexpr std::string_view kWords = "regain access on ";
  const auto at = message.find(kWords);
  if (at == std::string::npos) return -1;
  const auto when = message.substr(at + kWords.size(), 19);  // "2025-11-01 at 00:00"
  if (when.size() < 19 || when.substr(10, 4) != " at ") return -1;
  const auto ms = rfc3339Ms(when.substr(0, 10) + "T" + when.substr(14) + ":00Z");
  return ms ? std::max<std::int64_t>(0, *ms - now_ms) : -1;
}

std::string requestId(std::string_view id) { return id.empty() ? "" : " [" + shownText(id.substr(0, 64)) + "]"; }

}  // namespace

Error errorOf(const HttpResponse& answer, std::int64_t now_ms) {
  rapidjson::Document json;
  const bool read = parseErrorBody(json, answer.body);
  const auto reply = read ? readErrorReply(json) : ErrorReply();
  auto id = answer.header("request-id");
  if (id.empty() && read) id = textOr(member(json, "request_id"));
  return answeredError(answer, reply, errorClass(answer.status, reply),
                       requestId(id) + commonHint(answer, reply, "It is mostly https://api.anthropic.com"), now_ms,
                       waitInMessage(reply.message, now_ms));
}

void throwIfError(const Json& json) {
  const auto* error = member(json, "error");
  if (textOr(member(json, "type")) != "error" && (error == nullptr || !error->IsObject())) return;
  const auto reply = readErrorReply(json);
  const int status = reply.status == 0 ? 500 : reply.status;
  throw Error(errorClass(status, reply), "answered with an error, " +
                                             described(status, reply, shownText(reply.message)) +
                                             requestId(textOr(member(json, "request_id"))));
}

}  // namespace troupe::anthropic
