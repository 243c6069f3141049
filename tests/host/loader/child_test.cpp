#include "loader/child.hpp"

#include <catch2/catch.hpp>
#include <chrono>
#include <string>
#include <vector>

#include "support/temp_dir.hpp"

using troupe::loader::runChild;
using namespace std::chrono_literals;

TEST_CASE("a child's end is told", "[child]") {
  using Row = std::tuple<std::string, std::string>;
  const auto [script, expected] = GENERATE(values<Row>({
      {"exit 0", "it ended with exit code 0"},
      {"exit 3", "it ended with exit code 3"},
      {"kill -SEGV $$", "it was killed by SIGSEGV"},
      {"kill -TERM $$", "it was killed by SIGTERM"},
  }));
  CAPTURE(script);
  const auto child = runChild({"/bin/sh", "-c", script}, {}, 10s);
  CHECK(child.started);
  CHECK(child.describe(10s) == expected);
}

TEST_CASE("a child that does not end is killed with all that it started", "[child]") {
  const auto child = runChild({"/bin/sh", "-c", "echo begun >&2; sleep 1000 & wait"}, {}, 300ms);
  CHECK(child.timed_out);
  CHECK(child.stderr_tail == "begun\n");
}

TEST_CASE("a grandchild that holds the pipe does not hold us", "[child]") {
  const auto child = runChild({"/bin/sh", "-c", "sleep 1000 & echo done"}, {}, 60s);
  CHECK_FALSE(child.timed_out);
  CHECK(child.exit_code == 0);
  CHECK(child.output == "done\n");
}

TEST_CASE("much output is bounded, its end is kept", "[child]") {
  const auto child = runChild(
      {"/bin/sh", "-c", "i=0; while [ $i -lt 2000 ]; do echo line $i >&2; i=$((i+1)); done; head -c 3000000 /dev/zero"},
      {}, 60s);
  CHECK(child.exit_code == 0);
  CHECK(child.output.size() == (1u << 20));
  CHECK(child.stderr_tail.size() == 2048);
  CHECK(child.stderr_tail.find("line 1999\n") == 2048 - 10);
}

TEST_CASE("a child has its folder, an empty stdin and none of our descriptors", "[child]") {
  const troupe::test::TempDir folder;
  const auto child = runChild({"/bin/sh", "-c", "pwd; cat; ls /proc/self/fd | wc -l"}, folder.path(), 60s);
  // 0, 1, 2 and the one with which ls reads the folder.
  CHECK(child.output == folder.path().string() + "\n4\n");
}

TEST_CASE("a program that is not there is told", "[child]") {
  const auto child = runChild({"/nowhere/program"}, {}, 1s);
  CHECK_FALSE(child.started);
  CHECK(child.describe(1s) == "it could not be started: /nowhere/program: No such file or directory");
}
