#include "server/stream_loop.hpp"

#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>

namespace troupe::server {

using Clock = std::chrono::steady_clock;
using Phase = Subscriber::Phase;

void StreamLoop::run() {
  std::array<epoll_event, 256> events{};
  for (;;) {
    const int count = ::epoll_wait(epoll_.fd, events.data(), static_cast<int>(events.size()), timeout());
    now_ = Clock::now();
    for (int i = 0; i < count; ++i) react(events[static_cast<std::size_t>(i)]);
    if (!takeInbox()) break;
    for (auto* subscriber : std::exchange(again_, {})) {
      subscriber->again = false;
      serve(*subscriber);
    }
    if (now_ >= scan_at_) scan();
    bury();
  }
  for (auto* stream : known_)
    for (auto& subscriber : stream->subscribers) close(*subscriber);
  bury();
}

// Milliseconds until there is something to do by the clock; 0 when there is something now. Whoever brings something
// later wakes us.
int StreamLoop::timeout() {
  if (!again_.empty()) return 0;
  auto until = scan_at_;
  for (const auto* stream : known_)
    if (stream->latest.waiting()) until = std::min(until, stream->latest.releasedAt() + options_.conflate);
  now_ = Clock::now();
  {
    const std::lock_guard lock(mutex_);
    if (stop_ || !fresh_.empty() || !answers_.empty() || (closing_ && !goodbye_)) return 0;
    const bool waits = std::any_of(streams_.begin(), streams_.end(),
                                   [](const auto& stream) { return stream->count != 0 && !stream->inbox.empty(); });
    if (waits && now_ >= rest_until_) return 0;
    if (waits) until = std::min(until, rest_until_);
    awake_ = waits;
  }
  if (until == Time::max()) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - now_).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, 60'000));
}

void StreamLoop::react(const epoll_event& event) {
  if (event.data.ptr == nullptr) {
    std::uint64_t wakes = 0;
    [[maybe_unused]] const auto got = ::read(wake_.fd, &wakes, sizeof wakes);
    return;
  }
  auto& subscriber = *static_cast<Subscriber*>(event.data.ptr);
  if (subscriber.phase == Phase::closed) return;
  const bool gone = (event.events & (EPOLLERR | EPOLLHUP | EPOLLRDHUP)) != 0;
  const bool heard = (event.events & EPOLLIN) != 0;
  if (gone || (heard && subscriber.socket.discard() == SubscriberSocket::State::gone)) return close(subscriber);
  // What a TLS client sends may be what its next record waits for.
  if (!subscriber.blocked || ((event.events & EPOLLOUT) == 0 && !subscriber.socket.secure())) return;
  subscriber.blocked = false;
  serve(subscriber);
}

bool StreamLoop::takeInbox() {
  std::vector<std::unique_ptr<Subscriber>> fresh;
  std::vector<StreamReplay::Answer> answers;
  bool bye = false;
  bool resting = false;
  {
    const std::lock_guard lock(mutex_);
    for (auto i = known_.size(); i < streams_.size(); ++i) known_.push_back(streams_[i].get());
    awake_ = true;
    fresh.swap(fresh_);
    if (stop_) {
      for (auto& subscriber : fresh) subscriber->stream->subscribers.push_back(std::move(subscriber));
      return false;
    }
    answers.swap(answers_);
    bye = closing_ && !goodbye_;
    if (closing_ && close_by_ < end_by_) schedule(end_by_ = close_by_);
    resting = now_ < rest_until_ && !bye;
    if (!resting)
      for (auto* stream : known_) {
        stream->arrived.swap(stream->inbox);
        stream->gap = std::exchange(stream->lost, 0);
        stream->inbox_bytes = 0;
      }
  }
  if (!resting)
    for (auto* stream : known_) absorb(*stream);
  for (auto& subscriber : fresh) welcome(std::move(subscriber));
  for (const auto& answer : answers) turn(answer);
  if (!resting) restIfBehind();
  if (bye) sayGoodbye();
  return true;
}

