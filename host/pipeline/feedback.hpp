#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace troupe::pipeline {

/// The order behind delayed references: stores that feed back are called in index order, one sample after the other,
/// whatever the order in which samples settle, and sample i reads what they had emitted after sample i - lag. So the
/// same samples come out at any concurrency. One object a feedback store. [any thread]
class Feedback {
 public:
  /// Calls the store with a kept sample and the store's latest emission ("" = none yet), then `done` with the new one
  /// (nothing: unchanged).
  using CallStore = std::function<void(std::int64_t index, const std::string& sample, const std::string& previous,
                                       std::function<void(std::optional<std::string>)> done)>;

  /// `max_lag`: the largest of the references. `advanced` is told whenever more samples may start; not under the lock.
  Feedback(std::int64_t max_lag, CallStore call, std::function<void()> advanced);

  /// After a resume: emissions known, ascending by index, the last one first to be built upon; `next` is the first
  /// index not applied.
  void restore(std::int64_t next, std::vector<std::pair<std::int64_t, std::string>> emissions);

  /// Sample `index` is over; `sample` is its JSON when the store is to have it.
  void settled(std::int64_t index, std::optional<std::string> sample);
  /// True when all samples up to `index` have been applied. Negative indices have.
  bool applied(std::int64_t index) const;
  /// The latest emission at or before `index`, or "".
  std::string value(std::int64_t index) const;
  /// No sample before `index` will be started any more: what only those would read is forgotten.
  void forget(std::int64_t index);

 private:
  void work(std::unique_lock<std::mutex> lock);

  const std::int64_t max_lag_;
  const CallStore call_;
  const std::function<void()> advanced_;

  mutable std::mutex mutex_;  // Guards all below.
  std::int64_t next_ = 0;     // First index not applied.
  bool busy_ = false;
  std::map<std::int64_t, std::optional<std::string>> waiting_;
  std::deque<std::pair<std::int64_t, std::string>> emissions_;
};

}  // namespace troupe::pipeline
