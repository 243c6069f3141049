#include "benchmarks/watchers.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <csignal>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace troupe::bench {
namespace {

using Read = std::pair<std::int64_t, std::int64_t>;  // A row of the journal, and when it was read.

std::int64_t nowNs() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

bool writeAll(int file, const void* data, std::size_t size) {
  for (auto at = static_cast<const char*>(data); size > 0;) {
    const auto wrote = ::write(file, at, size);
    if (wrote <= 0) return false;
    at += wrote;
    size -= static_cast<std::size_t>(wrote);
  }
  return true;
}

bool readAll(int file, void* data, std::size_t size) {
  for (auto at = static_cast<char*>(data); size > 0;) {
    const auto got = ::read(file, at, size);
    if (got <= 0) return false;
    at += got;
    size -= static_cast<std::size_t>(got);
  }
  return true;
}

// One stream, read for its ids.
struct Reader {
  int fd = -1;
  std::string line;        // Of which no end has come.
  bool headed = false;     // The head of the answer is over.
  std::int64_t last = -1;  // Row of the newest event.
};

// The child: reads until the server has closed all of them.
class Crowd {
 public:
  Crowd(std::uint16_t port, std::size_t count, int tell) : readers_(count), tell_(tell) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const auto request = "GET /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port) + "\r\n\r\n";
    for (auto& reader : readers_) {
      reader.fd = ::socket(AF_INET, SOCK_STREAM, 0);
      if (reader.fd < 0 || ::connect(reader.fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
          !writeAll(reader.fd, request.data(), request.size()))
        std::_Exit(3);
      epoll_event event{};
      event.events = EPOLLIN;
      event.data.ptr = &reader;
      ::epoll_ctl(epoll_, EPOLL_CTL_ADD, reader.fd, &event);
    }
  }

  int run() {
    std::vector<epoll_event> events(1024);
    for (auto open = readers_.size(); open > 0;) {
      const int count = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), -1);
      for (int i = 0; i < count; ++i) {
        auto& reader = *static_cast<Reader*>(events[static_cast<std::size_t>(i)].data.ptr);
        const auto got = ::recv(reader.fd, buffer_.data(), buffer_.size(), MSG_DONTWAIT);
        if (got > 0) {
          take(reader, {buffer_.data(), static_cast<std::size_t>(got)});
        } else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
          ::close(reader.fd);
          --open;
        }
      }
    }
    for (const auto& reader : readers_)
      if (reader.last != highest_) ++figures_.wrong;
    const auto size = read_.size();
    return writeAll(tell_, &figures_, sizeof figures_) && writeAll(tell_, &size, sizeof size) &&
                   writeAll(tell_, read_.data(), size * sizeof(Read))
               ? 0
               : 3;
  }

 private:
  void take(Reader& reader, std::string_view bytes) {
    const auto now = nowNs();
    for (std::size_t end; (end = bytes.find('\n')) != std::string_view::npos; bytes.remove_prefix(end + 1)) {
      if (reader.line.empty()) {
        line(reader, bytes.substr(0, end), now);
      } else {
        reader.line.append(bytes.substr(0, end));
        line(reader, reader.line, now);
        reader.line.clear();
      }
    }
    reader.line.append(bytes);
  }

  void line(Reader& reader, std::string_view text, std::int64_t now) {
    if (!reader.headed) {
      if (text != "\r") return;
      reader.headed = true;
      if (++headed_ == readers_.size() && ::write(tell_, "", 1) != 1) std::_Exit(3);
      return;
    }
    if (text.substr(0, 4) != "id: ") return;
    std::int64_t row = 0;
    const auto dash = text.find('-');
    std::from_chars(text.data() + std::min(dash, text.size() - 1) + 1, text.data() + text.size(), row);
    if (row != reader.last + 1 && reader.last != -1) ++figures_.wrong;
    reader.last = row;
    highest_ = std::max(highest_, row);
    ++figures_.received;
    if (&reader == readers_.data()) read_.emplace_back(row, now);
  }

  std::vector<Reader> readers_;
  const int tell_;
  const int epoll_ = ::epoll_create1(0);
  std::array<char, 256 << 10> buffer_{};
  std::size_t headed_ = 0;
  std::int64_t highest_ = -1;
  std::vector<Read> read_;
  Watchers::Figures figures_;
};

}  // namespace

Watchers::Watchers(int count) {
  int down[2], up[2];
  if (::pipe2(down, O_CLOEXEC) != 0 || ::pipe2(up, O_CLOEXEC) != 0)
    throw std::system_error(errno, std::generic_category(), "pipe");
  child_ = ::fork();
  if (child_ < 0) throw std::system_error(errno, std::generic_category(), "fork");
  if (child_ == 0) {
    ::close(down[1]);
    std::uint16_t port = 0;
    if (!readAll(down[0], &port, sizeof port)) std::_Exit(3);
    std::_Exit(std::make_unique<Crowd>(port, static_cast<std::size_t>(count), up[1])->run());
  }
  ::close(down[0]);
  ::close(up[1]);
  to_ = down[1];
  from_ = up[0];
}

Watchers::~Watchers() {
  ::close(to_);
  ::close(from_);
  if (child_ <= 0) return;
  ::kill(child_, SIGKILL);
  ::waitpid(child_, nullptr, 0);
}

void Watchers::connect(std::uint16_t port) {
  char ready = 0;
  if (!writeAll(to_, &port, sizeof port) || !readAll(from_, &ready, 1))
    throw std::runtime_error("the watchers could not all connect");
}

Watchers::Figures Watchers::finish() {
  Figures figures;
  std::size_t size = 0;
  std::vector<Read> read;
  const auto whole = [&] {
    if (!readAll(from_, &figures, sizeof figures) || !readAll(from_, &size, sizeof size)) return false;
    read.resize(size);
    return readAll(from_, read.data(), size * sizeof(Read));
  };
  if (!whole()) throw std::runtime_error("the watchers have failed");
  ::waitpid(child_, nullptr, 0);
  child_ = -1;
  if (figures.wrong != 0)
    throw std::runtime_error("the watchers saw " + std::to_string(figures.wrong) +
                             " events lost, doubled or out of order");
  read_.insert(read.begin(), read.end());
  return figures;
}

}  // namespace troupe::bench
