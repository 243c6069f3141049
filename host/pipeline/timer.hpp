#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <utility>

namespace troupe::pipeline {

/// Calls functions later, on one thread. They must be quick: hand work to the pool.
class Timer {
 public:
  using Clock = std::chrono::steady_clock;
  using Id = std::uint64_t;

  Timer();
  ~Timer() { stop(); }
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  /// [any thread, also from a timer's function]
  Id at(Clock::time_point when, std::function<void()> fn);
  Id after(std::chrono::milliseconds delay, std::function<void()> fn) {
    return at(Clock::now() + delay, std::move(fn));
  }
  /// Drops it; true when it had not begun. Does not wait for one that is running.
  bool cancel(Id id);
  /// Drops what has not come due, and everything given to it later. Not from a timer's function.
  void stop();

 private:
  void work();

  std::mutex mutex_;  // Guards all below.
  std::condition_variable wake_;
  std::map<std::pair<Clock::time_point, Id>, std::function<void()>> due_;
  std::unordered_map<Id, Clock::time_point> times_;
  Id next_ = 1;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace troupe::pipeline
