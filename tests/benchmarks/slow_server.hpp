#pragma once

#include <sys/types.h>

#include <cstdint>

namespace troupe::bench {

/// An HTTP/1.1 server in a process of its own that answers each POST after a while, as a model does: 700 bytes in the
/// shape of a chat completion. Connections are kept.
class SlowServer {
 public:
  /// Forks: no other thread may run in this process. An answer takes `mean_ms`, up to `spread_ms` more or less.
  SlowServer(int mean_ms, int spread_ms);
  ~SlowServer();
  SlowServer(const SlowServer&) = delete;
  SlowServer& operator=(const SlowServer&) = delete;
  std::uint16_t port() const { return port_; }

 private:
  pid_t child_ = -1;
  std::uint16_t port_ = 0;
};

}  // namespace troupe::bench
