#include "server/stream_ring.hpp"

#include <algorithm>
#include <utility>

namespace troupe::server {
namespace {

std::size_t weight(const StreamFrame& frame) { return frame.bytes ? frame.bytes->size() : 0; }

}  // namespace

bool StreamRing::push(StreamFrame frame) {
  if (complete_after_ && frame.id <= head_) return false;
  if (!complete_after_) complete_after_ = frame.id - 1;
  head_ = frame.id;
  bytes_ += weight(frame);
  frames_.push_back(std::move(frame));
  while (frames_.size() > 1 && (frames_.size() > max_frames_ || bytes_ > max_bytes_)) {
    complete_after_ = frames_.front().id;
    bytes_ -= weight(frames_.front());
    frames_.pop_front();
    ++first_;
  }
  return true;
}

void StreamRing::skip(std::int64_t id) {
  if (complete_after_ && id <= head_) return;
  first_ = end() + 1;  // Whoever stood at the end has missed something.
  frames_.clear();
  bytes_ = 0;
  head_ = id;
  complete_after_ = id;
}

std::optional<std::uint64_t> StreamRing::after(std::int64_t id) const {
  if (!complete_after_ || id < *complete_after_) return std::nullopt;
  const auto found = std::upper_bound(frames_.begin(), frames_.end(), id,
                                      [](std::int64_t value, const StreamFrame& frame) { return value < frame.id; });
  return first_ + static_cast<std::uint64_t>(found - frames_.begin());
}

}  // namespace troupe::server
