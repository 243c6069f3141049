#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace troupe::pipeline {

/// Keeps a source that logs without end from filling the journal: 20 lines at once, then 5 a second. [any thread]
class LogLimit {
 public:
  /// Whether a line of `source` may pass now; then the number of lines of it that were left out before.
  std::optional<std::int64_t> pass(const std::string& source, std::chrono::steady_clock::time_point now) {
    constexpr double kBurst = 20, kPerSecond = 5;
    const std::lock_guard lock(mutex_);
    auto& bucket = buckets_.try_emplace(source, Bucket{kBurst, now, 0}).first->second;
    bucket.tokens =
        std::min(kBurst, bucket.tokens + kPerSecond * std::chrono::duration<double>(now - bucket.at).count());
    bucket.at = now;
    if (bucket.tokens < 1) {
      ++bucket.left_out;
      return std::nullopt;
    }
    bucket.tokens -= 1;
    return std::exchange(bucket.left_out, 0);
  }

 private:
  struct Bucket {
    double tokens;
    std::chrono::steady_clock::time_point at;
    std::int64_t left_out;
  };
  std::mutex mutex_;  // Guards all below.
  std::map<std::string, Bucket> buckets_;
};

}  // namespace troupe::pipeline
