#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "server/stream_hub.hpp"

namespace troupe::server {

/// The ephemeral frames of a stream: the latest of each run and key, in the order of their coming. They are let out in
/// groups, so that a key that changes often is sent only as it is in the end. [hub's thread]
class StreamLatest {
 public:
  using Time = std::chrono::steady_clock::time_point;
  struct Slot {
    StreamFrame frame;
    std::uint64_t version;  ///< 1, 2, … over all that came
    Time came;
  };

  void put(StreamFrame frame, Time now);
  /// The run is over: what it said of its state means nothing any more.
  void forget(journal::RunKey run);
  /// Forgets what came before `time`: whoever has not taken it by then will get a newer one.
  void expire(Time time);

  bool waiting() const { return newest_ > released_; }
  /// Lets out what has come.
  void release(Time now);
  Time releasedAt() const { return released_at_; }
  std::uint64_t released() const { return released_; }
  /// The oldest frame let out that is newer than `version`; null when there is none.
  const Slot* after(std::uint64_t version) const;

 private:
  std::map<std::uint64_t, Slot> slots_;
  std::map<std::pair<journal::RunKey, std::string>, std::uint64_t> versions_;
  std::uint64_t newest_ = 0;
  std::uint64_t released_ = 0;
  Time released_at_{};
};

}  // namespace troupe::server
