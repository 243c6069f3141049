#pragma once

#include <chrono>
#include <cstdint>
#include <exception>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace troupe::services {

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

/// Why there is no answer: a class of troupe_code and a sentence without a secret in it.
class HttpFailure : public std::exception {
 public:
  /// `left`: something of the request may have left this machine.
  HttpFailure(int code, std::string message, bool left = true)
      : message_(std::move(message)), code_(code), left_(left) {}
  int code() const noexcept { return code_; }
  bool left() const noexcept { return left_; }
  const char* what() const noexcept override { return message_.c_str(); }

 private:
  std::string message_;  // A copy for each thread: that of std::runtime_error is shared out of a sanitizer's sight.
  int code_;
  bool left_;
};

/// How the body of an answer is given to the plugin (troupe/ext/http.h).
enum class HttpMode { body, lines, sse };

/// A request as a plugin writes it: with "${secret:NAME}" where a secret belongs.
struct HttpRequest {
  struct Signature {
    std::string header, secret, prefix;
  };
  std::string method = "GET";
  std::string url;
  HttpHeaders headers;
  std::string body;
  bool has_body = false;
  std::chrono::milliseconds timeout{60'000};
  std::chrono::milliseconds first_byte{0};  ///< from the start to the head of the answer; 0: `timeout` alone
  std::chrono::milliseconds idle{0};        ///< between two pieces of the answer; 0: `timeout` alone
  std::vector<Signature> sign;
  HttpMode mode = HttpMode::body;
};

/// A request as it leaves: everything is in it. Never to be logged.
struct HttpOutgoing {
  std::string method;
  std::string url;
  std::string place;  ///< "POST api.example.org", for messages
  HttpHeaders headers;
  std::string body;
  bool has_body = false;
  std::chrono::milliseconds timeout{60'000};
  bool public_only = false;  ///< no connection to a loopback, private or link-local address
};

struct HttpHead {
  int status = 0;
  HttpHeaders headers;  ///< names in lower case, in order of arrival
};

/// Reads the JSON of troupe.http/1 and checks its shape; throws HttpFailure.
HttpRequest readHttpRequest(std::string_view json);

/// Throws HttpFailure when a header could break out of its line, or is the transport's to set.
void checkHeader(const std::string& name, const std::string& value);

/// Headers are UTF-8 by custom and Latin-1 by the older rule; JSON is UTF-8.
std::string asUtf8(const std::string& text);

/// {"status", "headers"}: several headers of one name are joined by ", ".
std::string headJson(const HttpHead& head);

}  // namespace troupe::services
