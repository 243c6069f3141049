#include "loader/child.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace troupe::loader {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kMaxOutput = 1u << 20;
constexpr std::size_t kTail = 2048;

class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  ~Fd() { reset(); }
  void reset(int fd = -1) {
    if (fd_ >= 0) ::close(fd_);
    fd_ = fd;
  }
  int get() const { return fd_; }

 private:
  int fd_ = -1;
};

struct Pipe {
  Fd read, write;
  bool open() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return false;
    read.reset(ends[0]);
    write.reset(ends[1]);
    return true;
  }
};

// Not blocking for longer than there is something to read; false at the end.
bool take(int fd, std::string& to, bool tail) {
  std::array<char, 4096> block;
  const ssize_t n = ::read(fd, block.data(), block.size());
  if (n < 0) return errno == EINTR || errno == EAGAIN;
  if (n == 0) return false;
  to.append(block.data(), static_cast<std::size_t>(n));
  if (tail && to.size() > kTail) to.erase(0, to.size() - kTail);
  if (!tail && to.size() > kMaxOutput) to.resize(kMaxOutput);
  return true;
}

int spawn(const std::vector<std::string>& command, const std::filesystem::path& cwd, int out, int err, pid_t& pid) {
  std::vector<char*> arguments;
  for (const auto& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawnattr_init(&attributes);
  ::posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&actions, out, 1);
  ::posix_spawn_file_actions_adddup2(&actions, err, 2);
  ::posix_spawn_file_actions_addclosefrom_np(&actions, 3);
  if (!cwd.empty()) ::posix_spawn_file_actions_addchdir_np(&actions, cwd.c_str());
  // Signals that we block or ignore must stop the child all the same.
  sigset_t none;
  sigset_t usual;
  ::sigemptyset(&none);
  ::sigemptyset(&usual);
  for (const int s : {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGABRT, SIGSEGV}) ::sigaddset(&usual, s);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  ::posix_spawnattr_setsigdefault(&attributes, &usual);
  ::posix_spawnattr_setpgroup(&attributes, 0);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  const int error = ::posix_spawn(&pid, arguments[0], &actions, &attributes, arguments.data(), environ);
  ::posix_spawnattr_destroy(&attributes);
  ::posix_spawn_file_actions_destroy(&actions);
  return error;
}

// Leaves the process waitable.
bool hasEnded(pid_t pid) {
  siginfo_t info{};
  return ::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == pid;
}

}  // namespace

std::string ChildResult::describe(std::chrono::milliseconds limit) const {
  if (!started) return "it could not be started: " + error;
  if (timed_out) return "it did not end within " + std::to_string(limit.count() / 1000) + " s";
  if (signal != 0) {
    const char* name = ::sigabbrev_np(signal);
    return "it was killed by " + (name != nullptr ? std::string("SIG") + name : "signal " + std::to_string(signal));
  }
  return "it ended with exit code " + std::to_string(exit_code);
}

ChildResult runChild(const std::vector<std::string>& command, const std::filesystem::path& cwd,
                     std::chrono::milliseconds limit) {
  ChildResult result;
  Pipe out;
  Pipe err;
  if (!out.open() || !err.open()) {
    result.error = std::strerror(errno);
    return result;
  }
  pid_t pid = -1;
  if (const int error = spawn(command, cwd, out.write.get(), err.write.get(), pid); error != 0) {
    result.error = command.front() + ": " + std::strerror(error);
    return result;
  }
  result.started = true;
  out.write.reset();
  err.write.reset();
  // Readable once the child has ended; a pipe alone does not tell, a grandchild may hold it.
  const Fd ended(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  const auto deadline = Clock::now() + limit;
  std::array<pollfd, 3> watched{{{out.read.get(), POLLIN, 0}, {err.read.get(), POLLIN, 0}, {ended.get(), POLLIN, 0}}};
  bool over = false;
  while (!over) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
    if (left <= 0) {
      result.timed_out = true;
      break;
    }
    // Kernels without pidfd_open: look every 10 ms.
    const int ready =
        ::poll(watched.data(), watched.size(), static_cast<int>(ended.get() < 0 ? std::min<long>(left, 10) : left));
    if (ready < 0 && errno != EINTR) break;
    if (ready < 0) continue;
    // The pipes are emptied first: what a dying process has written is the diagnosis.
    const bool silent = watched[0].revents == 0 && watched[1].revents == 0;
    if (watched[0].revents != 0 && !take(watched[0].fd, result.output, false)) watched[0].fd = -1;
    if (watched[1].revents != 0 && !take(watched[1].fd, result.stderr_tail, true)) watched[1].fd = -1;
    over = silent && (ended.get() < 0 ? hasEnded(pid) : watched[2].revents != 0);
  }
  ::kill(-pid, SIGKILL);
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (result.timed_out) return result;
  if (WIFEXITED(status)) result.exit_code = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) result.signal = WTERMSIG(status);
  return result;
}

}  // namespace troupe::loader
