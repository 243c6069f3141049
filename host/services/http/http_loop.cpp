#include "services/http/http_loop.hpp"

#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <troupe/troupe.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <new>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "services/http/transfer.hpp"

namespace troupe::services {
namespace {

constexpr int kLongestWaitMs = 60'000;

CURLM* makeMulti() {
  static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (ready != CURLE_OK) throw std::runtime_error(std::string("libcurl cannot be used: ") + curl_easy_strerror(ready));
  auto* multi = curl_multi_init();
  if (multi == nullptr) throw std::bad_alloc();
  return multi;
}

}  // namespace

HttpLoop::HttpLoop(HttpOptions options)
    : options_(std::move(options)),
      multi_(makeMulti()),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (epoll_ < 0 || wake_ < 0) throw std::system_error(errno, std::generic_category(), "no descriptor is left");
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = wake_;
  ::epoll_ctl(epoll_, EPOLL_CTL_ADD, wake_, &event);
  curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, static_cast<void*>(this));
  curl_multi_setopt(
      multi_, CURLMOPT_SOCKETFUNCTION, +[](CURL*, curl_socket_t socket, int what, void* self, void* known) {
        static_cast<HttpLoop*>(self)->watch(socket, what, known != nullptr);
        return 0;
      });
  curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, static_cast<void*>(this));
  curl_multi_setopt(
      multi_, CURLMOPT_TIMERFUNCTION, +[](CURLM*, long ms, void* self) {
        static_cast<HttpLoop*>(self)->alarm_ =
            ms < 0 ? Clock::time_point::max() : Clock::now() + std::chrono::milliseconds(ms);
        return 0;
      });
  curl_multi_setopt(multi_, CURLMOPT_PIPELINING, CURLPIPE_MULTIPLEX);
  curl_multi_setopt(multi_, CURLMOPT_MAX_HOST_CONNECTIONS, options_.connections_per_host);
  thread_ = std::thread([this] { work(); });
}

HttpLoop::~HttpLoop() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  awake();
  thread_.join();
  curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, nullptr);  // Nobody waits for a socket any more.
  const HttpFailure over(TROUPE_E_CANCELLED, "the host ends");
  for (const auto& transfer : fresh_) transfer->pipe()->end(over);
  while (!transfers_.empty()) {
    transfers_.begin()->second->pipe()->end(over);
    remove(transfers_.begin());
  }
  curl_multi_cleanup(multi_);
  ::close(wake_);
  ::close(epoll_);
}

void HttpLoop::awake() {
  const std::uint64_t one = 1;
  while (::write(wake_, &one, sizeof one) < 0 && errno == EINTR) continue;  // Full: it is awake then.
}

void HttpLoop::watch(curl_socket_t socket, int what, bool known) {
  if (what == CURL_POLL_REMOVE) {
    ::epoll_ctl(epoll_, EPOLL_CTL_DEL, socket, nullptr);
    curl_multi_assign(multi_, socket, nullptr);
    return;
  }
  epoll_event event{};
  event.events = ((what & CURL_POLL_IN) != 0 ? EPOLLIN : 0u) | ((what & CURL_POLL_OUT) != 0 ? EPOLLOUT : 0u);
  event.data.fd = socket;
  ::epoll_ctl(epoll_, known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, socket, &event);
  curl_multi_assign(multi_, socket, this);  // From now on it is known.
}

void HttpLoop::act(curl_socket_t socket, int mask) {
  int running = 0;
  curl_multi_socket_action(multi_, socket, mask, &running);
}

std::shared_ptr<ResponsePipe> HttpLoop::start(HttpOutgoing request) {
  auto transfer = std::make_unique<Transfer>(std::move(request), options_, news_);
  auto pipe = transfer->pipe();
  bool first = false;
  {
    const std::lock_guard lock(mutex_);
    first = fresh_.empty() && woken_.empty();
    fresh_.push_back(std::move(transfer));
  }
  if (first) awake();  // Whoever ordered before it has done so, and the loop has not looked yet.
  return pipe;
}

