#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>

namespace troupe::bench {

/// Readers of a server's event stream, in a process of its own, so that its work is not counted as the server's. Each
/// must get every durable event once and in order.
class Watchers {
 public:
  struct Figures {
    std::uint64_t received = 0;  ///< durable events, all readers
    std::uint64_t wrong = 0;     ///< lost, doubled or out of order
  };
  /// Forks: no other thread may run in this process.
  explicit Watchers(int count);
  ~Watchers();
  Watchers(const Watchers&) = delete;
  Watchers& operator=(const Watchers&) = delete;
  /// Connects all of them to the server on this port of loopback; returns when each has the head of its answer.
  void connect(std::uint16_t port);
  /// Once the server has ended all streams. Throws when an event was lost, doubled or out of order.
  Figures finish();
  /// After finish(): when the first reader had read an event, by its row in the journal, in ns of the steady clock.
  const std::map<std::int64_t, std::int64_t>& read() const { return read_; }

 private:
  pid_t child_ = -1;
  int to_ = -1, from_ = -1;
  std::map<std::int64_t, std::int64_t> read_;
};

}  // namespace troupe::bench
