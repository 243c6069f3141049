#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

namespace troupe::loader {

/// How a child process ended.
struct ChildResult {
  bool started = false;
  bool timed_out = false;
  int exit_code = -1;       ///< -1 when it did not exit by itself
  int signal = 0;           ///< what killed it, or 0
  std::string output;       ///< what it wrote to stdout, at most 1 MiB
  std::string stderr_tail;  ///< the last 2 KiB of stderr
  std::string error;        ///< why it was not started

  /// "it was killed by SIGSEGV (Segmentation fault)", "it did not end within 5 s", "it ended with exit code 3".
  std::string describe(std::chrono::milliseconds limit) const;
};

/// Runs a program by posix_spawn in a process group of its own, with stdin empty, no descriptor of ours but stdout and
/// stderr, in folder `cwd` (empty: ours). After `limit`, or once it has ended, its whole group is killed. [any thread]
ChildResult runChild(const std::vector<std::string>& command, const std::filesystem::path& cwd,
                     std::chrono::milliseconds limit);

}  // namespace troupe::loader
