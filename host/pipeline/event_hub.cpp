#include "pipeline/event_hub.hpp"

#include <algorithm>
#include <utility>

namespace troupe::pipeline {

void EventHub::startAfter(std::int64_t id) {
  const std::lock_guard lock(mutex_);
  head_ = dropped_ = id;
  changed_.notify_all();
}

void EventHub::publish(const journal::Event& event) {
  auto shared = std::make_shared<const journal::Event>(event);
  const std::lock_guard lock(mutex_);
  // What came before the first one is in the journal only.
  if (head_ == 0) dropped_ = event.id - 1;
  head_ = event.id;
  ring_.push_back(std::move(shared));
  if (ring_.size() > capacity_) {
    dropped_ = ring_.front()->id;
    ring_.pop_front();
  }
  changed_.notify_all();
}

void EventHub::publishFrame(journal::RunKey run, const std::string& key, std::string type, std::string json) {
  const std::lock_guard lock(mutex_);
  frames_[{run, key}] = Frame{++version_, run, key, std::move(type), std::move(json)};
  changed_.notify_all();
}

void EventHub::dropFrame(journal::RunKey run, const std::string& key) {
  const std::lock_guard lock(mutex_);
  frames_.erase({run, key});
}

void EventHub::dropFrames(journal::RunKey run) {
  const std::lock_guard lock(mutex_);
  frames_.erase(frames_.lower_bound({run, std::string()}), frames_.lower_bound({run + 1, std::string()}));
}

// With the mutex held.
bool EventHub::hasFrames(journal::RunKey run, std::uint64_t after) const {
  if (version_ <= after) return false;
  // Not only by the version: what has been dropped would wake for ever.
  for (auto it = frames_.lower_bound({run, std::string()}); it != frames_.end() && (run == 0 || it->first.first == run);
       ++it)
    if (it->second.version > after) return true;
  return false;
}

void EventHub::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  changed_.notify_all();
}

void EventHub::wake() {
  const std::lock_guard lock(mutex_);
  changed_.notify_all();
}

EventHub::Batch EventHub::wait(std::int64_t cursor, std::uint64_t version, std::size_t limit,
                               const std::atomic<bool>& stop, journal::RunKey run) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return closed_ || stop.load() || head_ > cursor || hasFrames(run, version); });
  Batch batch;
  batch.lagged = dropped_ > cursor;
  batch.head = head_;
  if (!batch.lagged) {
    const auto first = std::upper_bound(ring_.begin(), ring_.end(), cursor,
                                        [](std::int64_t id, const EventPtr& event) { return id < event->id; });
    for (auto it = first; it != ring_.end() && batch.events.size() < limit; ++it) batch.events.push_back(*it);
  }
  for (const auto& [key, frame] : frames_)
    if (frame.version > version && (run == 0 || key.first == run)) batch.frames.push_back(frame);
  std::sort(batch.frames.begin(), batch.frames.end(),
            [](const Frame& a, const Frame& b) { return a.version < b.version; });
  batch.closed = closed_;
  return batch;
}

std::int64_t EventHub::head() const {
  const std::lock_guard lock(mutex_);
  return head_;
}

}  // namespace troupe::pipeline
