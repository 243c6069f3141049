// What goes wrong, with the message that a person reads and the exit code that a script does.
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>
#include <fstream>

#include "program/database.hpp"
#include "program/sandbox.hpp"

namespace {

using namespace troupe::test;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;
namespace fs = std::filesystem;

constexpr const char* kSmall = TROUPE_TEST_DATA "/program/small.json";

std::vector<std::string> withPlugins(std::vector<std::string> arguments) {
  arguments.insert(arguments.end(), {"--plugin-path", TROUPE_PROGRAM_PLUGIN_DIR});
  return arguments;
}

std::vector<std::string> small(const std::vector<std::string>& changes = {}) {
  auto arguments = withPlugins({"run", kSmall, "--quiet"});
  for (const auto& change : changes) arguments.insert(arguments.end(), {"--set", change});
  return arguments;
}

std::vector<std::string> resuming() { return withPlugins({"resume", "last", "--quiet"}); }

std::string runName(const Sandbox& sandbox) { return value(sandbox.journal(), "SELECT id FROM runs"); }

// Takes the plugins into their cache while there is room.
void fillCache(const Sandbox& sandbox) {
  for (const std::string store : {"sqlite", "jsonl"}) {
    auto arguments = small({"nodes.stories.type=troupe.store." + store, "nodes.stories.options.path=cache." + store});
    arguments.insert(arguments.end(), {"--journal", "cache.db"});
    REQUIRE(sandbox.run(arguments).code == 0);
  }
}

}  // namespace

// ---- the command line -----------------------------------------------------------------------------------------------

TEST_CASE("a mistake on the command line is named, with the near name", "[program][faults]") {
  using Row = std::tuple<std::vector<std::string>, int, std::string>;
  const auto [arguments, code, message] = GENERATE(values<Row>({
      {{"rnu", "x.json"}, 2, "troupe: unknown command \"rnu\"; did you mean \"run\"?\n"},
      {{"runs"},
       2,
       "troupe: troupe runs needs a word more; one of: \"list\", \"show\", \"explain\", \"export\", \"rescore\", "
       "\"revote\", \"decide\", "
       "\"delete\", \"prune\", \"backup\"\n"},
      {{"runs", "lst"}, 2, "troupe: unknown command \"runs lst\"; did you mean \"list\"?\n"},
      {{"help", "rnu"}, 2, "troupe: unknown command \"rnu\"; did you mean \"run\"?\n"},
      {{"run"}, 2, "troupe: something is missing; usage: troupe run FILE [options]\n"},
      {{"run", "a", "b"}, 2, "troupe: \"b\" is too much; usage: troupe run FILE [options]\n"},
      {{"run", "a", "--smaples", "3"}, 2, "troupe: unknown option --smaples; did you mean \"--samples\"?\n"},
      {{"run", "a", "--samples", "none"},
       2,
       "troupe: --samples is \"none\"; it takes a whole number from 1 to 1000000000\n"},
      {{"run", "a", "--samples=0"}, 2, "troupe: --samples is \"0\"; it takes a whole number from 1 to 1000000000\n"},
      {{"run", "a", "--quiet=yes"}, 2, "troupe: option --quiet takes no value\n"},
      {{"run", "a", "--set"}, 2, "troupe: option --set needs a value: --set PATH=VALUE\n"},
      {{"run", "a", "--set", "run.samples"},
       2,
       "troupe: --set takes PATH=VALUE, for example --set run.samples=10; \"run.samples\" has no value\n"},
      {{"validate", "a", "--plugin-path", "/nonexistent"}, 2, "troupe: --plugin-path /nonexistent is no folder\n"},
      {{"runs", "export", "--format", "jsno"},
       2,
       "troupe: there is no export format \"jsno\"; formats: \"jsonl\", \"csv\", \"canonical\", \"sft\", "
       "\"sft-prompt\", "
       "\"sharegpt\", \"dpo\", \"kto\"\n"},
      {{"graph", "a", "--format", "svg"}, 2, "troupe: --format is \"svg\"; known: mermaid, dot\n"},
  }));
  CAPTURE(arguments);
  const Sandbox sandbox;
  const auto result = sandbox.run(arguments);
  CHECK(result.code == code);
  CHECK(result.err == message);
  CHECK(result.out.empty());
}

TEST_CASE("where there is no run yet, it is said how to begin one", "[program][faults]") {
  const auto arguments = GENERATE(values<std::vector<std::string>>(
      {{"resume", "last"}, {"runs", "show"}, {"runs", "explain", "last"}, {"runs", "export"}}));
  CAPTURE(arguments);
  const Sandbox sandbox;
  const auto result = sandbox.run(arguments);
  CHECK(result.code == 2);
  CHECK(result.err == "troupe: there is no run yet in the journal " + sandbox.journal().string() +
                          "; begin one with: troupe run FILE\n");
}

