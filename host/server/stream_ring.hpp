#pragma once

#include <cstdint>
#include <deque>
#include <optional>

#include "server/stream_hub.hpp"

namespace troupe::server {

/// The newest durable frames of a stream. Each has a place, counted from 0; the places of those that have left stay
/// taken. [hub's thread]
class StreamRing {
 public:
  StreamRing(std::size_t frames, std::size_t bytes) : max_frames_(frames), max_bytes_(bytes) {}

  /// Takes the next frame, and lets old ones go. False for one whose id does not ascend: it has been here.
  bool push(StreamFrame frame);
  /// Frames up to `id` have been published, but will not come here.
  void skip(std::int64_t id);

  std::uint64_t first() const { return first_; }                 ///< place of the oldest
  std::uint64_t end() const { return first_ + frames_.size(); }  ///< place of the next to come
  const StreamFrame& at(std::uint64_t place) const { return frames_[place - first_]; }
  /// Place of the first frame after `id`; nothing when some of those after it may not be here.
  std::optional<std::uint64_t> after(std::int64_t id) const;

 private:
  const std::size_t max_frames_, max_bytes_;
  std::deque<StreamFrame> frames_;
  std::size_t bytes_ = 0;
  std::uint64_t first_ = 0;
  std::int64_t head_ = 0;
  std::optional<std::int64_t> complete_after_;  // All frames with a higher id are here. Nothing before the first: the
                                                // journal may have older ones.
};

}  // namespace troupe::server
