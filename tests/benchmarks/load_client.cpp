#include "benchmarks/load_client.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <stdexcept>
#include <system_error>
#include <vector>

namespace troupe::bench {
namespace {

std::int64_t nowNs() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now().time_since_epoch()).count();
}

struct Connection {
  int fd = -1;
  std::uint64_t last = 0;
  std::size_t held = 0;  // Bytes of an incomplete event.
  std::array<char, kLoadFrame> part{};
};

class Reader {
 public:
  Reader(std::uint16_t port, int count) : connections_(static_cast<std::size_t>(count)), epoll_(::epoll_create1(0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    for (auto& connection : connections_) {
      connection.fd = ::socket(AF_INET, SOCK_STREAM, 0);
      if (connection.fd < 0 || ::connect(connection.fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
        std::_Exit(3);
      epoll_event event{};
      event.events = EPOLLIN;
      event.data.ptr = &connection;
      ::epoll_ctl(epoll_, EPOLL_CTL_ADD, connection.fd, &event);
    }
    latencies_.reserve(8u << 20);
  }

  LoadClient::Figures run() {
    std::vector<epoll_event> events(1024);
    for (auto open = connections_.size(); open > 0;) {
      const int count = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), -1);
      for (int i = 0; i < count; ++i) {
        auto& connection = *static_cast<Connection*>(events[static_cast<std::size_t>(i)].data.ptr);
        const auto got = ::recv(connection.fd, buffer_.data(), buffer_.size(), MSG_DONTWAIT);
        if (got > 0) {
          take(connection, buffer_.data(), static_cast<std::size_t>(got));
        } else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
          ::close(connection.fd);
          --open;
        }
      }
    }
    for (const auto& connection : connections_)
      if (connection.last != highest_ || connection.held != 0) ++figures_.wrong;
    figures_.seconds = static_cast<double>(last_ns_ - first_ns_) / 1e9;
    if (!latencies_.empty()) {
      std::sort(latencies_.begin(), latencies_.end());
      const auto at = [&](double part) {
        return static_cast<double>(
                   latencies_[static_cast<std::size_t>(part * static_cast<double>(latencies_.size() - 1))]) /
               1e3;
      };
      figures_.p50_ms = at(0.5);
      figures_.p99_ms = at(0.99);
    }
    return figures_;
  }

 private:
  void take(Connection& connection, const char* data, std::size_t size) {
    const auto now = nowNs();
    while (size > 0) {
      if (connection.held == 0 && size >= kLoadFrame) {
        event(connection, data, now);
        data += kLoadFrame;
        size -= kLoadFrame;
        continue;
      }
      const auto part = std::min(size, kLoadFrame - connection.held);
      std::memcpy(connection.part.data() + connection.held, data, part);
      connection.held += part;
      data += part;
      size -= part;
      if (connection.held < kLoadFrame) return;
      event(connection, connection.part.data(), now);
      connection.held = 0;
    }
  }

  void event(Connection& connection, const char* data, std::int64_t now) {
    LoadStamp stamp{};
    std::memcpy(&stamp, data, sizeof stamp);
    if (stamp.number != connection.last + 1) ++figures_.wrong;
    connection.last = stamp.number;
    highest_ = std::max(highest_, stamp.number);
    if (figures_.received++ == 0) first_ns_ = now;
    last_ns_ = now;
    latencies_.push_back(static_cast<std::uint32_t>((now - stamp.made_ns) / 1000));
  }

  std::vector<Connection> connections_;
  const int epoll_;
  std::array<char, 256 << 10> buffer_{};
  std::vector<std::uint32_t> latencies_;  // Microseconds.
  std::uint64_t highest_ = 0;
  std::int64_t first_ns_ = 0, last_ns_ = 0;
  LoadClient::Figures figures_;
};

}  // namespace

std::string loadFrame(std::uint64_t number) {
  std::string frame(kLoadFrame, 'x');
  const LoadStamp stamp{number, nowNs()};
  std::memcpy(frame.data(), &stamp, sizeof stamp);
  return frame;
}

LoadClient::LoadClient(std::uint16_t port, int connections) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw std::system_error(errno, std::generic_category(), "pipe");
  child_ = ::fork();
  if (child_ < 0) throw std::system_error(errno, std::generic_category(), "fork");
  if (child_ == 0) {
    const auto reader = std::make_unique<Reader>(port, connections);
    const auto figures = reader->run();
    std::_Exit(::write(ends[1], &figures, sizeof figures) == sizeof figures ? 0 : 3);
  }
  ::close(ends[1]);
  result_ = ends[0];
}

LoadClient::~LoadClient() {
  ::close(result_);
  if (child_ <= 0) return;
  ::kill(child_, SIGKILL);
  ::waitpid(child_, nullptr, 0);
}

LoadClient::Figures LoadClient::finish() {
  Figures figures;
  if (::read(result_, &figures, sizeof figures) != sizeof figures)
    throw std::runtime_error("the load client has failed");
  ::waitpid(child_, nullptr, 0);
  child_ = -1;
  if (figures.wrong != 0)
    throw std::runtime_error("the load client saw " + std::to_string(figures.wrong) +
                             " events lost, doubled or out of order");
  return figures;
}

}  // namespace troupe::bench
