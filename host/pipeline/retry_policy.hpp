#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "pipeline/outcome.hpp"

namespace troupe::pipeline {

/// How long to wait between attempts. Defaults are those of the OpenAI and Anthropic SDKs (0.5 s doubling to 8 s).
struct Backoff {
  std::chrono::milliseconds base{500};
  std::chrono::milliseconds cap{8000};
};

/// Decides after each failed attempt of one call whether there is another, and when. One object a call.
class RetryPolicy {
 public:
  RetryPolicy(int retries, Backoff backoff) : retries_(retries), backoff_(backoff) {}

  /// The wait before the next attempt, or nothing when the failure is final. `random` spreads the wait (full jitter).
  /// rate_limited, overloaded, transient: up to `retries` times; truncated, malformed: once; all others never. A
  /// failure that is not of a busy service ends it when it comes the third time in a row with the same words, since
  /// that one is deterministic.
  std::optional<std::chrono::milliseconds> next(const FailureInfo& failure, std::uint64_t random);

 private:
  const int retries_;
  const Backoff backoff_;
  int attempts_ = 0;
  int identical_ = 0;
  int last_code_ = -1;
  std::string last_message_;
};

}  // namespace troupe::pipeline
