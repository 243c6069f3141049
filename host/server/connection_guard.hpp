#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <set>
#include <thread>
#include <utility>

namespace troupe::server {

/// Ends reads and writes of sockets that take too long, however slowly the bytes drip: one thread that shuts a socket
/// down when its time is over, so that the blocked call returns.
class ConnectionGuard {
 public:
  using Clock = std::chrono::steady_clock;

  ConnectionGuard();
  ~ConnectionGuard();
  ConnectionGuard(const ConnectionGuard&) = delete;
  ConnectionGuard& operator=(const ConnectionGuard&) = delete;

  enum class Ends { reading, both };

  /// The time limit of one socket; ends before the socket is closed. [one thread]
  class Watch {
   public:
    Watch(ConnectionGuard& guard, int fd);
    ~Watch();
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;

    /// Replaces the limit that was there. What ends for reading may still be written to: the client can be told.
    void arm(std::chrono::milliseconds limit, Ends ends = Ends::reading);
    void disarm();
    /// What the socket waits for. One that is kept for a client's next request goes first when others wait for a
    /// thread.
    enum class Waits { no, for_first, for_next };
    void waits(Waits waits);
    /// Whether the socket has been shut down.
    bool expired() const;

   private:
    friend class ConnectionGuard;
    ConnectionGuard& guard_;
    const int fd_;
    // Guarded by guard_.mutex_.
    Clock::time_point deadline_{};
    Ends ends_ = Ends::reading;
    Waits waits_ = Waits::no;
    bool armed_ = false, expired_ = false;
  };

  /// Ends the connection that has waited longest for its client's next request; false when none does. [any thread]
  bool endOneKept();
  /// Ends all that wait for a request. [any thread]
  void endWaiting();
  /// Ends all. [any thread]
  void endAll();

 private:
  void run();
  void expire(Watch& watch);

  mutable std::mutex mutex_;  // Guards all below.
  std::condition_variable earlier_;
  std::set<std::pair<Clock::time_point, Watch*>> armed_;
  std::set<Watch*> all_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace troupe::server
