#include "error_class.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

namespace troupe::openai {
namespace {

using namespace providers;

template <std::size_t N>
bool isOneOf(const std::string& word, const std::array<std::string_view, N>& words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

constexpr std::array<std::string_view, 5> kQuotaGone = {
    "insufficient_quota", "credit_balance_exhausted", "organization_spend_limit_exceeded",
    "project_spend_limit_exceeded", "organization_usage_limit_exceeded"};

// A prompt that a filter refuses comes as 400 or 403. As `auth` it would disable the node for one bad prompt.
constexpr std::array<std::string_view, 2> kContent = {"content_filter", "content_policy_violation"};

constexpr std::array<std::pair<std::string_view, int>, 16> kImplied = {{{"rate_limit_exceeded", 429},
                                                                        {"rate_limit_error", 429},
                                                                        {"requests", 429},
                                                                        {"tokens", 429},
                                                                        {"invalid_request_error", 400},
                                                                        {"exceed_context_size_error", 400},
                                                                        {"context_length_exceeded", 400},
                                                                        {"invalid_api_key", 401},
                                                                        {"authentication_error", 401},
                                                                        {"permission_error", 403},
                                                                        {"model_not_found", 404},
                                                                        {"not_found_error", 404},
                                                                        {"not_supported_error", 501},
                                                                        {"overloaded_error", 503},
                                                                        {"unavailable_error", 503},
                                                                        {"timeout", 504}}};

// A limit that does not come back within minutes: Groq's and OpenAI's RPD and TPD, OpenRouter's "per-day".
bool isDaily(const std::string& message) {
  static constexpr std::array<std::string_view, 4> kDaily = {"per day", "per-day", "(RPD)", "(TPD)"};
  return std::any_of(kDaily.begin(), kDaily.end(),
                     [&](std::string_view words) { return message.find(words) != std::string::npos; });
}

}  // namespace

int errorClass(int status, const ErrorReply& reply) {
  if (reply.flagged || isOneOf(reply.code, kContent)) return TROUPE_E_CONTENT;
  if (isOneOf(reply.code, kQuotaGone) || isOneOf(reply.type, kQuotaGone)) return TROUPE_E_QUOTA_GONE;
  if (status == 429 && isDaily(reply.message)) return TROUPE_E_QUOTA_GONE;
  return classOfStatus(status);
}

int impliedStatus(const ErrorReply& reply) {
  if (reply.status != 0) return reply.status;
  if (const int status = statusOf(reply.code, kImplied); status != 0) return status;
  if (const int status = statusOf(reply.type, kImplied); status != 0) return status;
  return 500;
}

}  // namespace troupe::openai