TEST_CASE("a mistake in --set names the path and what is there", "[program][faults]") {
  using Row = std::tuple<std::string, std::string>;
  const auto [change, message] = GENERATE(values<Row>({
      {"nodes.wern.options.pace_ms=0",
       "--set nodes.wern.options.pace_ms: no node is called \"wern\"; did you mean \"wren\"?\n"},
      {"run.sample=3", "--set run.sample: \"/run\" has no \"sample\"; did you mean \"samples\"?\n"},
      {"nodes.wren.options.pace_ms=fast",
       "/nodes/wren/options/pace_ms: \"pace_ms\" is \"fast\", not an integer (as set on the command line)\n"},
      {"nodes.wren.options.failure_rate=2", "/nodes/wren/options/failure_rate: \"failure_rate\" is 2"},
      {"nodes.wren.options.pase_ms=0",
       "/nodes/wren/options/pase_ms: unknown key \"pase_ms\" (as set on the command line); did you mean "
       "\"pace_ms\"?\n"},
  }));
  CAPTURE(change);
  const Sandbox sandbox;
  const auto result = sandbox.run({"validate", TROUPE_SOURCE_DIR "/config/stories.json", "--set", change});
  CHECK(result.code == 3);
  CHECK_THAT(result.err, StartsWith("troupe: " TROUPE_SOURCE_DIR "/config/stories.json: " + message));
}

// ---- the pipeline file ----------------------------------------------------------------------------------------------

