#include "error_class.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

namespace troupe::openai {
namespace {

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

int impliedBy(const std::string& word) {
  const auto* const found =
      std::find_if(kImplied.begin(), kImplied.end(), [&](const auto& entry) { return entry.first == word; });
  return found == kImplied.end() ? 0 : found->second;
}

// A limit that does not come back within minutes: Groq's and OpenAI's RPD and TPD, OpenRouter's "per-day".
bool isDaily(const std::string& message) {
  static constexpr std::array<std::string_view, 4> kDaily = {"per day", "per-day", "(RPD)", "(TPD)"};
  return std::any_of(kDaily.begin(), kDaily.end(),
                     [&](std::string_view words) { return message.find(words) != std::string::npos; });
}

int classOfStatus(int status) {
  switch (status) {
    case 401:
    case 403:
      return TROUPE_E_AUTH;
    case 402:
      return TROUPE_E_QUOTA_GONE;
    case 408:
    case 409:
    case 499:  // Groq: the request was cancelled, and not by us.
      return TROUPE_E_TRANSIENT;
    case 429:
      return TROUPE_E_RATE_LIMITED;
    case 498:  // Groq: no capacity in the flex tier.
    case 503:
    case 529:
      return TROUPE_E_OVERLOADED;
    case 501:
      return TROUPE_E_UNSUPPORTED;
    default:
      return status >= 500 ? TROUPE_E_TRANSIENT : TROUPE_E_PERMANENT_REQUEST;
  }
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
  if (const int status = impliedBy(reply.code); status != 0) return status;
  if (const int status = impliedBy(reply.type); status != 0) return status;
  return 500;
}

int withShouldRetry(int error_class, std::string_view should_retry) {
  switch (error_class) {
    case TROUPE_E_RATE_LIMITED:
    case TROUPE_E_OVERLOADED:
    case TROUPE_E_TRANSIENT:
      return should_retry == "false" ? TROUPE_E_PERMANENT_REQUEST : error_class;
    case TROUPE_E_PERMANENT_REQUEST:
    case TROUPE_E_AUTH:
    case TROUPE_E_UNSUPPORTED:
      return should_retry == "true" ? TROUPE_E_TRANSIENT : error_class;
    default:
      return error_class;  // A quota that is gone and a refusal stay what they are.
  }
}

}  // namespace troupe::openai
