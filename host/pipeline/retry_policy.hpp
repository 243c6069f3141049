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
  /// `gated`: a gate knows how long the service asked not to be disturbed, and what to do meanwhile.
  RetryPolicy(int retries, Backoff backoff, bool gated = false) : retries_(retries), backoff_(backoff), gated_(gated) {}

  /// The wait before the next attempt, or nothing when the failure is final. `random` spreads the wait (full jitter).
  /// rate_limited, overloaded, transient: up to `retries` times; truncated, malformed: once; all others never. A
  /// failure that is not of a busy service ends it when it comes the third time in a row with the same words, since
  /// that one is deterministic. What the service asks for is kept to; a call is not held for longer than two minutes,
  /// though: it goes to its gate at once then, or fails. quota_gone that names an end is like rate_limited when gated.
  std::optional<std::chrono::milliseconds> next(const FailureInfo& failure, std::uint64_t random);

 private:
  const int retries_;
  const Backoff backoff_;
  const bool gated_;
  int attempts_ = 0;
  int identical_ = 0;
  int last_code_ = -1;
  std::string last_message_;
};

}  // namespace troupe::pipeline
