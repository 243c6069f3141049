#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "benchmarks/bench.hpp"
#include "support/temp_dir.hpp"

namespace troupe::bench {

ProgramUsage runProgram(std::vector<std::string> words, const std::filesystem::path& home) {
  std::vector<std::string> variables = {"PATH=/usr/bin:/bin", "HOME=" + home.string(),
                                        "XDG_STATE_HOME=" + (home / "state").string(),
                                        "XDG_CACHE_HOME=" + (home / "cache").string()};
  std::vector<char*> argv, environment;
  for (auto& word : words) argv.push_back(word.data());
  for (auto& variable : variables) environment.push_back(variable.data());
  argv.push_back(nullptr);
  environment.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
  const auto began = Clock::now();
  pid_t pid = 0;
  const int failed = posix_spawn(&pid, argv[0], &actions, nullptr, argv.data(), environment.data());
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) throw std::runtime_error("cannot start " + words[0]);
  int status = 0;
  rusage usage{};
  ::wait4(pid, &status, 0, &usage);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) throw std::runtime_error(words[0] + " " + words[1] + " failed");
  return {secondsSince(began), static_cast<double>(usage.ru_maxrss) / 1024};
}

namespace {

double median(const std::vector<std::string>& words, const std::filesystem::path& home) {
  std::vector<double> times;
  for (int i = 0; i < 21; ++i) times.push_back(runProgram(words, home).seconds);
  std::nth_element(times.begin(), times.begin() + 10, times.end());
  return times[10] * 1000;
}

}  // namespace

void programBench() {
  const test::TempDir folder;
  // Twenty plugins: the bundled ones, and copies of one under other names, which are found to be shadowed only after
  // being read.
  const auto plugins = folder.path() / "plugins";
  std::filesystem::create_directories(plugins);
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(TROUPE_PLUGIN_DIR))
    if (entry.path().extension() == ".troupe") ++count;
  for (; count < 20; ++count)
    std::filesystem::copy_file(std::filesystem::path(TROUPE_PLUGIN_DIR) / "scorer.text.troupe",
                               plugins / ("copy-" + std::to_string(count) + ".troupe"));
  report("start of a process: /bin/true (baseline), median of 21",
         text(median({"/bin/true", ""}, folder.path()), 1) + " ms", "");
  report("troupe plugins list over 20 plugins, median of 21",
         text(median({TROUPE_PROGRAM, "plugins", "list", "--plugin-path", plugins.string()}, folder.path()), 1) + " ms",
         "under 50 ms");
  report(
      "troupe validate config/stories.json, median of 21",
      text(median({TROUPE_PROGRAM, "validate", std::string(TROUPE_SOURCE_DIR) + "/config/stories.json"}, folder.path()),
           1) +
          " ms",
      "under 50 ms");
}

}  // namespace troupe::bench
