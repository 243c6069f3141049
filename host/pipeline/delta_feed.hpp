#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "journal/rows.hpp"
#include "pipeline/call.hpp"
#include "pipeline/event_hub.hpp"
#include "pipeline/timer.hpp"

namespace troupe::pipeline {

/// Text while it is written: what providers send as TROUPE_DELTA, as ephemeral frames of type `delta`. A frame has the
/// newest state of one node's text for one sample, not only what is new in it, so that a reader who misses frames loses
/// no text; and there are at most twenty a second of each. Made only while somebody wants them. [any thread]
class DeltaFeed {
 public:
  static constexpr std::size_t kWindow = 4096;  ///< bytes of text in a frame: the newest
  static constexpr std::chrono::milliseconds kPause{50};

  /// The timer outlives it, or close() comes first.
  DeltaFeed(Timer& timer, std::shared_ptr<EventHub> hub, journal::RunKey run, std::string run_id);
  ~DeltaFeed() { close(); }
  DeltaFeed(const DeltaFeed&) = delete;
  DeltaFeed& operator=(const DeltaFeed&) = delete;

  /// What an attempt tells; a further attempt begins anew. Null where nobody wants it.
  Call::Listener listen(std::int64_t index, const std::string& node, int attempt);
  /// The node's call is over: its last state goes out.
  void ended(std::int64_t index, const std::string& node);
  /// The sample is over: nothing more of it, and what is there is of the past.
  void forget(std::int64_t index);
  /// The run is over.
  void close();

 private:
  struct State;
  const std::shared_ptr<State> state_;  // Shared with listeners: a thread that was given up may write later.
};

}  // namespace troupe::pipeline
