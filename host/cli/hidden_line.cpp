#include "cli/hidden_line.hpp"

#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <iostream>

#include "support/problem.hpp"

namespace troupe::cli {
namespace {

constexpr std::size_t kMaxBytes = 65536;
constexpr char kInterrupt = 3, kEndOfInput = 4, kErase = 8, kDelete = 127;

// The terminal as it was, whatever happens. Ctrl-C comes as a character meanwhile, so that no signal ends the program
// with the echo off.
class NoEcho {
 public:
  NoEcho() {
    ::tcgetattr(STDIN_FILENO, &before_);
    auto quiet = before_;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO | ICANON | ISIG);
    quiet.c_cc[VMIN] = 1;
    quiet.c_cc[VTIME] = 0;
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
  }
  ~NoEcho() { ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_); }
  NoEcho(const NoEcho&) = delete;
  NoEcho& operator=(const NoEcho&) = delete;

 private:
  termios before_{};
};

// The next character; nothing at the end.
std::optional<char> next() {
  char c = 0;
  for (;;) {
    const auto got = ::read(STDIN_FILENO, &c, 1);
    if (got == 1) return c;
    if (got == 0) return std::nullopt;
    if (errno != EINTR) throw Failure(ExitCode::usage, std::string("standard input: ") + std::strerror(errno));
  }
}

std::string limited(std::string line) {
  if (line.size() > kMaxBytes) throw Failure(ExitCode::usage, "more than 64 KiB on one line: this is no secret");
  return line;
}

std::optional<std::string> typed() {
  std::string line;
  while (const auto c = next()) {
    if (*c == '\n' || *c == '\r') return line;
    if (*c == kInterrupt || *c == kEndOfInput) return std::nullopt;
    if (*c != kErase && *c != kDelete) {
      line = limited(std::move(line) + *c);
    } else if (!line.empty()) {
      line.pop_back();
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> readHiddenLine(const std::string& prompt) {
  if (::isatty(STDIN_FILENO) == 0) {
    std::string line;
    while (const auto c = next()) {
      if (*c == '\n') break;
      line = limited(std::move(line) + *c);
    }
    if (!line.empty() && line.back() == '\r') line.pop_back();
    return line;
  }
  const NoEcho quiet;
  std::cerr << prompt << std::flush;
  auto line = typed();
  std::cerr << '\n';
  return line;
}

}  // namespace troupe::cli
