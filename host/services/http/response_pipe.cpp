#include "services/http/response_pipe.hpp"

#include <troupe/troupe.h>

#include <utility>

#include "services/http/duration_text.hpp"

namespace troupe::services {

Silence::Silence(std::chrono::milliseconds time)
    : HttpFailure(TROUPE_E_TRANSIENT, "nothing has come for " + durationText(time)) {}

void ResponsePipe::head(HttpHead head) {
  const std::lock_guard lock(mutex_);
  head_ = std::move(head);
}

bool ResponsePipe::body(std::string_view piece) {
  const std::lock_guard lock(mutex_);
  if (!body_.empty() && body_.size() + piece.size() > kRoom) {
    full_ = true;
    return false;
  }
  body_.append(piece);
  return true;
}

void ResponsePipe::announce() { changed_.notify_all(); }

void ResponsePipe::end(std::optional<HttpFailure> why) {
  {
    const std::lock_guard lock(mutex_);
    if (ended_) return;
    ended_ = true;
    failure_ = std::move(why);
  }
  changed_.notify_all();  // Without the lock, or whoever wakes would wait for it at once.
}

bool ResponsePipe::givenUp() const {
  const std::lock_guard lock(mutex_);
  return given_up_;
}

std::optional<ResponsePipe::Part> ResponsePipe::next(std::chrono::milliseconds limit) {
  std::unique_lock lock(mutex_);
  const auto come = [this] { return given_up_ || ended_ || head_ || !body_.empty(); };
  if (limit.count() == 0)
    changed_.wait(lock, come);
  else if (!changed_.wait_for(lock, limit, come))
    throw Silence(limit);
  if (given_up_) throw HttpFailure(TROUPE_E_CANCELLED, "cancelled");
  if (head_) return std::exchange(head_, std::nullopt);
  if (!body_.empty()) return std::exchange(body_, {});
  if (failure_) throw HttpFailure(*failure_);
  return std::nullopt;
}

bool ResponsePipe::roomWanted() {
  const std::lock_guard lock(mutex_);
  return body_.empty() && std::exchange(full_, false);
}

bool ResponsePipe::giveUp() {
  const std::lock_guard lock(mutex_);
  given_up_ = true;
  changed_.notify_all();
  return !ended_;
}

}  // namespace troupe::services
