#pragma once

#include <curl/curl.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "services/http/message.hpp"
#include "services/http/news.hpp"
#include "services/http/response_pipe.hpp"

namespace troupe::services {

struct HttpOptions {
  std::filesystem::path ca_file;  ///< PEM; empty: the certificates of this machine
  std::chrono::milliseconds connect_timeout{5000};
  std::size_t max_head = std::size_t{64} << 10;
  std::size_t max_body = std::size_t{64} << 20;
  long connections_per_host = 0;  ///< more requests wait for one, or share one by HTTP/2; 0: as many as are asked for,
                                  ///< which the limits of nodes decide
};

class Transfer;

/// The network: libcurl's multi interface over epoll, on one thread, which never runs a plugin's code. (Its own
/// curl_multi_poll looks at every connection for every event.)
class HttpLoop {
 public:
  explicit HttpLoop(HttpOptions options);
  /// Requests under way end with a failure.
  ~HttpLoop();
  HttpLoop(const HttpLoop&) = delete;
  HttpLoop& operator=(const HttpLoop&) = delete;

  /// Begins a request, without waiting for anything. [any thread, like wake()]
  std::shared_ptr<ResponsePipe> start(HttpOutgoing request);
  /// Looks at a pipe again: it has room, or has been given up.
  void wake(const std::shared_ptr<ResponsePipe>& pipe);

 private:
  void work();
  bool takeOrders();
  void awake();
  void watch(curl_socket_t socket, int what, bool known);
  void act(curl_socket_t socket, int mask);
  void end(CURL* easy, CURLcode result);
  void remove(std::map<const ResponsePipe*, std::unique_ptr<Transfer>>::iterator transfer);

  const HttpOptions options_;
  CURLM* const multi_;
  const int epoll_, wake_;  // The second is an eventfd.
  News news_;               // The loop's thread alone, like the next.
  using Clock = std::chrono::steady_clock;
  Clock::time_point alarm_ = Clock::time_point::max();                  // When libcurl wants to be called.
  std::map<const ResponsePipe*, std::unique_ptr<Transfer>> transfers_;  // Used by the loop's thread alone.

  std::mutex mutex_;  // Guards all below.
  std::vector<std::unique_ptr<Transfer>> fresh_;
  std::vector<std::shared_ptr<ResponsePipe>> woken_;
  bool stop_ = false;

  std::thread thread_;  // Last: it uses all above.
};

}  // namespace troupe::services
