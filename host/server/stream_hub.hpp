#pragma once

#include <Poco/Net/StreamSocket.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "journal/rows.hpp"

namespace troupe::server {

/// Bytes as they go on the wire: built once, shared by every subscriber.
using Bytes = std::shared_ptr<const std::string>;

/// A piece of a stream.
struct StreamFrame {
  std::int64_t id =
      0;  ///< of a durable event (ascending in a stream); 0: ephemeral, kept only as the latest of its key
  journal::RunKey run = 0;  ///< whose event it is; 0: everybody's
  std::string key;          ///< ephemeral: a later frame of the same run and key replaces it
  Bytes bytes;
  bool last = false;  ///< subscribers of this run alone are closed after it
};

/// Event streams to many sockets on one thread: a ring of immutable frames for each stream, a cursor for each
/// subscriber, never a queue.
///
/// Durable frames reach every subscriber in order, without gap and once; what has left the ring is asked from `replay`,
/// on a thread of its own. Ephemeral ones are conflated by key, at most 20 a second. A socket that takes no byte for
/// `stall` is closed; nobody else notices. When the thread cannot keep up, what has come meanwhile goes out in one
/// write.
class StreamHub {
 public:
  struct Options {
    std::size_t subscribers = 1024;  ///< in all
    std::size_t per_address = 64;    ///< from one address
    std::size_t ring_frames = 4096;  ///< of each stream
    std::size_t ring_bytes = 8u << 20;
    std::chrono::milliseconds stall{10000};
    std::chrono::milliseconds conflate{50};
    std::chrono::milliseconds merge{100};  ///< the longest that a frame may wait to go out together with others
  };
  using StreamId = int;
  struct StreamSpec {
    std::string name;
    std::chrono::milliseconds heartbeat{10000};  ///< sent to a subscriber who was sent nothing for so long
    std::function<Bytes()> heartbeat_bytes;      ///< [hub's thread] quick; null: none
    /// Durable frames of `run` (0: of all) with id > `after`, ascending, at most `limit`; empty: there is none up to
    /// `head`. May block, may throw: the subscriber is closed then. [hub's replay thread]
    std::function<std::vector<StreamFrame>(journal::RunKey run, std::int64_t after, std::size_t limit)> replay;
    std::function<Bytes()> bye;  ///< last bytes before an orderly end; null: none
  };
  struct Subscription {
    Poco::Net::StreamSocket socket;  ///< plain or TLS; the hub owns it from now on and makes it non-blocking
    std::string address;             ///< of the client, without port
    journal::RunKey run = 0;         ///< 0: all
    std::int64_t cursor = 0;         ///< id of the newest durable frame that it has, or does not want
    std::string first;               ///< head of the response and whatever comes before all else
    std::function<void()> gone;      ///< [hub's thread] called once when it has been closed; may be null
  };
  enum class Refusal { none, full, address_full, closing };
  struct Figures {
    std::size_t subscribers = 0;
    std::uint64_t frames = 0, deliveries = 0, bytes = 0, dropped_stalled = 0, replays = 0;
  };

  explicit StreamHub(Options options);
  /// Closes what is open, without a goodbye.
  ~StreamHub();
  StreamHub(const StreamHub&) = delete;
  StreamHub& operator=(const StreamHub&) = delete;

  /// Before the first subscriber of it. [any thread]
  StreamId addStream(StreamSpec spec);
  /// [any thread] Never blocks for a subscriber.
  void publish(StreamId stream, StreamFrame frame);
  /// Whether one more subscriber would be taken now: asked before a response is begun. [any thread]
  Refusal admits(const std::string& address) const;
  /// Takes the socket, also when refusing (then it is closed). [any thread]
  Refusal subscribe(StreamId stream, Subscription subscription);
  /// No more subscribers; what is pending and the stream's goodbye are sent, then all are closed; at most until `limit`
  /// has passed. [any thread]
  void shutdown(std::chrono::milliseconds limit);
  Figures figures() const;
  std::size_t subscribers(StreamId stream) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace troupe::server
