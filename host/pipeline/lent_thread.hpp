#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <utility>

#include "pipeline/task_pool.hpp"

namespace troupe::pipeline {

/// A thread that waits for a call which it asked for, and does the steps of that call meanwhile: so a waiting caller
/// costs no worker, and any number of them cannot keep the pool from whom they wait for.
class LentThread {
 public:
  /// `on_lost` is told when the thread never comes back from the plugin that it was lent to.
  explicit LentThread(std::function<void()> on_lost) : on_lost_(std::move(on_lost)) {}
  LentThread(const LentThread&) = delete;
  LentThread& operator=(const LentThread&) = delete;

  /// A step of the call. [any thread]
  void post(TaskPool::Task step) {
    const std::lock_guard lock(mutex_);
    steps_.push_back(std::move(step));
    changed_.notify_all();
  }
  /// The call is over: serve() returns. [any thread]
  void finish() {
    const std::lock_guard lock(mutex_);
    finished_ = true;
    changed_.notify_all();
  }
  /// Does what is posted until the call is over. [the lent thread]
  void serve() {
    std::unique_lock lock(mutex_);
    for (;;) {
      changed_.wait(lock, [this] { return finished_ || !steps_.empty(); });
      if (finished_) return;
      auto step = std::move(steps_.front());
      steps_.pop_front();
      lock.unlock();
      step();
      step = nullptr;
      lock.lock();
    }
  }

  /// Whoever waits has no use for the answer any more. [any thread]
  void withdraw() { withdrawn_.store(true); }
  bool withdrawn() const { return withdrawn_.load(); }

  /// [any thread]
  void lose() {
    lost_.store(true);
    on_lost_();
  }
  bool lost() const { return lost_.load(); }

 private:
  const std::function<void()> on_lost_;
  std::atomic<bool> withdrawn_{false}, lost_{false};
  std::mutex mutex_;  // Guards all below.
  std::condition_variable changed_;
  std::deque<TaskPool::Task> steps_;
  bool finished_ = false;
};

}  // namespace troupe::pipeline
