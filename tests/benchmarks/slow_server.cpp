#include "benchmarks/slow_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <queue>
#include <random>
#include <string>
#include <system_error>
#include <unordered_map>
#include <vector>

namespace troupe::bench {
namespace {

using Clock = std::chrono::steady_clock;

std::string answer() {
  const std::string body = R"({"id":"chatcmpl-1","object":"chat.completion","created":1700000000,"model":"mock-1",)"
                           R"("choices":[{"index":0,"message":{"role":"assistant","content":")" +
                           std::string(480, 'x') +
                           R"("},"finish_reason":"stop"}],"usage":{"prompt_tokens":20,"completion_tokens":100,)"
                           R"("total_tokens":120}})";
  return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

struct Due {
  Clock::time_point at;
  int file;
  std::uint64_t connection;  // A file's number may be another connection's by then.
  bool operator<(const Due& other) const { return at > other.at; }
};

class Server {
 public:
  Server(int listener, int mean_ms, int spread_ms)
      : listener_(listener), answer_(answer()), latency_(mean_ms - spread_ms, mean_ms + spread_ms) {
    watch(listener_);
  }

  [[noreturn]] void run() {
    std::array<epoll_event, 1024> events{};
    for (;;) {
      const int count = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), untilNext());
      for (int i = 0; i < count; ++i) {
        const int file = events[static_cast<std::size_t>(i)].data.fd;
        if (file == listener_)
          accept();
        else
          read(file);
      }
      for (const auto now = Clock::now(); !due_.empty() && due_.top().at <= now; due_.pop()) {
        const auto found = connections_.find(due_.top().file);
        if (found == connections_.end() || found->second.number != due_.top().connection) continue;
        if (::send(found->first, answer_.data(), answer_.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(answer_.size()))
          close(found->first);
      }
    }
  }

 private:
  struct Connection {
    std::uint64_t number;
    std::string read;
  };

  void watch(int file) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = file;
    ::epoll_ctl(epoll_, EPOLL_CTL_ADD, file, &event);
  }
  int untilNext() const {
    if (due_.empty()) return -1;
    const auto wait = std::chrono::ceil<std::chrono::milliseconds>(due_.top().at - Clock::now()).count();
    return static_cast<int>(std::max<std::int64_t>(0, wait));
  }
  void accept() {
    for (int file; (file = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK)) >= 0;) {
      const int on = 1;
      ::setsockopt(file, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      connections_[file] = {++number_, {}};
      watch(file);
    }
  }
  void read(int file) {
    auto& connection = connections_[file];
    char piece[16384];
    const auto got = ::recv(file, piece, sizeof piece, 0);
    if (got == 0 || (got < 0 && errno != EAGAIN)) return close(file);
    if (got < 0) return;
    connection.read.append(piece, static_cast<std::size_t>(got));
    const auto end = connection.read.find("\r\n\r\n");
    if (end == std::string::npos) return;
    const auto length = connection.read.find("Content-Length: ");
    const auto body = length < end ? std::strtoul(connection.read.c_str() + length + 16, nullptr, 10) : 0;
    if (connection.read.size() < end + 4 + body) return;
    connection.read.erase(0, end + 4 + body);
    due_.push({Clock::now() + std::chrono::milliseconds(latency_(random_)), file, connection.number});
  }
  void close(int file) {
    connections_.erase(file);
    ::close(file);
  }

  const int listener_;
  const int epoll_ = ::epoll_create1(0);
  const std::string answer_;
  std::mt19937 random_{7};
  std::uniform_int_distribution<int> latency_;
  std::unordered_map<int, Connection> connections_;
  std::priority_queue<Due> due_;
  std::uint64_t number_ = 0;
};

}  // namespace

SlowServer::SlowServer(int mean_ms, int spread_ms) {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (listener < 0 || ::bind(listener, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      ::listen(listener, 8192) != 0 || ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) != 0)
    throw std::system_error(errno, std::generic_category(), "slow server");
  port_ = ntohs(address.sin_port);
  child_ = ::fork();
  if (child_ < 0) throw std::system_error(errno, std::generic_category(), "fork");
  if (child_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // It ends with whoever made it.
    Server(listener, mean_ms, spread_ms).run();
  }
  ::close(listener);
}

SlowServer::~SlowServer() {
  ::kill(child_, SIGKILL);
  ::waitpid(child_, nullptr, 0);
}

}  // namespace troupe::bench
