#pragma once

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "support/process.hpp"
#include "support/temp_dir.hpp"

namespace troupe::test {

/// What a finished program left.
struct Result {
  int code;
  std::string out, err;
};

/// A home, a working directory and XDG folders of their own, in which the real program runs.
class Sandbox {
 public:
  Sandbox() {
    for (const char* name : {"work", "home", "config", "data", "state", "cache"})
      std::filesystem::create_directory(dir_ / name);
  }

  /// The working directory.
  std::filesystem::path work() const { return dir_ / "work"; }
  std::filesystem::path operator/(std::string_view name) const { return work() / name; }
  std::filesystem::path journal() const { return dir_.path() / "state" / "troupe" / "journal.db"; }
  std::filesystem::path folder(std::string_view name) const { return dir_ / name; }
  /// A file in the working directory.
  std::filesystem::path write(const std::string& name, std::string_view text) const {
    return dir_.write("work/" + name, text);
  }

  ProcessOptions options() const {
    ProcessOptions options;
    options.folder = work();
    options.environment = {"HOME=" + (dir_ / "home").string(),
                           "XDG_CONFIG_HOME=" + (dir_ / "config").string(),
                           "XDG_DATA_HOME=" + (dir_ / "data").string(),
                           "XDG_STATE_HOME=" + (dir_ / "state").string(),
                           "XDG_CACHE_HOME=" + (dir_ / "cache").string(),
                           "TERM=xterm-256color",
                           "LANG=C.UTF-8"};
    for (const char* name : {"PATH", "TMPDIR", "ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS"})
      if (const char* value = std::getenv(name)) options.environment.push_back(std::string(name) + "=" + value);
    return options;
  }

  std::unique_ptr<Process> start(const std::vector<std::string>& arguments, ProcessOptions with) const {
    std::vector<std::string> command{TROUPE_BUILD_DIR "/bin/troupe"};
    command.insert(command.end(), arguments.begin(), arguments.end());
    return std::make_unique<Process>(std::move(command), std::move(with));
  }
  std::unique_ptr<Process> start(const std::vector<std::string>& arguments) const {
    return start(arguments, options());
  }

  Result run(const std::vector<std::string>& arguments, ProcessOptions with) const {
    const auto program = start(arguments, std::move(with));
    const auto ended = program->wait();
    if (ended.signal != 0)
      throw std::runtime_error("ended by signal " + std::to_string(ended.signal) + "; " + program->printed());
    return {ended.code, program->out(), program->err()};
  }
  Result run(const std::vector<std::string>& arguments) const { return run(arguments, options()); }

 private:
  TempDir dir_;
};

}  // namespace troupe::test