TEST_CASE("a file that is no pipeline is refused before anything starts", "[program][faults]") {
  const Sandbox sandbox;
  fs::create_directories(sandbox / "config");
  sandbox.write("config/stories.json", "{}");
  sandbox.write("empty.json", "");
  sandbox.write("broken.json", "{\n  \"nodes\": {\n    \"a\": \n  }\n}\n");
  sandbox.write("deep.json", std::string(100'000, '['));
  sandbox.write("binary.json", std::string("\x00\x01\xff{}", 5));
  sandbox.write("huge.json", "{");
  fs::resize_file(sandbox / "huge.json", 100 << 20);
  using Row = std::tuple<std::string, std::string>;
  const auto [file, message] = GENERATE(values<Row>({
      {"nope.json", "troupe: nope.json: there is no such file; files: \"binary.json\", "},
      {"stories.json", "troupe: stories.json: there is no such file; did you mean \"config/stories.json\"?\n"},
      {"config/storys.json",
       "troupe: config/storys.json: there is no such file; did you mean \"config/stories.json\"?\n"},
      {"confg/stories.json", "troupe: confg/stories.json: there is no such file; there is no folder confg either\n"},
      {"config", "troupe: config: is a folder; name a file\n"},
      {"empty.json", "troupe: empty.json: the file is empty; write a JSON object, from { to }\n"},
      {"broken.json", "troupe: broken.json:4:3: /nodes: a value is missing before this \"}\"\n"},
      {"deep.json", "troupe: deep.json:1:65: /0/0/0"},
      {"binary.json", "troupe: binary.json"},
      {"huge.json", "troupe: huge.json: the file has 104857600 bytes; at most 16777216 are read\n"},
  }));
  const std::string command = GENERATE("run", "validate");
  CAPTURE(file, command);
  const auto result = sandbox.run({command, file});
  CHECK(result.code == 3);
  CHECK_THAT(result.err, StartsWith(message));
  CHECK(result.out.empty());
  CHECK_FALSE(fs::exists(sandbox.journal()));
}

TEST_CASE("what a pipeline cannot have yet is refused, not ignored", "[program][faults]") {
  using Row = std::tuple<std::string, std::string>;
  const auto [members, message] = GENERATE(values<Row>({
      {R"("ensemble": {"policy": "vote"})", "\"vote\", not one of \"all\", \"cascade\", \"bandit\""},
      {R"("budget": {"usd": 2})", "budget"},
      {R"("smaples": 3)", "unknown key \"smaples\""},
  }));
  CAPTURE(members);
  const Sandbox sandbox;
  auto text = readFile(kSmall);
  text.insert(text.find("\"run\":"), members + ", ");
  sandbox.write("a.json", text);
  const auto result = sandbox.run(withPlugins({"run", "a.json"}));
  CHECK(result.code == 3);
  CHECK_THAT(result.err, StartsWith("troupe: a.json:"));
  CHECK_THAT(result.err, Contains(message));
  CHECK_FALSE(fs::exists(sandbox.journal()));
}

TEST_CASE("isolation in a process is refused with a clear word", "[program][faults]") {
  const Sandbox sandbox;
  auto text = readFile(kSmall);
  const auto at = text.find("\"troupe.provider.storyteller\",");
  text.insert(at + 30, " \"isolation\": \"process\",");
  sandbox.write("a.json", text);
  const auto result = sandbox.run(withPlugins({"run", "a.json"}));
  CHECK(result.code == 3);
  CHECK_THAT(result.err, Contains("/nodes/wren/isolation: "));
}

// ---- plugins --------------------------------------------------------------------------------------------------------

TEST_CASE("a provider that breaks the contract fails its calls, and the others win", "[program][faults]") {
  using Row = std::tuple<std::string, std::string>;
  const auto [fault, message] = GENERATE(values<Row>({
      {"throws", "something broke"},
      {"throws a number", "an exception that is no std::exception"},
      {"rubbish", "its answer is malformed: no JSON"},
      {"no object", "its answer is malformed: no JSON object"},
      {"undeclared port", "contract broken: emitted on port \"candidat\", which its manifest does not declare"},
      {"silent", "its answer is malformed: emitted 0 values where one candidate is due"},
      {"auth", "the key is refused"},
  }));
  CAPTURE(fault);
  const Sandbox sandbox;
  const auto result = sandbox.run(small({"nodes.odd.options.fault=" + fault}));
  INFO(result.out << result.err);
  CHECK(result.code == 0);
  CHECK(value(sandbox / "stories.db", "SELECT count(*) FROM stories WHERE node = 'wren'") == "6");
  CHECK_THAT(value(sandbox.journal(), "SELECT message FROM calls WHERE node = 'odd' AND idx = 0"), StartsWith(message));
  CHECK_THAT(sandbox.run({"runs", "explain", "last", "--sample", "0"}).out, Contains(message));
}

TEST_CASE("a plugin that cannot make its node ends the command, and no run is left behind", "[program][faults]") {
  const Sandbox sandbox;
  const auto result = sandbox.run(small({"nodes.odd.options.fault=throws on create"}));
  CHECK(result.code == 7);
  CHECK(result.err == "troupe: node \"odd\": test.provider.faulty: no luck today\n");
  CHECK(value(sandbox.journal(), "SELECT count(*) FROM runs") == "0");
}

TEST_CASE("a plugin that aborts when its node is made is caught in a child and refused", "[program][faults]") {
  const Sandbox sandbox;
  auto text = readFile(kSmall);
  text.replace(text.find("test.provider.faulty"), 20, "org.example.aborts_on_create");
  sandbox.write("a.json", text);
  const std::vector<std::string> arguments{"run", "a.json", "--quiet", "--plugin-path", TROUPE_TEST_PLUGIN_DIR};
  for (int time = 0; time < 2; ++time) {  // The second time from quarantine.
    const auto result = sandbox.run(arguments);
    INFO(result.out << result.err);
    const std::string file = TROUPE_TEST_PLUGIN_DIR "/aborts_on_create.troupe: ";
    const std::string why =
        ": when it was probed, it was killed by SIGABRT, after \"assertion failed: the moon is full\"; mend it, or "
        "remove ";
    CHECK(result.code == (time == 0 ? 7 : 3));
    CHECK_THAT(
        result.err,
        StartsWith(
            "troupe: " +
            (time == 0 ? "node \"odd\": " + file + "not loaded" + why
                       : "a.json:8:14: /nodes/odd/type: node type \"org.example.aborts_on_create\" is not to be had: " +
                             file + "quarantined" + why)));
  }
}

TEST_CASE("a provider that never returns is given up, and the run ends", "[program][faults]") {
  const Sandbox sandbox;
  const auto result =
      sandbox.run(small({"nodes.odd.options.fault=hangs", "nodes.odd.limits.timeout_s=0.3", "run.samples=2"}));
  INFO(result.out << result.err);
  CHECK(result.code == 0);
  CHECK(value(sandbox / "stories.db", "SELECT count(*) FROM stories WHERE node = 'wren'") == "2");
}

TEST_CASE("a run in which every sample failed says so, and exits with 4", "[program][faults]") {
  const Sandbox sandbox;
  const auto result = sandbox.run(small({"nodes.odd.enabled=false", "nodes.wren.options.failure_every=1"}));
  CHECK(result.code == 4);
  CHECK(result.err ==
        "troupe: run " + runName(sandbox) + ": every sample failed; see: troupe runs show " + runName(sandbox) + "\n");
  CHECK_THAT(sandbox.run({"runs", "show", "last"}).out, Contains("6 failed"));
}

TEST_CASE("a provider that fails at every third sample leaves those to the others", "[program][faults]") {
  const Sandbox sandbox;
  const bool alone = GENERATE(false, true);
  CAPTURE(alone);
  const auto result =
      sandbox.run(small({"nodes.wren.options.failure_every=3", alone ? "nodes.odd.enabled=false" : "run.samples=6"}));
  INFO(result.out << result.err);
  CHECK(result.code == 0);  // Also with failed samples.
  CHECK(value(sandbox.journal(), "SELECT count(*) FROM decisions WHERE NOT ok") == (alone ? "2" : "0"));
  if (!alone)
    CHECK(value(sandbox / "stories.db", "SELECT group_concat(idx) FROM stories WHERE node = 'odd' AND idx IN (2, 5)") ==
          "2,5");
}

// ---- disk and journal -----------------------------------------------------------------------------------------------

TEST_CASE("a full disk under the journal ends the run with 6, with room it is completed", "[program][faults]") {
  const Sandbox sandbox, calm;
  fillCache(sandbox);
  REQUIRE(calm.run(small({"run.samples=40"})).code == 0);
  auto options = sandbox.options();
  options.file_size = 256 << 10;
  // The stories have room where the journal has none.
  const auto arguments = small({"run.samples=40", "nodes.stories.type=troupe.store.jsonl",
                                "nodes.stories.options.path=stories.jsonl", "nodes.stories.options.shape=text"});
  const auto full = sandbox.run(arguments, options);
  INFO(full.out << full.err);
  CHECK(full.code == 6);
  CHECK_THAT(full.err, StartsWith("troupe: the journal " + sandbox.journal().string()));
  CHECK_THAT(full.err, Contains("go on with: troupe resume " + runName(sandbox) + "\n"));

  const auto resumed = sandbox.run(resuming());
  INFO(resumed.out << resumed.err);
  CHECK(resumed.code == 0);
  const bool same =
      sandbox.run({"runs", "export", "--canonical"}).out == calm.run({"runs", "export", "--canonical"}).out;
  CHECK(same);
}

TEST_CASE("a store on a full disk pauses the run, with room it is completed", "[program][faults]") {
  const Sandbox sandbox;
  fillCache(sandbox);
  const std::uint64_t limit = 4 << 20;
  // An earlier run's line leaves room for a few stories.
  const std::string begin = "{\"run\":\"earlier\",\"index\":0,\"text\":\"", end = "\"}\n";
  sandbox.write("stories.jsonl", begin + std::string(limit - 12'000 - begin.size() - end.size(), 'x') + end);
  auto options = sandbox.options();
  options.file_size = limit;
  const auto result = sandbox.run(
      small({"run.samples=20", "nodes.stories.type=troupe.store.jsonl", "nodes.stories.options.path=stories.jsonl"}),
      options);
  INFO(result.out << result.err);
  CHECK(result.code == 5);
  CHECK_THAT(result.err, StartsWith("troupe: run " + runName(sandbox) + " is paused: store stories: "));
  CHECK_THAT(result.err, Contains("go on with: troupe resume " + runName(sandbox) + "\n"));
  const auto saved = std::stoul(value(sandbox.journal(), "SELECT count(*) FROM saves"));
  CHECK(saved < 20);
  CHECK(Process::count(readFile(sandbox / "stories.jsonl"), "\n") >= 1 + saved);

  const auto resumed = sandbox.run(resuming());
  INFO(resumed.out << resumed.err);
  CHECK(resumed.code == 0);
  CHECK(Process::count(readFile(sandbox / "stories.jsonl"), "\n") == 21);
}

TEST_CASE("a log file that cannot be written does not stop the run", "[program][faults]") {
  const std::string path = GENERATE("/dev/full", "/proc/run.log");
  CAPTURE(path);
  const Sandbox sandbox;
  const auto result = sandbox.run(small({"nodes.log.options.path=" + path}));
  INFO(result.out << result.err);
  CHECK(result.code == 0);
  CHECK(value(sandbox / "stories.db", "SELECT count(*) FROM stories") == "6");
  CHECK(value(sandbox.journal(),
              "SELECT count(*) > 0 FROM events WHERE type = 'log' AND json LIKE '%warning%' AND json LIKE '%" + path +
                  "%'") == "1");
}

TEST_CASE("a folder that cannot be written to is named", "[program][faults]") {
  const Sandbox sandbox;
  sandbox.write("file", "");
  SECTION("for the journal") {
    auto arguments = small();
    arguments.insert(arguments.end(), {"--journal", "file/journal.db"});
    const auto result = sandbox.run(arguments);
    CHECK(result.code == 6);
    CHECK_THAT(result.err, StartsWith("troupe: the journal " + (sandbox / "file/journal.db").string() + " "));
  }
  SECTION("for the stories") {
    const auto result = sandbox.run(small({"nodes.stories.options.path=file/stories.db"}));
    CHECK(result.code == 3);
    CHECK_THAT(result.err, Contains("/nodes/stories/options/path: "));
  }
}

TEST_CASE("one process writes the journal, a second one is told whose it is", "[program][faults]") {
  const Sandbox sandbox;
  const auto first = sandbox.start(
      withPlugins({"run", TROUPE_TEST_DATA "/program/signals.json", "--set", "nodes.first.options.pace_ms=60000"}));
  first->waitFor("Starting batch generation");
  const auto second = sandbox.run(small());
  CHECK(second.code == 6);
  CHECK(second.err == "troupe: the journal " + sandbox.journal().string() + " is in use by process " +
                          std::to_string(first->pid()) +
                          " (troupe run " TROUPE_TEST_DATA
                          "/program/signals.json); wait until it has ended, or name another file with --journal\n");
  // Readers are welcome.
  CHECK_THAT(sandbox.run({"runs", "list"}).out, Contains("running"));
  first->signal(SIGKILL);
  first->wait();
  CHECK_THAT(sandbox.run({"runs", "list"}).out, Contains("interrupted"));
  CHECK(sandbox.run(small()).code == 0);
}

TEST_CASE("a journal that is none is refused, and left as it is", "[program][faults]") {
  const Sandbox sandbox;
  const auto journal = sandbox.work() / "journal.db";
  auto arguments = small();
  arguments.insert(arguments.end(), {"--journal", "journal.db"});
  SECTION("corrupt from the beginning") { sandbox.write("journal.db", std::string(8192, 'x')); }
  SECTION("of a newer version") {
    REQUIRE(sandbox.run(arguments).code == 0);
    query(journal, "PRAGMA user_version = 99");
  }
  SECTION("another program's") {
    std::ofstream(journal).close();
    query(journal, "CREATE TABLE theirs (x)");
  }
  const auto before = readFile(journal);
  for (const auto& command : {arguments, std::vector<std::string>{"runs", "list", "--journal", "journal.db"}}) {
    const auto result = sandbox.run(command);
    CAPTURE(command, result.err);
    CHECK(result.code == 6);
    CHECK_THAT(result.err, StartsWith("troupe: "));
    CHECK_THAT(result.err, Contains(journal.string()));
  }
  CHECK(readFile(journal) == before);
}

TEST_CASE("a store's path that is no database is refused", "[program][faults]") {
  const Sandbox sandbox;
  sandbox.write("stories.db", std::string(5000, 'x'));
  const auto result = sandbox.run(small());
  CHECK(result.code == 7);
  CHECK_THAT(result.err, StartsWith("troupe: node \"stories\": troupe.store.sqlite: "));
  CHECK_THAT(result.err, Contains("stories.db"));
  CHECK(readFile(sandbox / "stories.db") == std::string(5000, 'x'));
}

TEST_CASE("started without stdout, a run writes its journal and nothing into it", "[program][faults]") {
  const Sandbox sandbox;
  auto options = sandbox.options();
  options.closed = {0, 1, 2};
  const auto result = sandbox.run(withPlugins({"run", kSmall}), options);
  CHECK(result.code == 0);
  CHECK(value(sandbox.journal(), "PRAGMA integrity_check") == "ok");
  CHECK(value(sandbox / "stories.db", "SELECT count(*) FROM stories") == "6");
}

TEST_CASE("a reader of stdout that goes away does not stop a run", "[program][faults]") {
  const Sandbox sandbox;
  auto options = sandbox.options();
  Process program({"/bin/sh", "-c",
                   TROUPE_BUILD_DIR "/bin/troupe run " + std::string(kSmall) +
                       " --plugin-path " TROUPE_PROGRAM_PLUGIN_DIR " | head -n 1; wait"},
                  options);
  CHECK(program.wait().code == 0);
  CHECK(program.out() == "[AutoTrainer] \xf0\x9f\x9a\x80 Starting batch generation: 6 examples\n");
  CHECK(value(sandbox.journal(), "SELECT state FROM runs") == "complete");
}
