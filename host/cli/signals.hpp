#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <thread>

namespace troupe::cli {

/// Turns SIGINT, SIGTERM and SIGHUP into calls on a thread of its own, for as long as it lives. Make it before any
/// other thread, which inherits the blocked signals. The second SIGINT or SIGTERM ends the process at once with exit
/// code 5: the journal is consistent at any time.
class Signals {
 public:
  Signals();
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  /// `pause` is called with "SIGINT" and so on, once; `farewell` is printed when a second signal ends the process.
  void listen(std::function<void(const std::string& name)> pause, std::string farewell);
  /// `pause` is called no more once this returns; SIGINT and SIGTERM still end the process.
  void silence();

 private:
  std::mutex mutex_;  // Guards pause_, also while it is called.
  std::function<void(const std::string&)> pause_;
  std::thread thread_;
};

}  // namespace troupe::cli
