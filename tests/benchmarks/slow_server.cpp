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
#include <cstdio>
#include <cstdlib>
#include <cstring>
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

constexpr const char* kStreamHead =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";

std::string chunk(const std::string& bytes) {
  char size[16];
  std::snprintf(size, sizeof size, "%zx\r\n", bytes.size());
  return size + bytes + "\r\n";
}

struct Due {
  Clock::time_point at;
  int file;
  std::uint64_t connection;  // A file's number may be another connection's by then.
  int left;                  // Events of a stream; 0: the answer, or the end of the stream.
  Clock::duration pause;     // Between them.
  bool operator<(const Due& other) const { return at > other.at; }
};

class Server {
 public:
  Server(int listener, int mean_ms, int spread_ms, int events)
      : listener_(listener),
        events_(events),
        answer_(events > 0 ? chunk("data: [DONE]\n\n") + "0\r\n\r\n" : answer()),
        event_(chunk("data: " + SlowServer::event() + "\n\n")),
        latency_(mean_ms - spread_ms, mean_ms + spread_ms) {
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
      for (const auto now = Clock::now(); !due_.empty() && due_.top().at <= now;) {
        const auto due = due_.top();
        due_.pop();
        const auto found = connections_.find(due.file);
        if (found == connections_.end() || found->second.number != due.connection) continue;
        const auto& bytes = due.left > 0 ? event_ : answer_;
        if (::send(found->first, bytes.data(), bytes.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(bytes.size()))
          close(found->first);
        else if (due.left > 0)
          due_.push({due.at + due.pause, due.file, due.connection, due.left - 1, due.pause});
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
    const std::chrono::milliseconds latency(latency_(random_));
    if (events_ == 0) return due_.push({Clock::now() + latency, file, connection.number, 0, {}});
    ::send(file, kStreamHead, std::strlen(kStreamHead), MSG_NOSIGNAL);
    const auto pause = std::chrono::duration_cast<Clock::duration>(latency) / events_;
    due_.push({Clock::now() + pause, file, connection.number, events_, pause});
  }
  void close(int file) {
    connections_.erase(file);
    ::close(file);
  }

  const int listener_;
  const int epoll_ = ::epoll_create1(0);
  const int events_;
  const std::string answer_, event_;
  std::mt19937 random_{7};
  std::uniform_int_distribution<int> latency_;
  std::unordered_map<int, Connection> connections_;
  std::priority_queue<Due> due_;
  std::uint64_t number_ = 0;
};

}  // namespace

std::string SlowServer::event() {
  return R"({"id":"chatcmpl-1","object":"chat.completion.chunk","created":1700000000,"model":"mock-1",)"
         R"("choices":[{"index":0,"delta":{"content":" word"},"finish_reason":null}]})";
}

SlowServer::SlowServer(int mean_ms, int spread_ms, int events) {
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
    Server(listener, mean_ms, spread_ms, events).run();
  }
  ::close(listener);
}

SlowServer::~SlowServer() {
  ::kill(child_, SIGKILL);
  ::waitpid(child_, nullptr, 0);
}

}  // namespace troupe::bench
