#pragma once

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

namespace troupe::test {

/// A process of its own for what cannot be done to the test itself: being killed, or having no room on the disk. It
/// announces numbers through a pipe. Fork only while no other thread runs.
class Child {
 public:
  using Announce = std::function<void(int)>;

  /// Runs `work` in the child; its exit status is 0, or 99 when `work` throws.
  explicit Child(const std::function<void(const Announce&)>& work) {
    int ends[2];
    if (::pipe(ends) != 0) throw std::runtime_error("pipe failed");
    pid_ = ::fork();
    if (pid_ < 0) throw std::runtime_error("fork failed");
    if (pid_ == 0) {
      ::close(ends[0]);
      int status = 0;
      try {
        work([&](int number) {
          if (::write(ends[1], &number, sizeof number) != sizeof number) std::_Exit(98);
        });
      } catch (const std::exception& e) {
        std::fprintf(stderr, "child: %s\n", e.what());
        status = 99;
      }
      std::_Exit(status);
    }
    ::close(ends[1]);
    pipe_ = ends[0];
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    if (pid_ > 0) kill();
    ::close(pipe_);
  }

  /// Waits for that many announcements, or fewer when the child ends.
  std::vector<int> next(std::size_t count) {
    std::vector<int> numbers;
    int number = 0;
    while (numbers.size() < count && readOne(number)) numbers.push_back(number);
    return numbers;
  }
  std::vector<int> rest() { return next(static_cast<std::size_t>(-1)); }
  void kill() {
    ::kill(pid_, SIGKILL);
    wait();
  }
  /// The exit status, or 128 + the signal that ended it.
  int wait() {
    int status = 0;
    ::waitpid(pid_, &status, 0);
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

 private:
  bool readOne(int& number) {
    ssize_t n = 0;
    do {
      n = ::read(pipe_, &number, sizeof number);
    } while (n < 0 && errno == EINTR);
    return n == sizeof number;
  }
  pid_t pid_ = -1;
  int pipe_ = -1;
};

/// No file of this process may grow beyond this: what a full disk looks like. RLIM_INFINITY lifts it.
inline void limitFileSize(rlim_t bytes) {
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit limit{};
  ::getrlimit(RLIMIT_FSIZE, &limit);
  limit.rlim_cur = bytes;
  if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) throw std::runtime_error("setrlimit failed");
}

}  // namespace troupe::test
