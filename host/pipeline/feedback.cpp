#include "pipeline/feedback.hpp"

#include <algorithm>

namespace troupe::pipeline {

Feedback::Feedback(std::int64_t max_lag, CallStore call, std::function<void()> advanced)
    : max_lag_(max_lag), call_(std::move(call)), advanced_(std::move(advanced)) {}

void Feedback::restore(std::int64_t next, std::vector<std::pair<std::int64_t, std::string>> emissions) {
  const std::lock_guard lock(mutex_);
  next_ = next;
  emissions_.assign(std::make_move_iterator(emissions.begin()), std::make_move_iterator(emissions.end()));
}

void Feedback::settled(std::int64_t index, std::optional<std::string> sample) {
  std::unique_lock lock(mutex_);
  if (index < next_) return;  // Applied before the resume.
  waiting_.emplace(index, std::move(sample));
  if (!busy_) work(std::move(lock));
}

// Applies what is next, until it has to wait for a sample or a call. The thread that set busy_ is the only one here.
void Feedback::work(std::unique_lock<std::mutex> lock) {
  busy_ = true;
  bool moved = false;
  for (auto it = waiting_.begin(); it != waiting_.end() && it->first == next_; it = waiting_.begin()) {
    auto sample = std::move(it->second);
    waiting_.erase(it);
    if (!sample) {
      ++next_;
      moved = true;
      continue;
    }
    const auto index = next_;
    const auto previous = emissions_.empty() ? std::string() : emissions_.back().second;
    lock.unlock();
    if (moved) advanced_();
    call_(index, *sample, previous, [this, index](std::optional<std::string> emission) {
      std::unique_lock guard(mutex_);
      if (emission) emissions_.emplace_back(index, std::move(*emission));
      next_ = index + 1;
      work(std::move(guard));
    });
    return;
  }
  busy_ = false;
  lock.unlock();
  advanced_();
}

bool Feedback::applied(std::int64_t index) const {
  const std::lock_guard lock(mutex_);
  return index < next_;
}

std::string Feedback::value(std::int64_t index) const {
  const std::lock_guard lock(mutex_);
  const auto after = std::upper_bound(emissions_.begin(), emissions_.end(), index,
                                      [](std::int64_t i, const auto& emission) { return i < emission.first; });
  return after == emissions_.begin() ? std::string() : std::prev(after)->second;
}

void Feedback::forget(std::int64_t index) {
  const std::lock_guard lock(mutex_);
  // The newest one that is still read, and the newest of all, stay.
  while (emissions_.size() > 1 && emissions_[1].first <= index - max_lag_) emissions_.pop_front();
}

}  // namespace troupe::pipeline
