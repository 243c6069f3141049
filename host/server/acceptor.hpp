#pragma once

#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/StreamSocket.h>
#include <Poco/Runnable.h>
#include <Poco/ThreadPool.h>

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

namespace troupe::server {

/// Accepts connections and gives each a thread of a bounded pool; when all are busy, connections wait in a bounded
/// queue.
class Acceptor final : private Poco::Runnable {
 public:
  struct Options {
    int threads = 256;
    std::size_t queue = 256;
  };
  struct Handlers {
    std::function<void(const Poco::Net::StreamSocket&)>
        serve;  ///< [a thread of the pool] the whole connection; throws nothing
    std::function<void(const Poco::Net::StreamSocket&)>
        refuse;                     ///< [accepting thread] there is no room; must not block
    std::function<void()> crowded;  ///< [accepting thread] a connection has to wait
  };

  /// `socket` listens and is non-blocking from now on.
  Acceptor(const Poco::Net::ServerSocket& socket, Options options, Handlers handlers);
  /// Waits for the connections that are being served.
  ~Acceptor() override;

  /// No more connections; those that wait are closed.
  void stop();
  /// Waits until none is being served; false when the time has passed.
  bool wait(std::chrono::steady_clock::time_point until);

  std::size_t serving() const;
  std::size_t waiting() const;

 private:
  void run() override;  // One worker.
  void acceptAll();
  void enqueue(std::unique_ptr<Poco::Net::StreamSocket> connection);

  Poco::Net::ServerSocket socket_;
  const Options options_;
  const Handlers handlers_;
  const int wake_;  // An eventfd.
  Poco::ThreadPool pool_;

  mutable std::mutex mutex_;  // Guards all below.
  std::condition_variable work_, ended_;
  std::deque<std::unique_ptr<Poco::Net::StreamSocket>>
      queue_;  // Each handed on as a whole: nobody shares its count of references.
  int workers_ = 0, idle_ = 0;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace troupe::server
