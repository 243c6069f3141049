#include "terminal.hpp"

#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>

#include "support/quiet_write.hpp"

namespace troupe::console {
namespace {

constexpr int kPatience_ms = 1000;  // for a slow reader of a pipe that does not block

}  // namespace

bool Output::isTerminal() const { return ::isatty(fd_) == 1; }

Output::Size Output::size() const {
  winsize window{};
  if (::ioctl(fd_, TIOCGWINSZ, &window) != 0) return {};
  Size out;
  if (window.ws_col > 0) out.width = window.ws_col;
  if (window.ws_row > 0) out.height = window.ws_row;
  return out;
}

bool Output::writable(int wait_ms) const {
  pollfd poll{fd_, POLLOUT, 0};
  return ::poll(&poll, 1, wait_ms) == 1 && (poll.revents & POLLOUT) != 0;
}

bool Output::write(std::string_view data) {
  while (!data.empty() && !gone_) {
    const ssize_t written = sinks::quietWrite(fd_, data);
    if (written > 0) {
      data.remove_prefix(static_cast<std::size_t>(written));
    } else if (written == 0) {
      return false;
    } else if (errno == EAGAIN) {
      if (!writable(kPatience_ms)) return false;
    } else {
      gone_ = errno == EPIPE || errno == EBADF || errno == EIO;  // EIO: the terminal was closed
      return false;
    }
  }
  return !gone_;
}

void Screen::draw(const Frame& frame, Output::Size size) {
  std::string out = "\x1b[?25l";
  const bool resized = drawn_ > 0 && (size.width != size_.width || size.height != size_.height);
  if (resized || torn_) {
    out += "\x1b[0m\x1b[H\x1b[J";
  } else if (drawn_ > 0) {
    out.append("\x1b[").append(std::to_string(drawn_)).append("A");
  }
  for (const auto& line : frame) {
    out.append("\r").append(line.text);
    if (line.width < size.width) out.append("\x1b[K");  // in the last column it would erase what was just written
    out.append("\n");
  }
  out.append("\r\x1b[J\x1b[?25h");
  torn_ = !output_.write(out);
  drawn_ = static_cast<int>(frame.size());
  size_ = size;
}

void Screen::print(const Frame& frame) {
  std::string out;
  for (const auto& line : frame) out.append("\r").append(line.text).append("\n");
  out.append("\r");
  output_.write(out);
  drawn_ = 0;
}

}  // namespace troupe::console
