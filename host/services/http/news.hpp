#pragma once

#include <chrono>
#include <deque>
#include <memory>
#include <vector>

#include "services/http/response_pipe.hpp"

namespace troupe::services {

/// Pipes whose readers are to be told that something has come: at once when they have not been told for a while, else
/// when that while is over, so that a stream of many small events does not wake its reader for each. Of one thread.
class News {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::milliseconds kWhile{20};  ///< less than an eye sees

  /// `urgent`: the transport waits for the reader.
  void add(const std::shared_ptr<ResponsePipe>& pipe, bool urgent = false);
  /// Tells those whose time has come.
  void tell(Clock::time_point now);
  /// When the next ones are due; Clock::time_point::max() without any.
  Clock::time_point due() const { return later_.empty() ? Clock::time_point::max() : later_.front().due; }

 private:
  struct Later {
    Clock::time_point due;
    std::shared_ptr<ResponsePipe> pipe;
  };
  std::vector<std::shared_ptr<ResponsePipe>> now_;
  std::deque<Later> later_;  // In the order of their times, about: all wait equally long.
};

}  // namespace troupe::services
