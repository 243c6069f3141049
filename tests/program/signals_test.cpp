// SIGINT, SIGTERM and SIGHUP pause a run, in a terminal and in a pipe; what was being asked is not asked again.
#include <catch2/catch.hpp>
#include <csignal>
#include <set>
#include <sstream>

#include "program/database.hpp"
#include "program/sandbox.hpp"

namespace {

using namespace troupe::test;

const std::vector<std::string>& running() {
  static const std::vector<std::string> arguments{"run", TROUPE_TEST_DATA "/program/signals.json", "--plugin-path",
                                                  TROUPE_PROGRAM_PLUGIN_DIR};
  return arguments;
}

std::vector<std::string> resuming() { return {"resume", "last", "--plugin-path", TROUPE_PROGRAM_PLUGIN_DIR}; }

std::string runName(const Sandbox& sandbox) { return value(sandbox.journal(), "SELECT id FROM runs"); }

// No line of the calls twice.
void checkNoCallTwice(const Sandbox& sandbox) {
  std::istringstream calls(readFile(sandbox / "calls.txt"));
  std::set<std::string> seen;
  for (std::string line; std::getline(calls, line);) {
    CAPTURE(line);
    CHECK(seen.insert(line).second);
  }
  CHECK(seen.size() == 48);
}

}  // namespace

TEST_CASE("a signal pauses a run, and a resume completes it without asking anything again", "[program][signals]") {
  const auto [name, number] =
      GENERATE(table<std::string, int>({{"SIGINT", SIGINT}, {"SIGTERM", SIGTERM}, {"SIGHUP", SIGHUP}}));
  const bool terminal = GENERATE(false, true);
  CAPTURE(name, terminal);
  const Sandbox sandbox;
  auto options = sandbox.options();
  options.terminal = terminal;
  const auto program = sandbox.start(running(), options);
  program->waitFor(terminal ? "Quality: " : "Saved story #2");
  if (terminal && number == SIGINT) {
    program->type("\x03");  // Ctrl-C
  } else {
    program->signal(number);
  }
  const auto ended = program->wait();
  INFO(program->printed());
  CHECK(ended.signal == 0);
  CHECK(ended.code == 5);
  CHECK(program->out().find("interrupted by " + name) != std::string::npos);
  CHECK(program->out().find("troupe resume " + runName(sandbox)) != std::string::npos);
  if (!terminal)
    CHECK(program->err() == "troupe: " + name + ": pausing; calls in flight get 10 s; a second one ends at once\n");
  CHECK(value(sandbox.journal(), "SELECT state FROM runs") == "paused");
  CHECK(std::stoi(value(sandbox.journal(), "SELECT count(*) FROM events WHERE type = 'sample'")) < 24);

  const auto resumed = sandbox.run(resuming());
  INFO(resumed.out << resumed.err);
  CHECK(resumed.code == 0);
  CHECK(value(sandbox / "stories.db", "SELECT count(*) FROM stories") == "24");
  CHECK(value(sandbox.journal(), "SELECT repeated FROM runs") == "0");
  checkNoCallTwice(sandbox);
}

TEST_CASE("a second SIGINT ends at once and says how to go on", "[program][signals]") {
  const Sandbox sandbox;
  auto slow = running();
  for (const char* node : {"first", "second"}) {
    slow.push_back("--set");
    slow.push_back("nodes." + std::string(node) + ".options.pace_ms=60000");
  }
  const auto program = sandbox.start(slow);
  program->waitFor("Starting batch generation");
  program->signal(SIGINT);
  program->waitUntil([&] { return program->err().find("a second one ends at once") != std::string::npos; });
  program->signal(SIGINT);
  const auto ended = program->wait();
  CHECK(ended.signal == 0);
  CHECK(ended.code == 5);
  CHECK(program->err() == "troupe: SIGINT: pausing; calls in flight get 10 s; a second one ends at once\ntroupe: run " +
                              runName(sandbox) + " was ended at once; go on with: troupe resume " + runName(sandbox) +
                              "\n");
}

TEST_CASE("quiet and JSON runs say on stderr how to go on", "[program][signals]") {
  const std::string view = GENERATE("--quiet", "--json");
  CAPTURE(view);
  const Sandbox sandbox;
  auto arguments = running();
  arguments.push_back(view);
  arguments.insert(arguments.end(), {"--set", "nodes.first.options.path=/dev/stdout"});  // No view tells how far it is.
  const auto program = sandbox.start(arguments);
  program->waitFor(" first\n");
  program->signal(SIGTERM);
  const auto ended = program->wait();
  INFO(program->printed());
  CHECK(ended.code == 5);
  CHECK(program->err().find("troupe: run " + runName(sandbox) +
                            " is paused: interrupted by SIGTERM; go on with: troupe resume " + runName(sandbox) +
                            "\n") != std::string::npos);
}
