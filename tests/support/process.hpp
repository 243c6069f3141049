#pragma once

/// Starts programs as a user does, for tests of the whole:
///
///   troupe::test::Process program({TROUPE_BUILD_DIR "/bin/troupe", "run", "a.json"}, options);
///   program.waitFor("Saved story #1");
///   program.signal(SIGINT);
///   CHECK(program.wait().code == 5);
///
/// Nothing sleeps: every wait is for output or for the end, and throws with all that was printed when it takes longer
/// than the limit. From one thread.

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace troupe::test {

struct ProcessOptions {
  std::vector<std::string> environment;       ///< "NAME=value"; nothing else is passed on
  std::filesystem::path folder;               ///< working directory; empty: that of the test
  std::filesystem::path input = "/dev/null";  ///< standard input
  bool terminal = false;                      ///< stdin, stdout and stderr are one pseudo-terminal; all comes in out()
  int columns = 80, rows = 24;                ///< of that terminal
  std::optional<std::uint64_t> file_size;     ///< RLIMIT_FSIZE in bytes, with SIGXFSZ ignored: writing beyond it fails
  std::vector<int> closed;                    ///< descriptors that the program starts without
  std::chrono::seconds limit{60};             ///< of every wait
};

/// How a program ended.
struct Ended {
  int code = -1;   ///< exit code, or -1
  int signal = 0;  ///< the signal that ended it, or 0
};

class Process {
 public:
  Process(std::vector<std::string> command, ProcessOptions options) : options_(std::move(options)) { start(command); }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process() {
    if (!ended_) {
      ::kill(pid_, SIGKILL);
      ::waitpid(pid_, nullptr, 0);
    }
    for (const int fd : {out_fd_, err_fd_, pid_fd_, master_})
      if (fd >= 0) ::close(fd);
  }

  pid_t pid() const { return pid_; }
  const std::string& out() const { return out_; }
  const std::string& err() const { return err_; }
  void signal(int number) const {
    if (!ended_) ::kill(pid_, number);
  }
  /// Of the pseudo-terminal; the program gets SIGWINCH.
  void resize(int columns, int rows) const {
    const winsize size{static_cast<unsigned short>(rows), static_cast<unsigned short>(columns), 0, 0};
    ::ioctl(master_, TIOCSWINSZ, &size);
  }
  /// As if typed at the pseudo-terminal: "\x03" is Ctrl-C.
  void type(std::string_view keys) const {
    if (::write(master_, keys.data(), keys.size()) < 0) throw std::runtime_error("cannot type");
  }

  /// Until the condition holds; false when the program ended first.
  bool waitUntil(const std::function<bool()>& condition) {
    const auto deadline = Clock::now() + options_.limit;
    for (;;) {
      if (condition()) return true;
      if (ended_) return false;
      if (!pump(deadline)) throw std::runtime_error("waited in vain; " + printed());
    }
  }
  /// Until `text` is printed on stdout (or the terminal) `times` times; throws when the program ends first.
  void waitFor(std::string_view text, std::size_t times = 1) {
    if (!waitUntil([&] { return count(out_, text) >= times; }))
      throw std::runtime_error("ended without printing \"" + std::string(text) + "\"; " + printed());
  }
  /// Takes what has been printed by now: a program whose pipe is full waits.
  void takeOutput() {
    drain(out_fd_, out_);
    drain(err_fd_, err_);
  }
  /// Until the end.
  Ended wait() {
    waitUntil([] { return false; });
    return *ended_;
  }
  /// Until the end, but at most this long; false: it still runs.
  bool waitAtMost(std::chrono::microseconds time) {
    const auto deadline = Clock::now() + time;
    while (!ended_)
      if (!pump(deadline)) return false;
    return true;
  }
  Ended kill() {
    signal(SIGKILL);
    return wait();
  }

  std::string printed() const { return "stdout:\n" + out_ + "\nstderr:\n" + err_; }

  static std::size_t count(std::string_view text, std::string_view part) {
    std::size_t found = 0;
    for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + part.size())) ++found;
    return found;
  }

 private:
  using Clock = std::chrono::steady_clock;

  void start(const std::vector<std::string>& command) {
    // All that the child needs is made before the fork: other threads may hold the allocator's lock.
    std::vector<char*> arguments, environment;
    for (const auto& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
    for (const auto& variable : options_.environment) environment.push_back(const_cast<char*>(variable.c_str()));
    arguments.push_back(nullptr);
    environment.push_back(nullptr);
    const std::string folder = options_.folder.string(), input = options_.input.string();
    std::array<int, 2> out{-1, -1}, err{-1, -1};
    if (options_.terminal) {
      const winsize size{static_cast<unsigned short>(options_.rows), static_cast<unsigned short>(options_.columns), 0,
                         0};
      pid_ = ::forkpty(&master_, nullptr, nullptr, &size);
    } else {
      if (::pipe2(out.data(), O_CLOEXEC) != 0 || ::pipe2(err.data(), O_CLOEXEC) != 0) fail("pipe2");
      pid_ = ::fork();
    }
    if (pid_ < 0) fail("fork");
    if (pid_ == 0) {
      if (!options_.terminal) {
        ::dup2(::open(input.c_str(), O_RDONLY), STDIN_FILENO);
        ::dup2(out[1], STDOUT_FILENO);
        ::dup2(err[1], STDERR_FILENO);
      }
      if (options_.file_size) {
        ::signal(SIGXFSZ, SIG_IGN);
        const rlimit limit{*options_.file_size, *options_.file_size};
        ::setrlimit(RLIMIT_FSIZE, &limit);
      }
      for (const int fd : options_.closed) ::close(fd);
      if (!folder.empty() && ::chdir(folder.c_str()) != 0) ::_exit(126);
      ::execve(arguments[0], arguments.data(), environment.data());
      ::_exit(127);
    }
    if (options_.terminal) {
      out_fd_ = ::fcntl(master_, F_DUPFD_CLOEXEC, 0);
    } else {
      ::close(out[1]);
      ::close(err[1]);
      out_fd_ = out[0];
      err_fd_ = err[0];
    }
    pid_fd_ = static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0));
    if (pid_fd_ < 0) fail("pidfd_open");
    for (const int fd : {out_fd_, err_fd_})
      if (fd >= 0) ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
  }

  // Takes what has come; false when nothing came before the deadline.
  bool pump(Clock::time_point deadline) {
    std::array<pollfd, 3> fds{pollfd{pid_fd_, POLLIN, 0}, pollfd{out_fd_, POLLIN, 0}, pollfd{err_fd_, POLLIN, 0}};
    const auto left = std::chrono::ceil<std::chrono::microseconds>(deadline - Clock::now()).count();
    const timespec time{left > 0 ? left / 1'000'000 : 0, left > 0 ? left % 1'000'000 * 1000 : 0};
    const int ready = ::ppoll(fds.data(), fds.size(), &time, nullptr);
    if (ready < 0 && errno != EINTR) fail("ppoll");
    if (ready == 0) return false;
    drain(out_fd_, out_);
    drain(err_fd_, err_);
    if (fds[0].revents != 0) {
      int status = 0;
      ::waitpid(pid_, &status, 0);
      drain(out_fd_, out_);
      drain(err_fd_, err_);
      ended_ = WIFEXITED(status) ? Ended{WEXITSTATUS(status), 0} : Ended{-1, WTERMSIG(status)};
    }
    return true;
  }

  static void drain(int& fd, std::string& to) {
    std::array<char, 65536> buffer;
    while (fd >= 0) {
      const auto got = ::read(fd, buffer.data(), buffer.size());
      if (got > 0) {
        to.append(buffer.data(), static_cast<std::size_t>(got));
      } else if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
        return;
      } else {  // The end; of a pseudo-terminal EIO.
        ::close(fd);
        fd = -1;
      }
    }
  }

  [[noreturn]] static void fail(const char* what) {
    throw std::runtime_error(std::string(what) + ": " + std::strerror(errno));
  }

  const ProcessOptions options_;
  pid_t pid_ = -1;
  int master_ = -1, out_fd_ = -1, err_fd_ = -1, pid_fd_ = -1;
  std::string out_, err_;
  std::optional<Ended> ended_;
};

}  // namespace troupe::test
