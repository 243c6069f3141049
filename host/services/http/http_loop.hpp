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
#include "services/http/response_pipe.hpp"

namespace troupe::services {

struct HttpOptions {
  std::filesystem::path ca_file;  ///< PEM; empty: the certificates of this machine
  std::chrono::milliseconds connect_timeout{5000};
  std::size_t max_head = std::size_t{64} << 10;
  std::size_t max_body = std::size_t{64} << 20;
  long connections_per_host = 64;  ///< more requests wait for one, or share one by HTTP/2
};

class Transfer;

/// The network: libcurl's multi interface on one thread, which never runs a plugin's code.
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
  void takeOrders();
  void end(CURL* easy, CURLcode result);
  void remove(std::map<const ResponsePipe*, std::unique_ptr<Transfer>>::iterator transfer);

  const HttpOptions options_;
  CURLM* const multi_;
  std::map<const ResponsePipe*, std::unique_ptr<Transfer>> transfers_;  // Used by the loop's thread alone.

  std::mutex mutex_;  // Guards all below.
  std::vector<std::unique_ptr<Transfer>> fresh_;
  std::vector<std::shared_ptr<ResponsePipe>> woken_;
  bool stop_ = false;

  std::thread thread_;  // Last: it uses all above.
};

}  // namespace troupe::services
