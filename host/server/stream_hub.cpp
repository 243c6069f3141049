#include "server/stream_hub.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "server/stream_loop.hpp"

namespace troupe::server {

StreamLoop::StreamLoop(StreamHub::Options options)
    : options_(options),
      epoll_{::epoll_create1(EPOLL_CLOEXEC)},
      wake_{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)},
      replay_([this](std::vector<StreamReplay::Answer> answers) {
        {
          const std::lock_guard lock(mutex_);
          answers_.insert(answers_.end(), answers.begin(), answers.end());
          if (std::exchange(awake_, true)) return;
        }
        wake();
      }) {
  epoll_event event{};
  event.events = EPOLLIN;
  if (!epoll_ || !wake_ || ::epoll_ctl(epoll_.fd, EPOLL_CTL_ADD, wake_.fd, &event) != 0)
    throw std::system_error(errno, std::generic_category(), "event streams need an epoll and an eventfd");
  thread_ = std::thread([this] { run(); });
}

StreamLoop::~StreamLoop() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wake();
  thread_.join();
}

StreamLoop::File::~File() {
  if (fd >= 0) ::close(fd);
}

void StreamLoop::wake() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(wake_.fd, &one, sizeof one);
}

Stream& StreamLoop::find(StreamHub::StreamId stream) const { return *streams_.at(static_cast<std::size_t>(stream)); }

StreamHub::StreamId StreamLoop::addStream(StreamHub::StreamSpec spec) {
  const std::lock_guard lock(mutex_);
  streams_.push_back(std::make_unique<Stream>(std::move(spec), options_));
  return static_cast<StreamHub::StreamId>(streams_.size() - 1);
}

// The thread is far behind. It would push the oldest out of the ring at once; who needs them reads them back. By
// halves, so that each is moved but once.
void StreamLoop::trim(Stream& stream) {
  const auto size = [](const StreamFrame& frame) { return frame.bytes ? frame.bytes->size() : 0; };
  if (stream.inbox.size() <= 2 * stream.frame_limit && stream.inbox_bytes <= 2 * stream.byte_limit) return;
  auto kept = stream.inbox.begin();
  for (; kept + 1 != stream.inbox.end(); ++kept) {
    const auto left = static_cast<std::size_t>(stream.inbox.end() - kept);
    if (left <= stream.frame_limit && stream.inbox_bytes <= stream.byte_limit) break;
    stream.inbox_bytes -= size(*kept);
    stream.lost = std::max(stream.lost, kept->id);
  }
  stream.inbox.erase(stream.inbox.begin(), kept);
}

void StreamLoop::publish(StreamHub::StreamId id, StreamFrame frame) {
  {
    const std::lock_guard lock(mutex_);
    auto& stream = find(id);
    ++frames_;
    stream.inbox_bytes += frame.bytes ? frame.bytes->size() : 0;
    stream.inbox.push_back(std::move(frame));
    const bool full = stream.inbox.size() >= stream.frame_limit || stream.inbox_bytes >= stream.byte_limit;
    if (full && awake_) trim(stream);
    if (awake_ || (!full && stream.count == 0)) return;
    awake_ = true;
  }
  wake();
}

StreamHub::Refusal StreamLoop::refusal(const std::string& address) const {
  if (closing_ || stop_) return StreamHub::Refusal::closing;
  if (present_ >= options_.subscribers) return StreamHub::Refusal::full;
  const auto found = addresses_.find(address);
  return found != addresses_.end() && found->second >= options_.per_address ? StreamHub::Refusal::address_full
                                                                            : StreamHub::Refusal::none;
}

StreamHub::Refusal StreamLoop::admits(const std::string& address) const {
  const std::lock_guard lock(mutex_);
  return refusal(address);
}

StreamHub::Refusal StreamLoop::subscribe(StreamHub::StreamId id, StreamHub::Subscription& subscription) {
  std::unique_lock lock(mutex_);
  auto& stream = find(id);
  lock.unlock();
  const auto address = subscription.address;
  auto fresh = std::make_unique<Subscriber>(subscription, stream);
  lock.lock();
  if (const auto no = refusal(address); no != StreamHub::Refusal::none) {
    lock.unlock();
    fresh->socket.close();
    return no;
  }
  fresh->address = &*addresses_.try_emplace(address, 0).first;
  fresh_.push_back(std::move(fresh));
  ++fresh_.back()->address->second;
  ++present_;
  ++stream.count;
  if (std::exchange(awake_, true)) return StreamHub::Refusal::none;
  lock.unlock();
  wake();
  return StreamHub::Refusal::none;
}

void StreamLoop::shutdown(std::chrono::milliseconds limit) {
  std::unique_lock lock(mutex_);
  const auto by = std::chrono::steady_clock::now() + limit;
  close_by_ = closing_ ? std::min(close_by_, by) : by;
  closing_ = true;
  awake_ = true;
  wake();
  left_.wait(lock, [this] { return present_ == 0; });
}

StreamHub::Figures StreamLoop::figures() const {
  StreamHub::Figures figures;
  figures.frames = frames_;
  figures.deliveries = deliveries_;
  figures.bytes = bytes_;
  figures.dropped_stalled = dropped_stalled_;
  figures.replays = replays_;
  const std::lock_guard lock(mutex_);
  figures.subscribers = present_;
  return figures;
}

std::size_t StreamLoop::subscribers(StreamHub::StreamId stream) const {
  const std::lock_guard lock(mutex_);
  return find(stream).count;
}

struct StreamHub::State : StreamLoop {
  using StreamLoop::StreamLoop;
};

StreamHub::StreamHub(Options options) : state_(std::make_unique<State>(options)) {}
StreamHub::~StreamHub() = default;
StreamHub::StreamId StreamHub::addStream(StreamSpec spec) { return state_->addStream(std::move(spec)); }
void StreamHub::publish(StreamId stream, StreamFrame frame) { state_->publish(stream, std::move(frame)); }
StreamHub::Refusal StreamHub::admits(const std::string& address) const { return state_->admits(address); }
StreamHub::Refusal StreamHub::subscribe(StreamId stream, Subscription subscription) {
  return state_->subscribe(stream, subscription);
}
void StreamHub::shutdown(std::chrono::milliseconds limit) { state_->shutdown(limit); }
StreamHub::Figures StreamHub::figures() const { return state_->figures(); }
std::size_t StreamHub::subscribers(StreamId stream) const { return state_->subscribers(stream); }

}  // namespace troupe::server