// Puts what has arrived into the ring, and sends it.
void StreamLoop::absorb(Stream& stream) {
  bool durable = stream.gap != 0;
  if (stream.gap != 0) stream.ring.skip(stream.gap);
  for (auto& frame : stream.arrived) {
    if (frame.id == 0) {
      stream.latest.put(std::move(frame), now_);
      continue;
    }
    if (frame.last) stream.latest.forget(frame.run);
    durable = stream.ring.push(std::move(frame)) || durable;
  }
  stream.arrived.clear();
  const auto released = stream.latest.released();
  releaseLatest(stream);
  if (durable || stream.latest.released() != released) deliver(stream);
}

void StreamLoop::deliver(Stream& stream) {
  for (const auto& subscriber : stream.subscribers)
    if (subscriber->phase == Phase::live) serve(*subscriber);
}

// When frames keep coming while others are written, the thread does not keep up. It then waits as long as a pass takes,
// so that more go out in one write; not at once, since one late pass is no saturation.
void StreamLoop::restIfBehind() {
  constexpr int kLatePasses = 4;
  const auto now = Clock::now();
  const auto took = now - now_;
  if (took < std::chrono::milliseconds(1)) {
    late_passes_ = 0;
    return;
  }
  const std::lock_guard lock(mutex_);
  const bool behind = std::any_of(streams_.begin(), streams_.end(),
                                  [](const auto& stream) { return stream->count != 0 && !stream->inbox.empty(); });
  late_passes_ = behind ? late_passes_ + 1 : 0;
  if (late_passes_ >= kLatePasses && took < options_.merge)
    rest_until_ = now + std::min<Clock::duration>(took, options_.merge - took);
}

void StreamLoop::welcome(std::unique_ptr<Subscriber> fresh) {
  auto& subscriber = *fresh;
  subscriber.stream->subscribers.push_back(std::move(fresh));
  subscriber.sent = subscriber.taken = now_;
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.ptr = &subscriber;
  if (::epoll_ctl(epoll_.fd, EPOLL_CTL_ADD, subscriber.socket.fd(), &event) != 0) return close(subscriber);
  if (subscriber.stream->spec.heartbeat_bytes) schedule(now_ + subscriber.stream->spec.heartbeat);
  serve(subscriber);
}

// A page has come.
void StreamLoop::turn(const StreamReplay::Answer& answer) {
  const auto found = waiting_.find(answer.number);
  if (found == waiting_.end()) return;  // Its reader has gone.
  auto& subscriber = *found->second;
  waiting_.erase(found);
  subscriber.number = 0;
  if (subscriber.phase != Phase::replaying) return;
  const auto& page = answer.page;
  if (!page || (!page->empty() && page->back().id <= subscriber.cursor)) return close(subscriber);
  if (!page->empty()) {
    subscriber.page = page;
    subscriber.page_at = 0;
  } else if (subscriber.stream->ring.first() <= subscriber.asked_from) {
    // Nothing of it was left when all before this place had been committed.
    goLive(subscriber, subscriber.asked_from);
  }
  serve(subscriber);
}

// Writes until there is no more, or it has to wait for something.
void StreamLoop::serve(Subscriber& subscriber) {
  while (subscriber.phase != Phase::closed && !subscriber.blocked) {
    if (subscriber.phase == Phase::live && subscriber.place < subscriber.stream->ring.first()) {
      subscriber.phase = Phase::replaying;
      subscriber.page.reset();
    }
    const auto wrote = subscriber.write(now_, scratch_);
    deliveries_.fetch_add(std::exchange(scratch_.frames, 0), std::memory_order_relaxed);
    bytes_.fetch_add(std::exchange(scratch_.bytes, 0), std::memory_order_relaxed);
    switch (wrote) {
      case Subscriber::Wrote::gone:
        return close(subscriber);
      case Subscriber::Wrote::blocked:
        subscriber.blocked = true;
        subscriber.taken = now_;
        subscriber.confirmed = subscriber.socket.confirmed();
        schedule(now_ + options_.stall / 4);
        return;
      case Subscriber::Wrote::more:
        if (!std::exchange(subscriber.again, true)) again_.push_back(&subscriber);
        return;
      case Subscriber::Wrote::all:
        if (!next(subscriber)) return;
    }
  }
}

