#include "support/rate_headers.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string>

#include "support/retry_after.hpp"
#include "support/settings.hpp"

namespace troupe::providers {
namespace {

struct Kind {
  const char* header;  // In the names of headers.
  const char* name;    // In TROUPE_RATE.
};

constexpr std::array<Kind, 6> kOpenAi = {{{"requests", "requests"},
                                          {"tokens", "tokens"},
                                          {"requests-minute", "requests"},
                                          {"tokens-minute", "tokens"},
                                          {"requests-day", "requests_day"},
                                          {"tokens-day", "tokens_day"}}};
constexpr std::array<Kind, 4> kAnthropic = {{{"requests", "requests"},
                                             {"tokens", "tokens"},
                                             {"input-tokens", "input_tokens"},
                                             {"output-tokens", "output_tokens"}}};

std::int64_t count(std::string_view text) {
  std::int64_t number = -1;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  return fault == std::errc() && end == text.data() + text.size() && number >= 0 ? number : -1;
}

// "6m0s", a number of seconds, or a time.
std::int64_t untilMs(std::string_view text, std::int64_t now_ms) {
  if (const auto ms = durationMs(text)) return *ms;
  if (const auto ms = secondsMs(text)) return *ms;
  if (const auto at = rfc3339Ms(text)) return std::max<std::int64_t>(0, *at - now_ms);
  return -1;
}

void add(std::vector<RateLimit>& limits, RateLimit limit) {
  if (limit.limit < 0 && limit.remaining < 0 && limit.reset_ms < 0) return;
  const auto known =
      std::any_of(limits.begin(), limits.end(), [&](const RateLimit& one) { return one.name == limit.name; });
  if (!known) limits.push_back(std::move(limit));
}

}  // namespace

std::vector<RateLimit> rateLimits(const HttpResponse& answer, std::string_view url, std::int64_t now_ms) {
  std::vector<RateLimit> limits;
  const bool groq = leadsTo(url, "api.groq.com");
  for (const auto& kind : kOpenAi) {
    const auto header = [&](const char* what) {
      return answer.header("x-ratelimit-" + std::string(what) + "-" + kind.header);
    };
    const std::string name = groq && std::string_view(kind.header) == "requests" ? "requests_day" : kind.name;
    add(limits, {name, count(header("limit")), count(header("remaining")), untilMs(header("reset"), now_ms)});
  }
  for (const auto& kind : kAnthropic) {
    const auto header = [&](const char* what) {
      return answer.header("anthropic-ratelimit-" + std::string(kind.header) + "-" + what);
    };
    add(limits, {kind.name, count(header("limit")), count(header("remaining")), untilMs(header("reset"), now_ms)});
  }
  return limits;
}

}  // namespace troupe::providers
