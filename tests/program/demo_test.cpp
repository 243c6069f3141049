// The demo, and what the README invites people to break.
#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>
#include <map>

#include "program/database.hpp"
#include "program/sandbox.hpp"

namespace {

using namespace troupe::test;
using Catch::Matchers::Contains;

constexpr const char* kDemo = TROUPE_SOURCE_DIR "/config/stories.json";

std::vector<std::string> demo(const std::vector<std::string>& more = {}) {
  std::vector<std::string> arguments{"run", kDemo};
  for (const char* voice : {"marlow", "wren", "quill"})
    arguments.insert(arguments.end(), {"--set", "nodes." + std::string(voice) + ".options.pace_ms=0"});
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

}  // namespace

TEST_CASE("the demo shows what it is meant to show", "[program][demo]") {
  const Sandbox sandbox;
  const auto result = sandbox.run(demo());
  INFO(result.out << result.err);
  REQUIRE(result.code == 0);
  CHECK(result.err.empty());
  CHECK_THAT(result.out, Contains("\nTraining Completed!\nSuccessfully generated 48 out of 50 examples in "));
  CHECK_THAT(result.out, Contains("\nModel   Wins  Mean quality  Failures  Mean time\n"));
  CHECK_THAT(result.out, Contains("\nBest story: sample "));
  CHECK_THAT(result.out, Contains("\nWhy it won: "));
  CHECK_THAT(result.out, Contains("sqlite3 stories.db "));
  CHECK(value(sandbox.journal(), "SELECT count(*) FROM decisions WHERE NOT ok") == "2");
  // Each voice wins at least 15 % of the samples; half to three quarters are good enough to keep.
  std::map<std::string, int> wins;
  for (const auto& row : query(sandbox.journal(), "SELECT winner, count(*) FROM decisions WHERE ok GROUP BY winner"))
    wins[row[0]] = std::stoi(row[1]);
  for (const char* voice : {"marlow", "wren", "quill"}) {
    CAPTURE(voice, wins[voice]);
    CHECK(wins[voice] >= 8);
  }
  const auto saved = std::stoi(value(sandbox / "stories.db", "SELECT count(*) FROM stories"));
  CHECK(saved >= 25);
  CHECK(saved <= 37);
  CHECK(Process::count(result.out, "Saved story #") == static_cast<std::size_t>(saved));
  CHECK(Process::count(readFile(sandbox / "stories.log"), "/50 - ") == 50);
  CHECK(Process::count(readFile(sandbox / "stories.log"), " - Failed: ") == 2);
}

TEST_CASE("the demo gives the same samples at any concurrency", "[program][demo]") {
  const Sandbox one, many;
  REQUIRE(one.run(demo({"--quiet", "--in-flight", "1"})).code == 0);
  REQUIRE(many.run(demo({"--quiet", "--in-flight", "16"})).code == 0);
  const auto canonical = [](const Sandbox& sandbox) {
    return sandbox.run({"runs", "export", "last", "--canonical"}).out;
  };
  const bool same = canonical(one) == canonical(many);
  CHECK(same);
  CHECK(Process::count(canonical(one), "\n") == 50);
}

TEST_CASE("break it: kill -9, then resume", "[program][demo]") {
  const Sandbox sandbox, calm;
  std::vector<std::string> paced{"run", kDemo};  // In the middle of a word.
  for (const char* voice : {"marlow", "wren", "quill"})
    paced.insert(paced.end(), {"--set", "nodes." + std::string(voice) + ".options.pace_ms=40"});
  const auto program = sandbox.start(paced);
  program->waitFor("Saved story #3");
  CHECK(program->kill().signal == SIGKILL);
  CHECK_THAT(sandbox.run({"runs", "list"}).out, Contains("interrupted"));
  const auto resumed = sandbox.run({"resume", "last"});
  INFO(resumed.out << resumed.err);
  CHECK(resumed.code == 0);
  CHECK_THAT(resumed.out, Contains("Successfully generated 48 out of 50 examples in "));
  REQUIRE(calm.run(demo({"--quiet"})).code == 0);
  const bool same =
      sandbox.run({"runs", "export", "--canonical"}).out == calm.run({"runs", "export", "--canonical"}).out;
  CHECK(same);
  CHECK(value(sandbox / "stories.db", "SELECT count(*) - count(DISTINCT idx) FROM stories") == "0");
}

TEST_CASE("break it: a voice that always fails leaves the stage to the others", "[program][demo]") {
  const Sandbox sandbox;
  const auto result =
      sandbox.run(demo({"--set", "nodes.wren.options.failure_rate=1", "--set", "nodes.wren.limits.retries=0"}));
  INFO(result.out << result.err);
  CHECK(result.code == 0);
  CHECK(value(sandbox.journal(), "SELECT count(*) FROM decisions WHERE winner = 'wren'") == "0");
  CHECK(std::stoi(value(sandbox.journal(), "SELECT count(*) FROM decisions WHERE ok")) >= 45);
  CHECK(value(sandbox.journal(), "SELECT count(*) FROM calls WHERE node = 'wren' AND NOT ok") == "50");
}

TEST_CASE("break it: your own provider joins from a folder", "[program][demo]") {
  const Sandbox sandbox;
  auto text = readFile(kDemo);
  const auto wren = text.find("\"troupe.provider.storyteller\"", text.find("\"wren\": {"));
  const auto options = text.find("\"options\"", wren), end = text.find('}', options);
  text.replace(options, end + 1 - options, "\"options\": {}");
  text.replace(wren, 29, "\"org.example.provider.parrot\"");
  sandbox.write("mine.json", text);
  std::vector<std::string> arguments{"run", "mine.json", "--plugin-path", TROUPE_PROGRAM_PLUGIN_DIR};
  for (const char* voice : {"marlow", "quill"})
    arguments.insert(arguments.end(), {"--set", "nodes." + std::string(voice) + ".options.pace_ms=0"});
  const auto result = sandbox.run(arguments);
  INFO(result.out << result.err);
  CHECK(result.code == 0);
  CHECK(value(sandbox.journal(), "SELECT count(*) FROM calls WHERE node = 'wren' AND ok") == "50");
  CHECK_THAT(sandbox.run({"plugins", "list", "--plugin-path", TROUPE_PROGRAM_PLUGIN_DIR}).out,
             Contains("org.example.provider.parrot"));
}
