#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "server/stream_hub.hpp"

namespace troupe::server {

/// Asks streams for pages of what has left their rings, one after the other, on a thread of its own: it may block.
class StreamReplay {
 public:
  using Page = std::vector<StreamFrame>;
  struct Question {
    const StreamHub::StreamSpec* stream;
    journal::RunKey run;
    std::int64_t after;
    std::uint64_t number;  ///< of the question
  };
  struct Answer {
    std::uint64_t number;
    std::shared_ptr<const Page> page;  ///< null: it failed
  };

  /// `answer` is called on the thread.
  explicit StreamReplay(std::function<void(std::vector<Answer>)> answer);
  ~StreamReplay();
  StreamReplay(const StreamReplay&) = delete;
  StreamReplay& operator=(const StreamReplay&) = delete;

  /// In the order of the questions; the same question of several is asked once.
  void ask(const Question& question);

 private:
  void work();

  const std::function<void(std::vector<Answer>)> answer_;
  std::mutex mutex_;  // Guards all below.
  std::condition_variable asked_;
  std::list<Question> questions_;
  bool stop_ = false;
  std::thread thread_;  // Last: it uses all of the above.
};

}  // namespace troupe::server