void HttpLoop::wake(const std::shared_ptr<ResponsePipe>& pipe) {
  bool first = false;
  {
    const std::lock_guard lock(mutex_);
    first = fresh_.empty() && woken_.empty();
    woken_.push_back(pipe);
  }
  if (first) awake();
}

void HttpLoop::work() {
  // A connection that breaks within OpenSSL raises SIGPIPE; the program's signals are others' to handle.
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
  pthread_setname_np(pthread_self(), "http");
  std::array<epoll_event, 256> events{};
  for (;;) {
    const auto wait =
        std::chrono::ceil<std::chrono::milliseconds>(std::min(alarm_, news_.due()) - Clock::now()).count();
    const int most = static_cast<int>(std::clamp<std::int64_t>(wait, 0, kLongestWaitMs));
    const int count = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), most);
    for (int i = 0; i < count; ++i) {
      const auto& event = events[static_cast<std::size_t>(i)];
      if (event.data.fd == wake_) {
        std::uint64_t ignored = 0;
        if (::read(wake_, &ignored, sizeof ignored) < 0) continue;
        if (!takeOrders()) return;
        continue;
      }
      const int mask = ((event.events & EPOLLIN) != 0 ? CURL_CSELECT_IN : 0) |
                       ((event.events & EPOLLOUT) != 0 ? CURL_CSELECT_OUT : 0) |
                       ((event.events & (EPOLLERR | EPOLLHUP)) != 0 ? CURL_CSELECT_ERR : 0);
      act(event.data.fd, mask);
    }
    if (alarm_ <= Clock::now()) {
      alarm_ = Clock::time_point::max();
      act(CURL_SOCKET_TIMEOUT, 0);
    }
    int left = 0;
    while (const auto* message = curl_multi_info_read(multi_, &left))
      if (message->msg == CURLMSG_DONE) end(message->easy_handle, message->data.result);
    news_.tell(Clock::now());
  }
}

// False at the end.
bool HttpLoop::takeOrders() {
  std::vector<std::unique_ptr<Transfer>> fresh;
  std::vector<std::shared_ptr<ResponsePipe>> woken;
  {
    const std::lock_guard lock(mutex_);
    if (stop_) return false;
    fresh.swap(fresh_);
    woken.swap(woken_);
  }
  for (auto& transfer : fresh) {
    if (curl_multi_add_handle(multi_, transfer->easy()) != CURLM_OK) {
      transfer->pipe()->end(HttpFailure(TROUPE_E_INTERNAL, "libcurl takes no further request"));
      continue;
    }
    const auto* key = transfer->pipe().get();
    transfers_.emplace(key, std::move(transfer));
  }
  for (const auto& pipe : woken) {
    const auto transfer = transfers_.find(pipe.get());
    if (transfer == transfers_.end()) continue;
    if (pipe->givenUp()) {
      remove(transfer);
    } else {
      // What was kept back is delivered here and now; when that fails, libcurl tells it nowhere else.
      auto* easy = transfer->second->easy();
      if (const auto result = curl_easy_pause(easy, CURLPAUSE_CONT); result != CURLE_OK) end(easy, result);
    }
  }
  return true;
}

void HttpLoop::end(CURL* easy, CURLcode result) {
  char* self = nullptr;
  curl_easy_getinfo(easy, CURLINFO_PRIVATE, &self);
  auto& transfer = *reinterpret_cast<Transfer*>(self);
  if (transfer.onlyItsConnectionWasStale(result)) {
    curl_multi_remove_handle(multi_, easy);
    transfer.useFreshConnection();
    if (curl_multi_add_handle(multi_, easy) == CURLM_OK) return;
  }
  transfer.pipe()->end(transfer.failure(result));
  remove(transfers_.find(transfer.pipe().get()));
}

void HttpLoop::remove(std::map<const ResponsePipe*, std::unique_ptr<Transfer>>::iterator transfer) {
  curl_multi_remove_handle(multi_, transfer->second->easy());
  transfers_.erase(transfer);
}

}  // namespace troupe::services
