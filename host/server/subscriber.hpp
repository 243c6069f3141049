#pragma once

#include <sys/uio.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "server/stream_hub.hpp"
#include "server/stream_latest.hpp"
#include "server/stream_ring.hpp"
#include "server/subscriber_socket.hpp"

namespace troupe::server {

struct Subscriber;

/// One stream: what it sends, and to whom. [hub's thread, where not said otherwise]
struct Stream {
  Stream(StreamHub::StreamSpec given, const StreamHub::Options& options)
      : spec(std::move(given)),
        ring(options.ring_frames, options.ring_bytes),
        frame_limit(options.ring_frames),
        byte_limit(options.ring_bytes) {}

  const StreamHub::StreamSpec spec;
  StreamRing ring;
  StreamLatest latest;
  std::vector<std::unique_ptr<Subscriber>> subscribers;
  Bytes bye;                          ///< of an orderly end
  std::vector<StreamFrame> arrived;   ///< taken from the inbox
  std::int64_t gap = 0;               ///< id of the newest durable frame that was lost before those
  std::atomic<std::size_t> count{0};  ///< of those taken and not yet closed [any thread]

  // What has been published and not yet seen by the thread; no more than twice what the ring can hold. Guarded by the
  // hub's mutex.
  const std::size_t frame_limit, byte_limit;
  std::vector<StreamFrame> inbox;
  std::size_t inbox_bytes = 0;
  std::int64_t lost = 0;  ///< id of the newest durable frame that did not fit
};

using Page = std::vector<StreamFrame>;

/// One reader of a stream: a cursor and what is under way to it. [hub's thread]
struct Subscriber {
  using Time = std::chrono::steady_clock::time_point;
  enum class Phase : std::uint8_t {
    replaying,  ///< reads pages of what has left the ring
    live,       ///< reads the ring
    ending,     ///< gets what is under way, then the end
    lingering,  ///< has been told the end, and is to close its side
    closed,
  };
  enum class Wrote { all, blocked, more, gone };

  /// A frame that may be written next, and where its reader stands then.
  struct Piece {
    const Bytes* bytes;
    std::int64_t cursor;
    std::uint64_t place, seen;
    std::uint32_t page_at;
    bool last;
  };
  /// Memory of one write, shared by all writes.
  struct Scratch {
    std::vector<Piece> pieces;
    std::vector<iovec> vectors;
    std::uint64_t frames = 0, bytes = 0;  ///< written, for the figures
  };

  /// Takes the socket out of what is given.
  Subscriber(StreamHub::Subscription& given, Stream& its_stream);

  /// Writes what there is for it, several frames at a time; at most a share, so that others get theirs too.
  Wrote write(Time now, Scratch& scratch);
  bool wants(const StreamFrame& frame) const { return run == 0 || frame.run == 0 || frame.run == run; }
  bool pageDone() const { return !page || page_at == page->size(); }
  void send(Bytes bytes) {
    current = std::move(bytes);
    offset = 0;
  }

  SubscriberSocket socket;
  Stream* const stream;
  std::pair<const std::string, std::size_t>* address = nullptr;  ///< how many come from there; of the hub
  const journal::RunKey run;
  std::function<void()> gone;

  Bytes current;  ///< a frame that has begun
  std::size_t offset = 0;
  std::int64_t cursor;      ///< id of the newest durable frame that it has, or that has begun
  std::uint64_t place = 0;  ///< live: of the next frame in the ring
  std::uint64_t seen = 0;   ///< version of the newest ephemeral frame that it has
  std::shared_ptr<const Page> page;
  std::uint32_t page_at = 0;
  std::uint64_t asked_from = 0;  ///< first place of the ring when the page was asked for
  std::uint64_t number = 0;      ///< of the page asked for; 0: none is under way
  std::uint64_t confirmed = 0;   ///< bytes that the client had taken when last looked at
  Phase phase = Phase::replaying;
  bool blocked = false;
  bool again = false;  ///< there is more to write than its share
  Time sent{};         ///< when bytes were last written
  Time taken{};        ///< when it last took a byte, or had all

 private:
  void gather(Scratch& scratch);
  void settle(std::size_t bytes, Scratch& scratch);
};

}  // namespace troupe::server
