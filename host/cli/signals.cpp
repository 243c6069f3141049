#include "cli/signals.hpp"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <string_view>
#include <utility>

#include "support/problem.hpp"

namespace troupe::cli {
namespace {

constexpr int kWake = SIGUSR1;  // Ends the thread.

sigset_t handled() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, kWake}) sigaddset(&set, signal);
  return set;
}

const char* nameOf(int signal) {
  switch (signal) {
    case SIGINT:
      return "SIGINT";
    case SIGTERM:
      return "SIGTERM";
    default:
      return "SIGHUP";
  }
}

void print(int fd, std::string_view text) {
  [[maybe_unused]] const auto written = ::write(fd, text.data(), text.size());
}

[[noreturn]] void endAtOnce(const std::string& farewell) {
  // What the console may have hidden is shown again; nothing else is left to do, since the journal needs no goodbye.
  if (::isatty(STDOUT_FILENO)) print(STDOUT_FILENO, "\x1b[?25h\n");
  print(STDERR_FILENO, farewell);
  std::_Exit(static_cast<int>(ExitCode::paused));
}

}  // namespace

Signals::Signals() {
  const auto set = handled();
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

void Signals::listen(std::function<void(const std::string&)> pause, std::string farewell) {
  pause_ = std::move(pause);
  thread_ = std::thread([this, farewell = std::move(farewell)] {
    const auto set = handled();
    for (bool paused = false;;) {
      int signal = 0;
      if (::sigwait(&set, &signal) != 0) continue;
      if (signal == kWake) return;
      const std::lock_guard lock(mutex_);
      if (!paused && pause_) {
        pause_(nameOf(signal));
      } else if (signal != SIGHUP) {  // A terminal that closes may send it twice.
        endAtOnce(farewell);
      }
      paused = true;
    }
  });
}

void Signals::silence() {
  const std::lock_guard lock(mutex_);
  pause_ = nullptr;
}

Signals::~Signals() {
  if (thread_.joinable()) {
    ::pthread_kill(thread_.native_handle(), kWake);
    thread_.join();
  }
  const auto set = handled();
  ::pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

}  // namespace troupe::cli
