#pragma once

#include <pthread.h>
#include <signal.h>
#include <sys/types.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <ctime>
#include <string_view>

namespace troupe::sinks {

/// One write(2) that raises no signal: a reader that has gone (SIGPIPE) or a size limit (SIGXFSZ) is errno, not the end
/// of the program. Repeats after EINTR only. Returns what write() returned; errno is that of write().
inline ssize_t quietWrite(int fd, std::string_view data) {
  sigset_t ours;
  sigset_t before;
  sigset_t pending;
  sigemptyset(&ours);
  sigaddset(&ours, SIGPIPE);
  sigaddset(&ours, SIGXFSZ);
  pthread_sigmask(SIG_BLOCK, &ours, &before);
  ssize_t written;
  do {
    written = ::write(fd, data.data(), data.size());
  } while (written < 0 && errno == EINTR);
  const int error = errno;
  if (written < 0 && (error == EPIPE || error == EFBIG)) {
    // Takes back the signal that this write made; one that the program blocks itself is left to it.
    const int signal = error == EPIPE ? SIGPIPE : SIGXFSZ;
    if (sigismember(&before, signal) == 0 && sigpending(&pending) == 0 && sigismember(&pending, signal) == 1) {
      sigset_t one;
      sigemptyset(&one);
      sigaddset(&one, signal);
      const std::timespec at_once{0, 0};
      while (sigtimedwait(&one, nullptr, &at_once) < 0 && errno == EINTR) {
      }
    }
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  errno = error;
  return written;
}

}  // namespace troupe::sinks
