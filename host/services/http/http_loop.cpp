#include "services/http/http_loop.hpp"

#include <pthread.h>
#include <signal.h>

#include <troupe/troupe.h>

#include <new>
#include <stdexcept>
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

HttpLoop::HttpLoop(HttpOptions options) : options_(std::move(options)), multi_(makeMulti()) {
  curl_multi_setopt(multi_, CURLMOPT_PIPELINING, CURLPIPE_MULTIPLEX);
  curl_multi_setopt(multi_, CURLMOPT_MAX_HOST_CONNECTIONS, options_.connections_per_host);
  thread_ = std::thread([this] { work(); });
}

HttpLoop::~HttpLoop() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  curl_multi_wakeup(multi_);
  thread_.join();
  const HttpFailure over(TROUPE_E_CANCELLED, "the host ends");
  for (const auto& transfer : fresh_) transfer->pipe()->end(over);
  while (!transfers_.empty()) {
    transfers_.begin()->second->pipe()->end(over);
    remove(transfers_.begin());
  }
  curl_multi_cleanup(multi_);
}

std::shared_ptr<ResponsePipe> HttpLoop::start(HttpOutgoing request) {
  auto transfer = std::make_unique<Transfer>(std::move(request), options_);
  auto pipe = transfer->pipe();
  {
    const std::lock_guard lock(mutex_);
    fresh_.push_back(std::move(transfer));
  }
  curl_multi_wakeup(multi_);
  return pipe;
}

void HttpLoop::wake(const std::shared_ptr<ResponsePipe>& pipe) {
  {
    const std::lock_guard lock(mutex_);
    woken_.push_back(pipe);
  }
  curl_multi_wakeup(multi_);
}

void HttpLoop::work() {
  // A connection that breaks within OpenSSL raises SIGPIPE; the program's signals are others' to handle.
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
  pthread_setname_np(pthread_self(), "http");
  for (;;) {
    {
      const std::lock_guard lock(mutex_);
      if (stop_) return;
    }
    takeOrders();
    int running = 0;
    curl_multi_perform(multi_, &running);
    int left = 0;
    while (const auto* message = curl_multi_info_read(multi_, &left))
      if (message->msg == CURLMSG_DONE) end(message->easy_handle, message->data.result);
    curl_multi_poll(multi_, nullptr, 0, kLongestWaitMs, nullptr);
  }
}

void HttpLoop::takeOrders() {
  std::vector<std::unique_ptr<Transfer>> fresh;
  std::vector<std::shared_ptr<ResponsePipe>> woken;
  {
    const std::lock_guard lock(mutex_);
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
