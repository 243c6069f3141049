#include "server/connection_guard.hpp"

#include <sys/socket.h>

namespace troupe::server {

ConnectionGuard::ConnectionGuard() : thread_([this] { run(); }) {}

ConnectionGuard::~ConnectionGuard() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  earlier_.notify_one();
  thread_.join();
}

ConnectionGuard::Watch::Watch(ConnectionGuard& guard, int fd) : guard_(guard), fd_(fd) {
  const std::lock_guard lock(guard_.mutex_);
  guard_.all_.insert(this);
}

ConnectionGuard::Watch::~Watch() {
  disarm();
  const std::lock_guard lock(guard_.mutex_);
  guard_.all_.erase(this);
}

void ConnectionGuard::Watch::arm(std::chrono::milliseconds limit, Ends ends) {
  const auto deadline = Clock::now() + limit;
  bool first = false;
  {
    const std::lock_guard lock(guard_.mutex_);
    if (armed_) guard_.armed_.erase({deadline_, this});
    deadline_ = deadline;
    ends_ = ends;
    armed_ = true;
    const auto entry = guard_.armed_.insert({deadline_, this}).first;
    first = entry == guard_.armed_.begin();
  }
  if (first) guard_.earlier_.notify_one();
}

void ConnectionGuard::Watch::disarm() {
  const std::lock_guard lock(guard_.mutex_);
  if (armed_) guard_.armed_.erase({deadline_, this});
  armed_ = false;
  waits_ = Waits::no;
}

void ConnectionGuard::Watch::waits(Waits waits) {
  const std::lock_guard lock(guard_.mutex_);
  waits_ = waits;
}

bool ConnectionGuard::Watch::expired() const {
  const std::lock_guard lock(guard_.mutex_);
  return expired_;
}

// The lock keeps the descriptor from being closed and used anew meanwhile.
void ConnectionGuard::expire(Watch& watch) {
  armed_.erase({watch.deadline_, &watch});
  watch.armed_ = false;
  watch.waits_ = Watch::Waits::no;
  watch.expired_ = true;
  ::shutdown(watch.fd_, watch.ends_ == Ends::both ? SHUT_RDWR : SHUT_RD);
}

bool ConnectionGuard::endOneKept() {
  const std::lock_guard lock(mutex_);
  for (const auto& entry : armed_) {
    if (entry.second->waits_ != Watch::Waits::for_next) continue;
    expire(*entry.second);
    return true;
  }
  return false;
}

void ConnectionGuard::endWaiting() {
  const std::lock_guard lock(mutex_);
  for (auto* watch : all_)
    if (watch->waits_ != Watch::Waits::no) expire(*watch);
}

void ConnectionGuard::endAll() {
  const std::lock_guard lock(mutex_);
  for (auto* watch : all_) {
    watch->ends_ = Ends::both;
    expire(*watch);
  }
}

void ConnectionGuard::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    if (armed_.empty()) {
      earlier_.wait(lock);
    } else if (const auto first = armed_.begin()->first; first > Clock::now()) {
      earlier_.wait_until(lock, first);
    } else {
      expire(*armed_.begin()->second);
    }
  }
}

}  // namespace troupe::server
