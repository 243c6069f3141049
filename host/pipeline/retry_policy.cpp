#include "pipeline/retry_policy.hpp"

#include <troupe/troupe.h>

#include <algorithm>

namespace troupe::pipeline {

std::optional<std::chrono::milliseconds> RetryPolicy::next(const FailureInfo& failure, std::uint64_t random) {
  constexpr int kIdentical = 3;
  constexpr std::chrono::milliseconds kLongestHold = std::chrono::minutes(2);  // As the OpenAI SDK.
  ++attempts_;
  identical_ = failure.code == last_code_ && failure.message == last_message_ ? identical_ + 1 : 1;
  last_code_ = failure.code;
  last_message_ = failure.message;

  int allowed = 0;
  switch (failure.code) {
    case TROUPE_E_RATE_LIMITED:
    case TROUPE_E_OVERLOADED:
    case TROUPE_E_TRANSIENT:
      allowed = retries_;
      break;
    case TROUPE_E_TRUNCATED:
    case TROUPE_E_MALFORMED:
      allowed = std::min(retries_, 1);
      break;
    case TROUPE_E_QUOTA_GONE:
      if (gated_ && failure.retry_after_ms >= 0) allowed = retries_;
      break;
    default:
      break;
  }
  // A service that is busy says the same every time and yet answers in the end.
  const bool busy = failure.code == TROUPE_E_RATE_LIMITED || failure.code == TROUPE_E_OVERLOADED ||
                    failure.code == TROUPE_E_QUOTA_GONE;
  if (attempts_ > allowed || (identical_ >= kIdentical && !busy)) return std::nullopt;
  if (failure.retry_after_ms > kLongestHold.count())
    return gated_ ? std::optional(std::chrono::milliseconds(0)) : std::nullopt;
  if (failure.retry_after_ms >= 0) return std::chrono::milliseconds(failure.retry_after_ms);
  const int doublings = std::min(attempts_ - 1, 20);
  const auto ceiling = std::min<std::int64_t>(backoff_.cap.count(), backoff_.base.count() << doublings);
  return std::chrono::milliseconds(
      ceiling <= 0 ? 0 : static_cast<std::int64_t>(random % static_cast<std::uint64_t>(ceiling + 1)));
}

}  // namespace troupe::pipeline
