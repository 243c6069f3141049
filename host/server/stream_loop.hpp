#pragma once

#include <sys/epoll.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "server/stream_replay.hpp"
#include "server/subscriber.hpp"

namespace troupe::server {

/// The inside of StreamHub: an inbox that any thread fills, and the one thread that empties it, owns all sockets and
/// writes.
///
/// A pass takes what is in the inbox, puts it into the rings and lets each subscriber write what it has not had. While
/// the thread is awake nobody makes a system call to wake it.
class StreamLoop {
 public:
  explicit StreamLoop(StreamHub::Options options);
  ~StreamLoop();
  StreamLoop(const StreamLoop&) = delete;
  StreamLoop& operator=(const StreamLoop&) = delete;

  // As in StreamHub: stream_hub.cpp. [any thread]
  StreamHub::StreamId addStream(StreamHub::StreamSpec spec);
  void publish(StreamHub::StreamId stream, StreamFrame frame);
  StreamHub::Refusal admits(const std::string& address) const;
  StreamHub::Refusal subscribe(StreamHub::StreamId stream, StreamHub::Subscription& subscription);
  void shutdown(std::chrono::milliseconds limit);
  StreamHub::Figures figures() const;
  std::size_t subscribers(StreamHub::StreamId stream) const;

 private:
  using Time = Subscriber::Time;
  struct File {
    int fd;
    ~File();
    explicit operator bool() const { return fd >= 0; }
  };

  Stream& find(StreamHub::StreamId stream) const;                // With mutex_.
  StreamHub::Refusal refusal(const std::string& address) const;  // With mutex_.
  static void trim(Stream& stream);                              // With mutex_.
  void wake();

  // The thread: stream_loop.cpp.
  void run();
  int timeout();
  void react(const epoll_event& event);
  /// False: it is time to stop.
  bool takeInbox();
  void absorb(Stream& stream);
  void deliver(Stream& stream);
  void restIfBehind();
  void welcome(std::unique_ptr<Subscriber> fresh);
  void turn(const StreamReplay::Answer& answer);
  void serve(Subscriber& subscriber);
  bool next(Subscriber& subscriber);
  bool readBack(Subscriber& subscriber);
  bool bidFarewell(Subscriber& subscriber);
  void goLive(Subscriber& subscriber, std::uint64_t place);
  void close(Subscriber& subscriber);
  void bury();

  // What happens by the clock: stream_timers.cpp.
  void scan();
  bool stalled(Subscriber& subscriber);
  void releaseLatest(Stream& stream);
  void sayGoodbye();
  void schedule(Time time) { scan_at_ = std::min(scan_at_, time); }

  const StreamHub::Options options_;
  const File epoll_, wake_;
  std::atomic<std::uint64_t> frames_{0}, deliveries_{0}, bytes_{0}, dropped_stalled_{0}, replays_{0};

  mutable std::mutex mutex_;  // Guards all below.
  std::condition_variable left_;
  std::vector<std::unique_ptr<Stream>> streams_;
  std::unordered_map<std::string, std::size_t> addresses_;
  std::size_t present_ = 0;  // Subscribers in all, also those whose socket the thread has not seen yet.
  std::vector<std::unique_ptr<Subscriber>> fresh_;
  std::vector<StreamReplay::Answer> answers_;
  bool awake_ = true;
  bool stop_ = false;
  bool closing_ = false;
  Time close_by_{};

  // Used by the thread only.
  Time now_{};
  Time scan_at_ = Time::max();
  Time rest_until_{};
  int late_passes_ = 0;  // In a row.
  std::vector<Stream*> known_;
  std::vector<Subscriber*> again_;
  std::unordered_map<std::uint64_t, Subscriber*> waiting_;  // For a page, by the number of the question.
  std::uint64_t questions_ = 0;
  Subscriber::Scratch scratch_;
  bool dead_ = false;     // Somebody has to be buried.
  bool goodbye_ = false;  // It has been said.
  Time end_by_ = Time::max();

  StreamReplay replay_;
  std::thread thread_;  // Last: it uses all of the above.
};

}  // namespace troupe::server
