#pragma once

#include <sys/types.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>

#include "benchmarks/bench.hpp"

namespace troupe::bench {

/// An event of the load: 200 bytes, with its number and when it was made.
constexpr std::size_t kLoadFrame = 200;
struct LoadStamp {
  std::uint64_t number;  ///< 1, 2, …
  std::int64_t made_ns;  ///< steady clock, which all processes share
};
std::string loadFrame(std::uint64_t number);

/// Many connections that read, in a process of its own, so that its work is not counted as the server's. It checks that
/// each gets every event once and in order.
class LoadClient {
 public:
  struct Figures {
    std::uint64_t received = 0;
    std::uint64_t wrong = 0;  ///< lost, doubled or out of order
    double seconds = 0;       ///< from the first event to the last
    double p50_ms = 0, p99_ms = 0;
  };
  /// Begins to connect to the port on loopback. No other thread may run in this process.
  LoadClient(std::uint16_t port, int connections);
  ~LoadClient();
  LoadClient(const LoadClient&) = delete;
  LoadClient& operator=(const LoadClient&) = delete;
  /// Once the server has closed all connections.
  Figures finish();

 private:
  pid_t child_ = -1;
  int result_ = -1;
};

}  // namespace troupe::bench
