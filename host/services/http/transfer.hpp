#pragma once

#include <curl/curl.h>

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "services/http/http_loop.hpp"

namespace troupe::services {

/// One request as libcurl sees it. Made on any thread, then used by the loop's alone.
class Transfer {
 public:
  /// `news` outlives it: pipes that have got something, for the loop to announce.
  Transfer(HttpOutgoing request, const HttpOptions& options, News& news);
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  CURL* easy() const { return easy_.get(); }
  const std::shared_ptr<ResponsePipe>& pipe() const { return pipe_; }
  /// What a result means; nothing when the answer is whole.
  std::optional<HttpFailure> failure(CURLcode result) const;
  /// Whether the request is to be sent once more, over a connection of its own: nothing of an answer has come, and the
  /// server may have closed the kept connection before it saw the request.
  bool onlyItsConnectionWasStale(CURLcode result) const;
  void useFreshConnection();

 private:
  struct CloseEasy {
    void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
  };
  struct CloseList {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
  };

  bool mayHaveSent() const;
  void setUp();
  void setMethod();
  void addHeader(const std::string& line);
  std::size_t takeHeader(std::string_view line);
  std::size_t takeBody(std::string_view piece);

  const HttpOutgoing request_;
  const HttpOptions& options_;  // The loop's, like the next.
  News& news_;
  const std::shared_ptr<ResponsePipe> pipe_ = std::make_shared<ResponsePipe>();
  std::unique_ptr<CURL, CloseEasy> easy_;
  std::unique_ptr<curl_slist, CloseList> headers_;
  std::array<char, CURL_ERROR_SIZE> error_{};
  HttpHead head_;
  std::size_t head_bytes_ = 0, body_bytes_ = 0;
  bool head_done_ = false;
  bool refused_address_ = false;
  bool fresh_connection_ = false;
  std::chrono::microseconds spent_{0};  // Before the fresh connection.
  std::optional<HttpFailure> broken_;   // Why a callback ended it.
};

}  // namespace troupe::services
