// Every command on real files and a real run, and every pipeline of config/.
#include <rapidjson/document.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "program/database.hpp"
#include "program/sandbox.hpp"
#include "support/json_schema.hpp"
#include "support/mock_llm.hpp"

namespace {

using namespace troupe::test;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;
namespace fs = std::filesystem;

rapidjson::Document parsed(const std::string& text) {
  rapidjson::Document document;
  document.Parse<rapidjson::kParseCommentsFlag | rapidjson::kParseTrailingCommasFlag>(text.data(), text.size());
  CAPTURE(text);
  REQUIRE_FALSE(document.HasParseError());
  return document;
}

// All files below a folder, by their names relative to it.
std::vector<std::string> filesIn(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (!entry.is_directory()) names.push_back(entry.path().lexically_relative(folder).string());
  std::sort(names.begin(), names.end());
  return names;
}

// A sandbox whose working directory has config/, as a clone of the repository, with the keys that its pipelines want.
void copyConfig(const Sandbox& sandbox) {
  fs::copy(TROUPE_SOURCE_DIR "/config", sandbox / "config", fs::copy_options::recursive);
  const auto secrets = sandbox.folder("config") / "troupe" / "secrets.json";
  fs::create_directories(secrets.parent_path());
  std::ofstream(secrets)
      << R"({"ANTHROPIC_API_KEY":"sk-a","GEMINI_API_KEY":"sk-g","GROQ_API_KEY":"sk-q","OPENAI_API_KEY":"sk-o"})";
  fs::permissions(secrets, fs::perms::owner_read | fs::perms::owner_write);
}

// Those that ask services of the world, and run without them only in a replay: services_test.cpp.
bool asksTheWorld(const std::string& file) {
  return file == "config/cloud.json" || file == "config/cheap.json" || file == "config/preference-pairs.json";
}

std::vector<std::string> configs() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(TROUPE_SOURCE_DIR "/config"))
    if (entry.path().extension() == ".json" && entry.path().filename() != "prices.json")
      names.push_back("config/" + entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

// Every storyteller of a file at full pace.
std::vector<std::string> atFullPace(const std::string& file) {
  std::vector<std::string> changes;
  const auto document = parsed(readFile(TROUPE_SOURCE_DIR "/" + file));
  for (const auto& node : document["nodes"].GetObject())
    if (std::string(node.value["type"].GetString()) == "troupe.provider.storyteller")
      changes.insert(changes.end(), {"--set", std::string("nodes.") + node.name.GetString() + ".options.pace_ms=0"});
  return changes;
}

// Every model of a file at this server instead of its own.
std::vector<std::string> askingAt(const std::string& base_url, const std::string& file) {
  std::vector<std::string> changes;
  const auto document = parsed(readFile(TROUPE_SOURCE_DIR "/" + file));
  for (const auto& node : document["nodes"].GetObject())
    if (std::string(node.value["type"].GetString()) == "troupe.provider.openai")
      changes.insert(changes.end(),
                     {"--set", std::string("nodes.") + node.name.GetString() + ".options.base_url=" + base_url});
  return changes;
}

std::vector<std::string> joined(std::vector<std::string> a, const std::vector<std::string>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

// A sandbox with one finished run of config/stories.json. Made once; tests only read it.
const Sandbox& finished() {
  static const Sandbox sandbox;
  static const bool made = [] {
    copyConfig(sandbox);
    const auto result = sandbox.run(
        joined({"run", "config/stories.json", "--samples", "12", "--quiet"}, atFullPace("config/stories.json")));
    INFO(result.err);
    REQUIRE(result.code == 0);
    REQUIRE(result.out.empty());
    return true;
  }();
  (void)made;
  return sandbox;
}

}  // namespace

// ---- the pipelines of config/ ---------------------------------------------------------------------------------------

TEST_CASE("every pipeline of config/ is valid, and the schema says so too", "[program][config]") {
  const auto file = GENERATE(from_range(configs()));
  CAPTURE(file);
  const Sandbox sandbox;
  copyConfig(sandbox);
  const auto result = sandbox.run({"validate", file});
  CHECK(result.code == 0);
  CHECK_THAT(result.out, StartsWith(file + ": ok: "));
  CHECK(result.err.find("error") == std::string::npos);
  const auto json = parsed(sandbox.run({"validate", file, "--json"}).out);
  CHECK(json["valid"].GetBool());
  CHECK(json["problems"].Empty());

  const auto schema = sandbox.run({"schema"});
  REQUIRE(schema.code == 0);
  std::vector<troupe::Problem> problems;
  const auto compiled = troupe::JsonSchema::compile(schema.out, problems);
  REQUIRE(compiled);
  const auto document = parsed(readFile(sandbox / file));
  problems = compiled->check(document);
  for (const auto& problem : problems) UNSCOPED_INFO(problem.place << ": " << problem.fact);
  CHECK(problems.empty());
}

TEST_CASE("a dry run of every pipeline of config/ makes no file", "[program][config]") {
  const auto file = GENERATE(from_range(configs()));
  CAPTURE(file);
  const Sandbox sandbox;
  copyConfig(sandbox);
  const auto before = filesIn(sandbox.work());
  const auto result = sandbox.run(joined({"run", file, "--dry-run"}, atFullPace(file)));
  INFO(result.err);
  CHECK(result.code == 0);
  CHECK_THAT(result.out, Contains("Nothing is started."));
  CHECK_THAT(result.out, Contains("\nCalls: "));
  CHECK_THAT(result.out, Contains("\nTime:  "));
  CHECK(filesIn(sandbox.work()) == before);
  CHECK(filesIn(sandbox.folder("state")).empty());
  CHECK(filesIn(sandbox.folder("data")).empty());
  const auto json = parsed(sandbox.run(joined({"run", file, "--dry-run", "--json"}, atFullPace(file))).out);
  CHECK(json["calls"].Size() == 2);
  CHECK(json["calls"][0].GetInt() <= json["calls"][1].GetInt());
}

TEST_CASE("every pipeline of config/ runs to its end", "[program][config]") {
  struct Expected {
    int code;
    std::string file;  // What it leaves.
  };
  const std::map<std::string, Expected> expected{
      {"config/bandit.json", {0, "bandit.db"}},
      {"config/few-shot.json", {0, "few-shot.db"}},
      {"config/from-file.json", {0, "winners.jsonl"}},
      {"config/local.json", {0, "local.db"}},
      {"config/replay.json", {0, "replayed.jsonl"}},
      {"config/review.json", {5, "reviewed.jsonl"}},  // Held samples are left.
      {"config/stories.json", {0, "stories.db"}}};
  const auto file = GENERATE(from_range(configs()));
  CAPTURE(file);
  if (asksTheWorld(file)) return;
  REQUIRE(expected.count(file) == 1);
  const Sandbox sandbox;
  copyConfig(sandbox);
  const MockLlm llm;
  const auto result = sandbox.run(joined(joined({"run", file}, atFullPace(file)), askingAt(llm.baseUrl(), file)));
  INFO(result.out << result.err);
  CHECK(result.code == expected.at(file).code);
  CHECK(fs::file_size(sandbox / expected.at(file).file) > 0);
  if (result.code == 0) {
    CHECK_THAT(result.out, Contains("Training Completed!\nSuccessfully generated "));
    CHECK_THAT(result.out, Contains("\nNext:\n  troupe runs explain last "));
  } else {
    CHECK_THAT(result.out, Contains("troupe resume "));
  }
}

TEST_CASE("held samples are decided on from the command line, and a resume goes on", "[program][config]") {
  const Sandbox sandbox;
  copyConfig(sandbox);
  const auto result = sandbox.run({"run", "config/review.json", "--quiet"});
  REQUIRE(result.code == 5);
  CHECK_THAT(result.err, Contains("held for review"));
  const auto held = query(sandbox.journal(), "SELECT idx FROM holds ORDER BY idx");
  REQUIRE(held.size() >= 2);
  for (std::size_t i = 0; i < held.size(); ++i) {
    const auto decided = sandbox.run({"runs", "decide", "last", held[i][0], i == 0 ? "drop" : "pass"});
    INFO(decided.out << decided.err);
    CHECK(decided.code == 0);
  }
  const auto resumed = sandbox.run({"resume", "last", "--quiet"});
  INFO(resumed.out << resumed.err);
  CHECK(resumed.code == 0);
  const auto kept = readFile(sandbox / "reviewed.jsonl");
  CHECK(kept.find("\"index\":" + held[0][0] + ",") == std::string::npos);
  CHECK(kept.find("\"index\":" + held[1][0] + ",") != std::string::npos);
}

// ---- one command after the other ------------------------------------------------------------------------------------

TEST_CASE("graph draws a pipeline in both formats", "[program][commands]") {
  const auto [format, begin, edge] = GENERATE(table<std::string, std::string, std::string>({
      {"mermaid", "flowchart LR\n", " --> "},
      {"dot", "digraph ", " -> "},
  }));
  const auto result = finished().run({"graph", "config/stories.json", "--format", format});
  CHECK(result.code == 0);
  CHECK_THAT(result.out, StartsWith(begin));
  CHECK(Process::count(result.out, edge) == 9);  // Sinks have no edges.
  CHECK_THAT(result.out, Contains("troupe.scorer.text"));
}

TEST_CASE("try makes one call", "[program][commands]") {
  using Row = std::tuple<std::vector<std::string>, std::string>;
  const auto [arguments, part] = GENERATE(values<Row>({
      {{"wren", "--prompt", "Tell me a fairy tale.", "--set", "nodes.wren.options.pace_ms=0"}, "\nwren answered in "},
      {{"craft", "--prompt", "Tell me a story.", "--text", "A very short one."}, "score: {\"value\":"},
      {{"genres"}, "prompt: {\"messages\":"},
      {{"troupe.provider.storyteller", "--prompt", "Tell me a story."}, "answered in "},
      {{"good", "--input", R"({"sample":{"run":"r","index":0,"quality":8.5,"candidates":[],"prompt":{}}})"},
       "sample: {\"pass\":true"},
  }));
  CAPTURE(arguments);
  const auto result = finished().run(joined({"try"}, arguments));
  INFO(result.err);
  CHECK(result.code == 0);
  CHECK_THAT(result.out, Contains(part));
}

TEST_CASE("try shows the error of a call, with its class", "[program][commands]") {
  const auto result = finished().run(
      {"try", "wren", "--prompt", "Tell me a story.", "--set", "nodes.wren.options.failure_rate=1", "--set",
       "nodes.wren.options.failure_kind=permanent_request", "--set", "nodes.wren.options.pace_ms=0"});
  CHECK(result.code == 7);
  CHECK_THAT(result.err, StartsWith("troupe: wren: permanent_request: "));
}

TEST_CASE("doctor says what is well, and what is not", "[program][commands]") {
  const auto well = finished().run({"doctor", "config/stories.json"});
  CHECK(well.code == 0);
  // As many as are built, each with a node type at least.
  std::size_t built = 0;
  for (const auto& entry : std::filesystem::directory_iterator(TROUPE_PLUGIN_DIR))
    built += entry.path().extension() == ".troupe" ? 1 : 0;
  const auto count = std::to_string(built);
  CHECK_THAT(well.out, StartsWith("ok    plugins: " + count + " usable, "));
  CHECK_THAT(well.out, Contains("ok    pipeline: config/stories.json: 10 nodes"));
  CHECK(well.out.find("FAULT") == std::string::npos);
  const auto json = parsed(finished().run({"doctor", "--json"}).out);
  CHECK(json["well"].GetBool());
  const auto ill = finished().run({"doctor", "config/story.json"});
  CHECK(ill.code == 3);
  CHECK_THAT(
      ill.out,
      Contains("FAULT pipeline: config/story.json: there is no such file; did you mean \"config/stories.json\"?\n"));
}

TEST_CASE("the commands on runs read a real one", "[program][commands]") {
  const auto& sandbox = finished();
  const auto name = value(sandbox.journal(), "SELECT id FROM runs");
  using Row = std::tuple<std::vector<std::string>, std::string>;
  const auto [arguments, part] = GENERATE(values<Row>({
      {{"runs", "list"}, "config/stories.json"},
      {{"runs", "show"}, "12 of 12: "},
      {{"runs", "show", "last"}, "12 of 12: "},
      {{"runs", "explain"}, "text signals only"},
      {{"runs", "explain", "last", "--sample", "3"}, ", sample 3 ("},
      {{"runs", "export"}, "\"index\":11"},
      {{"runs", "export", "last", "--format", "csv"},
       "run,index,seed,genre,ok,winner,model,quality,margin,saved,system,prompt,text,reason\r\n"},
      {{"runs", "export", "--canonical"}, "\"index\":11"},
      {{"runs", "prune", "--older-than", "1", "--dry-run"}, ""},
  }));
  CAPTURE(arguments, name);
  const auto result = sandbox.run(arguments);
  INFO(result.err);
  CHECK(result.code == 0);
  CHECK_THAT(result.out, Contains(part));
  CHECK(result.err.empty());
}

TEST_CASE("what --json prints is JSON", "[program][commands]") {
  const auto arguments = GENERATE(values<std::vector<std::string>>({
      {"validate", "config/stories.json", "--json"},
      {"runs", "list", "--json"},
      {"runs", "show", "--json"},
      {"runs", "explain", "--json"},
      {"plugins", "list", "--json"},
      {"plugins", "inspect", "troupe.scorer.text", "--json"},
      {"doctor", "--json"},
      {"schema"},
  }));
  CAPTURE(arguments);
  const auto result = finished().run(arguments);
  CHECK(result.code == 0);
  CHECK(parsed(result.out).IsObject());
  CHECK(result.err.empty());
}

TEST_CASE("run --json prints the result and nothing else", "[program][commands]") {
  const Sandbox sandbox;
  copyConfig(sandbox);
  const auto result = sandbox.run({"run", "config/from-file.json", "--json"});
  CHECK(result.code == 0);
  const auto json = parsed(result.out);
  CHECK(json["state"] == "complete");
  CHECK(json["successful"].GetInt() == 12);
  const auto broken = sandbox.run({"validate", "config/data/briefs.csv", "--json"});
  CHECK(broken.code == 3);
  CHECK_FALSE(parsed(broken.out)["valid"].GetBool());
}

TEST_CASE("runs are deleted, pruned and backed up", "[program][commands]") {
  const Sandbox sandbox;
  copyConfig(sandbox);
  for (int i = 0; i < 3; ++i) REQUIRE(sandbox.run({"run", "config/from-file.json", "--quiet"}).code == 0);
  const auto count = [&] { return value(sandbox.journal(), "SELECT count(*) FROM runs"); };
  CHECK(sandbox.run({"runs", "backup", "copy.db"}).code == 0);
  CHECK(value(sandbox / "copy.db", "SELECT count(*) FROM samples") == "36");
  CHECK(sandbox.run({"runs", "list", "--journal", "copy.db"}).code == 0);
  CHECK(sandbox.run({"runs", "delete", "last"}).code == 0);
  CHECK(count() == "2");
  CHECK(sandbox.run({"runs", "prune", "--keep", "1"}).code == 0);
  CHECK(count() == "1");
  CHECK(value(sandbox.journal(), "SELECT count(*) FROM samples") == "12");
  const auto complete = sandbox.run({"resume", "last"});
  CHECK(complete.code == 0);
  CHECK_THAT(complete.err, Contains("is complete; there is nothing to resume\n"));
}

TEST_CASE("a resume may bring more samples, and nothing else that would make a difference", "[program][commands]") {
  const Sandbox sandbox;
  copyConfig(sandbox);
  REQUIRE(sandbox.run({"run", "config/few-shot.json", "--quiet", "--samples", "20"}).code == 0);
  const auto refused = sandbox.run({"resume", "last", "--set", "nodes.good.options.min_quality=5"});
  CHECK(refused.code == 2);
  CHECK_THAT(refused.err, StartsWith("troupe: a resume may change samples, in_flight, limits and budget, but not "
                                     "nodes.good.options.min_quality (to \"5\"); "));
  const auto more = sandbox.run({"resume", "last", "--samples", "30", "--in-flight", "3", "--quiet"});
  INFO(more.err);
  CHECK(more.code == 0);
  const Sandbox at_once;
  copyConfig(at_once);
  REQUIRE(at_once.run({"run", "config/few-shot.json", "--quiet", "--samples", "30"}).code == 0);
  const bool same =
      sandbox.run({"runs", "export", "--canonical"}).out == at_once.run({"runs", "export", "--canonical"}).out;
  CHECK(same);
}

TEST_CASE("every command has a help that names its options", "[program][commands]") {
  const Sandbox sandbox;
  const auto help = sandbox.run({"help"});
  CHECK(help.code == 0);
  CHECK(sandbox.run({"--help"}).out == help.out);
  CHECK(sandbox.run({}).code == 2);
  std::istringstream lines(help.out.substr(help.out.find("Commands:\n") + 10));
  int commands = 0;
  for (std::string line; std::getline(lines, line) && line.starts_with("  ");) {
    const auto name = line.substr(2, line.find("  ", 2) - 2);
    CAPTURE(name);
    auto arguments = std::vector<std::string>{"help"};
    std::istringstream words(name);
    for (std::string word; words >> word;) arguments.push_back(word);
    const auto one = sandbox.run(arguments);
    CHECK(one.code == 0);
    CHECK_THAT(one.out, StartsWith("troupe " + name + ": "));
    CHECK_THAT(one.out, Contains("\nUsage: troupe " + name));
    std::rotate(arguments.begin(), arguments.begin() + 1, arguments.end());
    arguments.back() = "--help";
    CHECK(sandbox.run(arguments).out == one.out);
    ++commands;
  }
  CHECK(commands >= 15);
  CHECK_THAT(sandbox.run({"--version"}).out, StartsWith("troupe "));
}
