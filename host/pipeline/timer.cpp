#include "pipeline/timer.hpp"

namespace troupe::pipeline {

Timer::Timer() : thread_([this] { work(); }) {}

void Timer::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

Timer::Id Timer::at(Clock::time_point when, std::function<void()> fn) {
  const std::lock_guard lock(mutex_);
  const Id id = next_++;
  if (stopping_) return id;
  due_.emplace(std::pair(when, id), std::move(fn));
  times_.emplace(id, when);
  if (due_.begin()->first.second == id) wake_.notify_one();
  return id;
}

bool Timer::cancel(Id id) {
  const std::lock_guard lock(mutex_);
  const auto found = times_.find(id);
  if (found == times_.end()) return false;
  due_.erase({found->second, id});
  times_.erase(found);
  return true;
}

void Timer::work() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    if (due_.empty()) {
      wake_.wait(lock);
      continue;
    }
    const auto first = due_.begin();
    if (const auto when = first->first.first; when > Clock::now()) {
      wake_.wait_until(lock, when);
      continue;
    }
    auto fn = std::move(first->second);
    times_.erase(first->first.second);
    due_.erase(first);
    lock.unlock();
    fn();
    fn = nullptr;
    lock.lock();
  }
}

}  // namespace troupe::pipeline
