#pragma once

#include <chrono>
#include <mutex>

namespace troupe::pipeline {

/// How long anybody has waited, in all; several threads that wait at once count once. [any thread]
class WaitClock {
 public:
  using Clock = std::chrono::steady_clock;

  /// Somebody waits as long as one of these lives.
  class Wait {
   public:
    explicit Wait(WaitClock& clock) : clock_(clock) {
      const std::lock_guard lock(clock_.mutex_);
      if (clock_.waiting_++ == 0) clock_.since_ = Clock::now();
    }
    ~Wait() {
      const std::lock_guard lock(clock_.mutex_);
      if (--clock_.waiting_ == 0) clock_.total_ += Clock::now() - clock_.since_;
    }
    Wait(const Wait&) = delete;
    Wait& operator=(const Wait&) = delete;

   private:
    WaitClock& clock_;
  };

  Clock::duration total(Clock::time_point now) const {
    const std::lock_guard lock(mutex_);
    return waiting_ > 0 && now > since_ ? total_ + (now - since_) : total_;
  }

 private:
  mutable std::mutex mutex_;  // Guards all below.
  int waiting_ = 0;
  Clock::time_point since_;
  Clock::duration total_{0};
};

}  // namespace troupe::pipeline
