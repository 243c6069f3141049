#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

namespace troupe::bench {

/// An HTTP/1.1 server in a process of its own that answers each POST after a while, as a model does: 700 bytes in the
/// shape of a chat completion; or as a stream of so many events and the end, evenly spread over that while. Connections
/// are kept.
class SlowServer {
 public:
  /// Forks: no other thread may run in this process. An answer takes `mean_ms`, up to `spread_ms` more or less.
  SlowServer(int mean_ms, int spread_ms, int events = 0);
  /// The data of one event but the last: 160 bytes with five of text.
  static std::string event();
  ~SlowServer();
  SlowServer(const SlowServer&) = delete;
  SlowServer& operator=(const SlowServer&) = delete;
  std::uint16_t port() const { return port_; }

 private:
  pid_t child_ = -1;
  std::uint16_t port_ = 0;
};

}  // namespace troupe::bench
