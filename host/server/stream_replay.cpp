#include "server/stream_replay.hpp"

#include <iterator>
#include <utility>

namespace troupe::server {
namespace {

constexpr std::size_t kPageFrames = 256;

}  // namespace

StreamReplay::StreamReplay(std::function<void(std::vector<Answer>)> answer)
    : answer_(std::move(answer)), thread_([this] { work(); }) {}

StreamReplay::~StreamReplay() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  asked_.notify_one();
  thread_.join();
}

void StreamReplay::ask(const Question& question) {
  {
    const std::lock_guard lock(mutex_);
    questions_.push_back(question);
  }
  asked_.notify_one();
}

void StreamReplay::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    asked_.wait(lock, [this] { return stop_ || !questions_.empty(); });
    if (stop_) return;
    const auto question = questions_.front();
    // Many ask the same when a server comes back. Those that come while it is being asked want what happened since,
    // too.
    std::vector<Answer> answers;
    for (auto other = questions_.begin(); other != questions_.end();) {
      const bool same =
          other->stream == question.stream && other->run == question.run && other->after == question.after;
      if (same) answers.push_back({other->number, nullptr});
      other = same ? questions_.erase(other) : std::next(other);
    }
    lock.unlock();
    try {
      const auto page =
          std::make_shared<const Page>(question.stream->replay(question.run, question.after, kPageFrames));
      for (auto& answer : answers) answer.page = page;
    } catch (...) {  // Whatever it was: its readers see the end of their streams, and come again.
    }
    answer_(std::move(answers));
    lock.lock();
  }
}

}  // namespace troupe::server
