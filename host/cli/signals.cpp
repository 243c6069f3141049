#include "cli/signals.hpp"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <cstdlib>
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
    case SIGINT: return "SIGINT";
    case SIGTERM: return "SIGTERM";
    default: return "SIGHUP";
  }
}

[[noreturn]] void endAtOnce() {
  // What the console may have hidden is shown again; nothing else is left to do, since the journal needs no goodbye.
  if (::isatty(STDOUT_FILENO)) {
    static constexpr char kShow[] = "\x1b[?25h\n";
    [[maybe_unused]] const auto written = ::write(STDOUT_FILENO, kShow, sizeof kShow - 1);
  }
  std::_Exit(static_cast<int>(ExitCode::paused));
}

}  // namespace

Signals::Signals() {
  const auto set = handled();
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

void Signals::listen(std::function<void(const std::string&)> pause) {
  thread_ = std::thread([pause = std::move(pause)] {
    const auto set = handled();
    for (bool paused = false;;) {
      int signal = 0;
      if (::sigwait(&set, &signal) != 0) continue;
      if (signal == kWake) return;
      if (paused && signal != SIGHUP) endAtOnce();
      if (!paused) pause(nameOf(signal));
      paused = true;
    }
  });
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
