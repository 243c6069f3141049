#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace troupe::test {

/// An answer as it came over the wire.
struct HttpAnswer {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;  ///< names in lower case
  std::string body;                                          ///< without chunks
  bool complete = false;                                     ///< false: the connection ended before its end

  std::string header(std::string_view name) const {
    for (const auto& [key, value] : headers)
      if (key == name) return value;
    return "";
  }
};

/// A TCP connection to loopback that sends any bytes. Every read ends after `patience_ms`, so that a test fails rather
/// than hangs.
class RawClient {
 public:
  explicit RawClient(std::uint16_t port, int patience_ms = 10000) : patience_ms_(patience_ms) {
    fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int on = 1;
    ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
      ::close(fd_);
      throw std::runtime_error("cannot connect to port " + std::to_string(port));
    }
  }
  ~RawClient() { close(); }
  RawClient(RawClient&& other) noexcept
      : fd_(std::exchange(other.fd_, -1)), patience_ms_(other.patience_ms_), unread_(std::move(other.unread_)) {}
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  /// False when the other side takes no more.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      pollfd event{fd_, POLLOUT, 0};
      if (::poll(&event, 1, patience_ms_) <= 0) return false;
      const auto count = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (count <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
  }
  void endSending() { ::shutdown(fd_, SHUT_WR); }
  void close() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }
  int fd() const { return fd_; }

  /// More bytes into `unread`; false at the end.
  bool fill() {
    pollfd event{fd_, POLLIN, 0};
    if (::poll(&event, 1, patience_ms_) <= 0) throw std::runtime_error("no answer in time");
    char block[65536];
    const auto count = ::recv(fd_, block, sizeof block, 0);
    if (count <= 0) return false;
    unread_.append(block, static_cast<std::size_t>(count));
    return true;
  }
  /// Until the other side ends the connection.
  std::string rest() {
    while (fill()) continue;
    return std::exchange(unread_, {});
  }
  /// True when the other side has ended the connection, having sent nothing more.
  bool ended() { return unread_.empty() && !fill(); }

  /// The next answer; `head_only`: of a HEAD request. Status 0 when the connection ends before one.
  HttpAnswer read(bool head_only = false) {
    HttpAnswer answer;
    std::size_t end;
    while ((end = unread_.find("\r\n\r\n")) == std::string::npos)
      if (!fill()) return answer;
    parseHead(unread_.substr(0, end + 2), answer);
    unread_.erase(0, end + 4);
    answer.complete =
        head_only || answer.status < 200 || answer.status == 204 || answer.status == 304 || readBody(answer);
    return answer;
  }
  HttpAnswer ask(std::string_view request) {
    send(request);
    return read(request.substr(0, 5) == "HEAD ");
  }

 private:
  static void parseHead(const std::string& head, HttpAnswer& answer) {
    answer.status = head.size() > 12 ? std::atoi(head.c_str() + 9) : 0;
    for (auto at = head.find("\r\n") + 2; at < head.size();) {
      const auto end = head.find("\r\n", at);
      const auto colon = head.find(": ", at);
      auto name = head.substr(at, colon - at);
      std::transform(name.begin(), name.end(), name.begin(),
                     [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
      answer.headers.emplace_back(name, head.substr(colon + 2, end - colon - 2));
      at = end + 2;
    }
  }
  bool take(std::size_t count, std::string& to) {
    while (unread_.size() < count)
      if (!fill()) return false;
    to += unread_.substr(0, count);
    unread_.erase(0, count);
    return true;
  }
  bool readBody(HttpAnswer& answer) {
    if (const auto length = answer.header("content-length"); !length.empty())
      return take(std::stoull(length), answer.body);
    if (answer.header("transfer-encoding") != "chunked") {
      answer.body = rest();
      return true;
    }
    while (true) {
      std::size_t end;
      while ((end = unread_.find("\r\n")) == std::string::npos)
        if (!fill()) return false;
      const auto size = std::stoull(unread_.substr(0, end), nullptr, 16);
      unread_.erase(0, end + 2);
      std::string crlf;
      if (!take(size, answer.body) || !take(2, crlf)) return false;
      if (size == 0) return true;
    }
  }

  int fd_ = -1;
  int patience_ms_;
  std::string unread_;
};

}  // namespace troupe::test