// All that was there has been written. True when there is more now.
bool StreamLoop::next(Subscriber& subscriber) {
  switch (subscriber.phase) {
    case Phase::live:
    case Phase::replaying:
      return goodbye_ ? bidFarewell(subscriber) : subscriber.phase == Phase::replaying && readBack(subscriber);
    case Phase::ending:
      subscriber.socket.finish();
      subscriber.phase = Phase::lingering;
      subscriber.taken = now_;
      schedule(now_);
      return false;
    case Phase::lingering:
    case Phase::closed:
      return false;
  }
  return false;
}

// Goes on from the ring when that has all it needs, else asks for a page.
bool StreamLoop::readBack(Subscriber& subscriber) {
  if (subscriber.number != 0) return false;
  const auto& ring = subscriber.stream->ring;
  const auto& replay = subscriber.stream->spec.replay;
  if (const auto place = ring.after(subscriber.cursor); place || (!replay && ring.end() == 0)) {
    goLive(subscriber, place.value_or(0));
    return true;
  }
  if (!replay) {
    close(subscriber);
    return false;
  }
  subscriber.page.reset();
  subscriber.page_at = 0;
  subscriber.asked_from = ring.first();
  subscriber.number = ++questions_;
  waiting_[subscriber.number] = &subscriber;
  replays_.fetch_add(1, std::memory_order_relaxed);
  replay_.ask({&subscriber.stream->spec, subscriber.run, subscriber.cursor, subscriber.number});
  return false;
}

// Who is not far behind gets what is in the ring; others come back to another server, with their last id.
bool StreamLoop::bidFarewell(Subscriber& subscriber) {
  if (const auto place = subscriber.stream->ring.after(subscriber.cursor);
      place && subscriber.phase == Phase::replaying) {
    goLive(subscriber, *place);
    return true;
  }
  subscriber.page.reset();
  subscriber.send(subscriber.stream->bye);
  subscriber.phase = Phase::ending;
  return true;
}

void StreamLoop::goLive(Subscriber& subscriber, std::uint64_t place) {
  subscriber.phase = Phase::live;
  subscriber.place = place;
  subscriber.seen = std::max(subscriber.seen, subscriber.stream->latest.released());
  subscriber.page.reset();
}

void StreamLoop::close(Subscriber& subscriber) {
  if (subscriber.phase == Phase::closed) return;
  subscriber.phase = Phase::closed;
  if (subscriber.socket.timedOut()) dropped_stalled_.fetch_add(1, std::memory_order_relaxed);
  ::epoll_ctl(epoll_.fd, EPOLL_CTL_DEL, subscriber.socket.fd(), nullptr);
  subscriber.socket.close();
  if (subscriber.number != 0) waiting_.erase(subscriber.number);
  dead_ = true;
}

// After all events of a pass: none of them can mean somebody who is no more.
void StreamLoop::bury() {
  if (!std::exchange(dead_, false)) return;
  const auto closed = [](const auto& subscriber) { return subscriber->phase == Phase::closed; };
  std::erase_if(again_, closed);
  std::vector<std::unique_ptr<Subscriber>> dead;
  for (auto* stream : known_) {
    const auto first = std::stable_partition(stream->subscribers.begin(), stream->subscribers.end(),
                                             [&](const auto& s) { return !closed(s); });
    std::move(first, stream->subscribers.end(), std::back_inserter(dead));
    stream->subscribers.erase(first, stream->subscribers.end());
  }
  {
    const std::lock_guard lock(mutex_);
    for (const auto& subscriber : dead) {
      if (--subscriber->address->second == 0) addresses_.erase(addresses_.find(subscriber->address->first));
      --subscriber->stream->count;
      --present_;
    }
  }
  for (const auto& subscriber : dead) {
    try {
      if (subscriber->gone) subscriber->gone();
    } catch (...) {  // It is told, and that was all.
    }
  }
  left_.notify_all();
}

}  // namespace troupe::server
