#include "services/http/news.hpp"

namespace troupe::services {

void News::add(const std::shared_ptr<ResponsePipe>& pipe, bool urgent) {
  if (urgent) {
    now_.push_back(pipe);
    return;
  }
  if (pipe->has_news_) return;
  pipe->has_news_ = true;
  const auto now = Clock::now();
  if (now - pipe->announced_ >= kWhile) {
    pipe->announced_ = now;
    now_.push_back(pipe);
  } else {
    later_.push_back({now + kWhile, pipe});
  }
}

void News::tell(Clock::time_point now) {
  for (; !later_.empty() && later_.front().due <= now; later_.pop_front()) {
    later_.front().pipe->announced_ = now;
    now_.push_back(std::move(later_.front().pipe));
  }
  for (const auto& pipe : now_) {
    pipe->has_news_ = false;
    pipe->announce();
  }
  now_.clear();
}

}  // namespace troupe::services
