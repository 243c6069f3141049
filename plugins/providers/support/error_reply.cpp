#include "support/error_reply.hpp"

#include "support/retry_after.hpp"
#include "support/shown_text.hpp"

namespace troupe::providers {
namespace {

std::string wordsOf(const HttpResponse& answer, const ErrorReply& reply) {
  if (!reply.message.empty()) return shownText(reply.message);
  if (answer.status / 100 == 3) return shownText(answer.header("location"));
  if (isHtml(answer.body)) return "a page instead of JSON: " + shownText(htmlWords(answer.body));
  return shownText(answer.body);
}

}  // namespace

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

bool parseErrorBody(rapidjson::Document& json, const std::string& body) {
  json.Parse<rapidjson::kParseIterativeFlag>(body.data(), body.size());
  if (json.HasParseError()) return false;
  if (json.IsArray() && !json.Empty()) {
    Json first = std::move(json[0]);
    static_cast<Json&>(json) = std::move(first);
  }
  return json.IsObject();
}

std::string described(int status, const ErrorReply& reply, const std::string& words) {
  return std::to_string(status) + (reply.word().empty() ? "" : " (" + shownText(reply.word()) + ")") +
         (words.empty() ? "" : ": " + words);
}

Error answeredError(const HttpResponse& answer, const ErrorReply& reply, int error_class, const std::string& hint,
                    std::int64_t now_ms, std::int64_t wait_ms) {
  return Error(withShouldRetry(error_class, answer.header("x-should-retry")),
               "answered " + described(answer.status, reply, wordsOf(answer, reply)) + hint,
               retryAfterMs(answer, now_ms).value_or(wait_ms));
}

std::string commonHint(const HttpResponse& answer, const ErrorReply& reply, const char* path) {
  if (answer.status / 100 == 3) return "; redirects are not followed: set base_url to where it leads";
  if (answer.status == 404 && reply.message.empty()) return std::string(R"(; is "base_url" right? )") + path;
  if (answer.status == 404) return R"(; is there such a model? See "model")";
  return {};
}

}  // namespace troupe::providers
