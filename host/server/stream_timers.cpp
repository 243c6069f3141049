#include <algorithm>

#include "server/stream_loop.hpp"

namespace troupe::server {
namespace {

using Phase = Subscriber::Phase;
constexpr std::chrono::seconds kLinger{2};  // A client that was told the end has so long to close its side.
constexpr std::chrono::milliseconds kQuantum{
    20};  // Ten thousand heartbeats are not ten thousand looks at all subscribers.

Bytes ask(const std::function<Bytes()>& function) {
  try {
    return function ? function() : nullptr;
  } catch (...) {  // Without these bytes a stream is still whole.
    return nullptr;
  }
}

}  // namespace

// A slow reader shows itself by nothing: no event comes for a socket that takes no byte.
void StreamLoop::scan() {
  auto due = Time::max();
  const auto at = [&due](Time time) { due = std::min(due, time); };
  const bool over = goodbye_ && now_ >= end_by_;
  for (auto* stream : known_) {
    Bytes heartbeat;
    for (const auto& each : stream->subscribers) {
      auto& subscriber = *each;
      if (over) close(subscriber);
      if (subscriber.phase == Phase::closed) continue;
      if (subscriber.phase == Phase::lingering) {
        if (now_ >= subscriber.taken + kLinger) close(subscriber);
        at(subscriber.taken + kLinger);
      } else if (subscriber.blocked) {
        if (stalled(subscriber)) continue;
        at(std::min(subscriber.taken + options_.stall, now_ + options_.stall / 4));
      } else if (stream->spec.heartbeat_bytes) {
        if (now_ >= subscriber.sent + stream->spec.heartbeat) {
          // Also one that has vanished without a word: it confirms nothing, though its buffers are far from full.
          if (subscriber.socket.allConfirmed()) subscriber.taken = now_;
          if (stalled(subscriber)) continue;
          if (!heartbeat) heartbeat = ask(stream->spec.heartbeat_bytes);
          if (!subscriber.current && !subscriber.socket.pending()) subscriber.send(heartbeat);
          subscriber.sent = now_;
          serve(subscriber);
        }
        at(subscriber.sent + stream->spec.heartbeat);
      }
    }
  }
  if (goodbye_) at(end_by_);
  scan_at_ = due == Time::max() ? due : std::max<Time>(due, now_ + kQuantum);
}

// Closes one that has taken no byte for too long.
bool StreamLoop::stalled(Subscriber& subscriber) {
  if (const auto confirmed = subscriber.socket.confirmed(); confirmed != subscriber.confirmed) {
    subscriber.confirmed = confirmed;
    subscriber.taken = now_;
  }
  if (now_ < subscriber.taken + options_.stall) return false;
  dropped_stalled_.fetch_add(1, std::memory_order_relaxed);
  close(subscriber);
  return true;
}

void StreamLoop::releaseLatest(Stream& stream) {
  stream.latest.expire(now_ - options_.stall);
  if (stream.latest.waiting() && now_ >= stream.latest.releasedAt() + options_.conflate) stream.latest.release(now_);
}

void StreamLoop::sayGoodbye() {
  goodbye_ = true;
  for (auto* stream : known_) {
    if (stream->subscribers.empty()) continue;  // Nor may its owner be there any more.
    stream->bye = ask(stream->spec.bye);
    for (const auto& subscriber : stream->subscribers) {
      subscriber->page.reset();
      serve(*subscriber);
    }
  }
  schedule(now_);
}

}  // namespace troupe::server
