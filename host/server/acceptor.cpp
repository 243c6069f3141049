#include "server/acceptor.hpp"

#include <Poco/Exception.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>

namespace troupe::server {
namespace {

constexpr auto kIdle = std::chrono::seconds(10);
constexpr int kEnding = 16;   // Threads that have ended for us and not yet for the pool.
constexpr int kRetryMs = 50;  // After an accept() that failed, for want of descriptors mostly.

}  // namespace

Acceptor::Acceptor(const Poco::Net::ServerSocket& socket, Options options, Handlers handlers)
    : socket_(socket),
      options_(options),
      handlers_(std::move(handlers)),
      wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      pool_("http", 1, std::max(options.threads, 1) + kEnding, 10) {
  socket_.setBlocking(false);
  thread_ = std::thread([this] { acceptAll(); });
}

Acceptor::~Acceptor() {
  stop();
  pool_.joinAll();
  ::close(wake_);
}

void Acceptor::stop() {
  std::deque<std::unique_ptr<Poco::Net::StreamSocket>> waiting;
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return;
    stopping_ = true;
    waiting.swap(queue_);
  }
  work_.notify_all();
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(wake_, &one, sizeof one);
  thread_.join();
  socket_.close();
}

bool Acceptor::wait(std::chrono::steady_clock::time_point until) {
  std::unique_lock lock(mutex_);
  return ended_.wait_until(lock, until, [this] { return workers_ == idle_; });
}

std::size_t Acceptor::serving() const {
  const std::lock_guard lock(mutex_);
  return static_cast<std::size_t>(workers_ - idle_);
}

std::size_t Acceptor::waiting() const {
  const std::lock_guard lock(mutex_);
  return queue_.size();
}

void Acceptor::acceptAll() {
  while (true) {
    pollfd sources[] = {{wake_, POLLIN, 0}, {static_cast<int>(socket_.impl()->sockfd()), POLLIN, 0}};
    ::poll(sources, 2, -1);
    if (sources[0].revents != 0) return;
    try {
      auto connection = std::make_unique<Poco::Net::StreamSocket>(socket_.acceptConnection());
      ::fcntl(static_cast<int>(connection->impl()->sockfd()), F_SETFD, FD_CLOEXEC);
      connection->setNoDelay(true);
      enqueue(std::move(connection));
    } catch (const Poco::TimeoutException&) {
      continue;  // It has gone before it was accepted.
    } catch (const Poco::Exception&) {
      ::poll(sources, 1, kRetryMs);
      if (sources[0].revents != 0) return;
    }
  }
}

void Acceptor::enqueue(std::unique_ptr<Poco::Net::StreamSocket> connection) {
  bool crowded = false, full = false;
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return;
    full = queue_.size() >= options_.queue && idle_ == 0 && workers_ == options_.threads;
    if (!full) {
      queue_.push_back(std::move(connection));
      if (static_cast<std::size_t>(idle_) < queue_.size()) {
        try {
          if (workers_ < options_.threads) {
            pool_.start(*this);
            ++workers_;
          } else {
            crowded = true;
          }
        } catch (const Poco::Exception&) {
          crowded = true;  // No thread is to be had: it waits for one.
        }
      }
    }
  }
  work_.notify_one();
  if (connection) handlers_.refuse(*connection);  // There was no room.
  if (crowded || full) handlers_.crowded();
}

void Acceptor::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    ++idle_;
    ended_.notify_all();
    const bool woken = work_.wait_for(lock, kIdle, [this] { return stopping_ || !queue_.empty(); });
    --idle_;
    if (stopping_ || !woken) break;
    {
      const auto connection = std::move(queue_.front());
      queue_.pop_front();
      lock.unlock();
      handlers_.serve(*connection);
    }
    lock.lock();
  }
  --workers_;
  ended_.notify_all();
}

}  // namespace troupe::server
