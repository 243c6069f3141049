#pragma once

#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <exception>
#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "journal/journal.hpp"
#include "support/problem.hpp"

namespace troupe::test {

inline journal::JournalOptions writing(const std::filesystem::path& file, const std::string& command = "test") {
  journal::JournalOptions options;
  options.file = file;
  options.write = true;
  options.command = command;
  return options;
}

inline journal::JournalOptions reading(const std::filesystem::path& file) {
  journal::JournalOptions options;
  options.file = file;
  return options;
}

inline journal::NewRun newRun(const std::string& pipeline = "stories") {
  journal::NewRun run;
  run.pipeline_name = pipeline;
  run.pipeline_text = "{ \"name\": \"stories\" } // as read";
  run.pipeline_effective = "{\"name\":\"stories\"}";
  run.pipeline_hash = "abc123";
  run.file = "config/stories.json";
  run.base = "/work";
  run.overrides_json = "[{\"path\":\"run.samples\",\"value\":\"5\"}]";
  run.user_id = "anna";
  run.seed = 7;
  run.samples = 50;
  run.in_flight = 8;
  return run;
}

/// One batch, whatever the types of its rows.
template <typename... Rows>
std::vector<journal::Row> batch(Rows... rows) {
  std::vector<journal::Row> list;
  (list.emplace_back(std::move(rows)), ...);
  return list;
}

inline journal::SampleStarted started(journal::RunKey run, std::int64_t index) {
  return {run, index, 1000 + index, R"({"id":"x","messages":[]})", "fantasy", 1};
}

inline journal::EventAppended event(journal::RunKey run, const std::string& members = R"("number":1)") {
  return {run, "sample", members, 1700000000000};
}

/// Runs `work` in a forked process and returns its pid; the process ends with what `work` returns, 99 after an
/// exception.
inline pid_t spawn(const std::function<int()>& work) {
  const pid_t child = ::fork();
  if (child != 0) return child;
  int code = 99;
  try {
    code = work();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "child: %s\n", error.what());
  }
  ::_exit(code);
}

/// The exit code of a child, or minus the signal that ended it.
inline int waitFor(pid_t child) {
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

/// The message of the Failure that `work` throws; "" when it throws none.
inline std::string messageOf(const std::function<void()>& work, ExitCode code = ExitCode::journal) {
  try {
    work();
  } catch (const Failure& failure) {
    return failure.code() == code ? failure.what() : "other exit code: " + std::string(failure.what());
  }
  return {};
}

}  // namespace troupe::test
