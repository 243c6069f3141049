#include "errors.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "support/error_reply.hpp"
#include "support/retry_after.hpp"
#include "support/shown_text.hpp"

namespace troupe::gemini {
namespace {

using namespace providers;

constexpr std::array<std::pair<std::string_view, int>, 10> kImplied = {{{"INVALID_ARGUMENT", 400},
                                                                        {"FAILED_PRECONDITION", 400},
                                                                        {"UNAUTHENTICATED", 401},
                                                                        {"PERMISSION_DENIED", 403},
                                                                        {"NOT_FOUND", 404},
                                                                        {"RESOURCE_EXHAUSTED", 429},
                                                                        {"CANCELLED", 499},
                                                                        {"INTERNAL", 500},
                                                                        {"UNAVAILABLE", 503},
                                                                        {"DEADLINE_EXCEEDED", 504}}};

/// An error with what its details say.
struct GoogleError : ErrorReply {
  std::string reason;  ///< of google.rpc.ErrorInfo
  std::int64_t wait_ms = -1;
  bool quota_gone = false;
};

bool contains(std::string_view text, std::string_view word) { return text.find(word) != std::string_view::npos; }

void readQuota(const Json& detail, GoogleError& error) {
  const auto* violations = member(detail, "violations");
  if (violations == nullptr || !violations->IsArray()) return;
  for (const auto& violation : violations->GetArray()) {
    // A retryDelay of seconds comes also when the day's quota is gone.
    const bool daily = contains(textOr(member(violation, "quotaId")), "PerDay");
    const bool none = textOr(member(violation, "quotaValue")) == "0";
    error.quota_gone = error.quota_gone || daily || none;
  }
}

GoogleError readError(const Json& json) {
  GoogleError error;
  const auto* inner = member(json, "error");
  error.message = textOr(inner != nullptr && inner->IsString() ? inner : member(inner, "message"));
  error.type = textOr(member(inner, "status"));
  const auto* code = member(inner, "code");
  error.status = code != nullptr && code->IsInt() && code->GetInt() >= 400 && code->GetInt() < 600 ? code->GetInt() : 0;
  const auto* details = member(inner, "details");
  if (details == nullptr || !details->IsArray()) return error;
  for (const auto& detail : details->GetArray()) {
    const auto reason = textOr(member(detail, "reason"));
    if (!reason.empty()) error.reason = reason;
    if (const auto delay = durationMs(textOr(member(detail, "retryDelay")))) error.wait_ms = *delay;
    readQuota(detail, error);
  }
  return error;
}

// Money, and a plan that does not have this model at all, come under 429 too.
bool isSpent(const GoogleError& error) {
  static constexpr std::array<std::string_view, 4> kSpent = {"spending cap", "spend cap", "credits are depleted",
                                                             "limit: 0,"};
  return error.quota_gone || std::any_of(kSpent.begin(), kSpent.end(),
                                         [&](std::string_view words) { return contains(error.message, words); });
}

int errorClass(int status, const GoogleError& error) {
  // A key that is wrong or has expired is an invalid argument, and a plan that is missing a precondition.
  if (error.reason.rfind("API_KEY_", 0) == 0 || error.type == "FAILED_PRECONDITION") return TROUPE_E_AUTH;
  if (status == 429 && isSpent(error)) return TROUPE_E_QUOTA_GONE;
  return classOfStatus(status);
}

// "Please retry in 20.04466179s."
std::int64_t waitOf(int error_class, const GoogleError& error) {
  static constexpr std::string_view kWords = "retry in ";
  if (error_class == TROUPE_E_QUOTA_GONE) return -1;  // What is said then is not when the quota comes back.
  const auto at = error.message.find(kWords);
  if (error.wait_ms >= 0 || at == std::string::npos) return error.wait_ms;
  return durationMs(std::string_view(error.message).substr(at + kWords.size())).value_or(-1);
}

}  // namespace

Error errorOf(const HttpResponse& answer, std::int64_t now_ms) {
  rapidjson::Document json;
  const auto error = parseErrorBody(json, answer.body) ? readError(json) : GoogleError();
  const int code = errorClass(answer.status, error);
  return answeredError(answer, error, code,
                       commonHint(answer, error, "It is mostly https://generativelanguage.googleapis.com"), now_ms,
                       waitOf(code, error));
}

void throwIfError(const Json& json) {
  const auto* inner = member(json, "error");
  if (inner == nullptr || (!inner->IsObject() && textOr(inner).empty())) return;
  const auto error = readError(json);
  const int by_word = statusOf(error.type, kImplied);
  const int status = error.status != 0 ? error.status : by_word != 0 ? by_word : 500;
  const int code = errorClass(status, error);
  throw Error(code, "answered with an error, " + described(status, error, shownText(error.message)),
              waitOf(code, error));
}

}  // namespace troupe::gemini
