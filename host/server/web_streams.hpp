#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "pipeline/call.hpp"
#include "server/stream_hub.hpp"
#include "services/web_mount.hpp"

namespace troupe::server {

/// The events that a stream tells of itself, as JSON.
struct StreamEvents {
  std::string run;  ///< id; empty: the stream is of all runs
  std::int64_t at;

  std::string hello(std::string_view epoch, std::int64_t head, std::optional<std::int64_t> replay_from,
                    int heartbeat_ms) const;
  std::string reset(std::string_view reason) const;
  std::string heartbeat(std::int64_t head) const;
  std::string bye(std::string_view reason, int retry_ms) const;
};

/// The number `head` of an event `snapshot`. Throws HttpError(500) when it has none.
std::int64_t snapshotHead(std::string_view snapshot);

/// A troupe:frame/1.
struct WebFrame {
  std::string stream, text;
};
std::optional<WebFrame> readFrame(std::string_view json);

/// What a call gave for a stream; null when nothing.
Bytes bytesFor(const pipeline::Call::Result& result, std::string_view stream);

/// A declared stream, and what is sent on it when nothing happens.
class WebStream {
 public:
  services::WebMount::Stream declared;
  StreamHub::StreamId id = 0;

  /// [any thread, like all below]
  Bytes heartbeat() const;
  Bytes bye() const;
  void keep(Bytes heartbeat, Bytes bye);
  /// A subscriber has come: what is kept may be old.
  void wanted();
  /// Whether it is time to make both anew.
  bool due(bool has_subscribers);

 private:
  using Clock = std::chrono::steady_clock;
  mutable std::mutex mutex_;  // Guards all below.
  Bytes heartbeat_, bye_;
  Clock::time_point next_{};
};

}  // namespace troupe::server
