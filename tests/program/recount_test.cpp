// `troupe runs rescore` and `runs revote`, as a user runs them.
#include <rapidjson/document.h>

#include <catch2/catch.hpp>
#include <filesystem>

#include "program/database.hpp"
#include "program/sandbox.hpp"

namespace {

using namespace troupe::test;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;
namespace fs = std::filesystem;

// A run with failures, duplicates and feedback, of real plugins; tests write beside it, each under names of its own.
const Sandbox& finished() {
  static const Sandbox sandbox;
  static const bool made = [] {
    sandbox.write("pipeline.json", R"({
      "name": "counted", "run": {"samples": 40, "in_flight": 4, "seed": 5},
      "nodes": {
        "genres": {"type": "troupe.prompts.genres"},
        "wren": {"type": "troupe.provider.storyteller", "inputs": ["genres"], "options": {"voice": "wren", "failure_rate": 0.2}, "limits": {"retries": 0}},
        "quill": {"type": "troupe.provider.storyteller", "inputs": ["genres"], "options": {"voice": "quill", "failure_every": 9}, "limits": {"retries": 0}},
        "marlow": {"type": "troupe.provider.storyteller", "inputs": ["genres"], "options": {"voice": "marlow", "failure_every": 9}, "limits": {"retries": 0}},
        "craft": {"type": "troupe.scorer.text", "inputs": ["wren", "quill", "marlow"], "weight": 3},
        "novelty": {"type": "troupe.scorer.novelty", "inputs": {"candidate": ["wren", "quill", "marlow"], "seen": {"from": "kept", "lag": 6}}, "options": {"new_below": 0.01}},
        "vote": {"type": "troupe.selector.best", "inputs": ["craft", "novelty"]},
        "good": {"type": "troupe.filter.threshold", "inputs": ["vote"], "options": {"min_quality": 8.0}},
        "kept": {"type": "troupe.store.signatures", "inputs": ["good"]},
        "stories": {"type": "troupe.store.jsonl", "inputs": ["good"], "options": {"path": "stories.jsonl"}}
      }})");
    const auto result = sandbox.run({"run", "pipeline.json", "--quiet"});
    INFO(result.err);
    REQUIRE(result.code == 0);
    return true;
  }();
  (void)made;
  return sandbox;
}

Result counted(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "runs");
  return finished().run(arguments);
}

std::string contentOf(const std::string& name) { return readFile(finished() / name); }

rapidjson::Document json(const std::string& text) {
  rapidjson::Document document;
  document.Parse(text.c_str());
  REQUIRE_FALSE(document.HasParseError());
  return document;
}

}  // namespace

TEST_CASE("a recount with nothing changed gives back the run byte for byte", "[program][recount]") {
  const auto [command, format] = GENERATE(table<std::string, std::string>({{"rescore", "jsonl"},
                                                                           {"rescore", "csv"},
                                                                           {"rescore", "canonical"},
                                                                           {"revote", "jsonl"},
                                                                           {"revote", "csv"},
                                                                           {"revote", "canonical"}}));
  CAPTURE(command, format);
  const auto exported = counted({"export", "last", "--format", format});
  REQUIRE(exported.code == 0);
  CHECK_THAT(exported.out, Contains("kept"));
  const auto name = "same-" + command + "." + format;
  const auto result = counted({command, "last", "--out", name, "--format", format});
  CHECK(result.err.empty());
  CHECK(result.code == 0);
  CHECK_THAT(result.out, Contains(": 0 of 40 samples have another winner; of what is kept +0 -0; "));
  CHECK(contentOf(name) == exported.out);
}

TEST_CASE("a recount leaves the journal as it is, and twice gives the same bytes", "[program][recount]") {
  const auto before = counted({"export", "last"}).out;
  const auto states = counted({"list", "--json"}).out;
  const std::string command = GENERATE("rescore", "revote");
  std::vector<std::string> arguments = {command, "last", "--json", "--out", "twice.jsonl"};
  const std::vector<std::string> change =
      command == "rescore" ? std::vector<std::string>{"--set", "nodes.craft.options.max_words=150"}
                           : std::vector<std::string>{"--set", "nodes.vote.type=troupe.selector.borda"};
  arguments.insert(arguments.end(), change.begin(), change.end());
  const auto first = counted(arguments);
  INFO(first.err);
  REQUIRE(first.code == 0);
  const auto written = contentOf("twice.jsonl");
  const auto second = counted(arguments);
  CHECK(second.out == first.out);
  CHECK(contentOf("twice.jsonl") == written);
  CHECK(written != before);
  CHECK(counted({"export", "last"}).out == before);
  CHECK(counted({"list", "--json"}).out == states);
  CHECK(readFile(finished() / "stories.jsonl").find("null") == std::string::npos);
}

TEST_CASE("the summary of a revote counts winners and what is kept", "[program][recount]") {
  const auto lines = std::vector<std::string>{
      "revote", "last", "--set", "nodes.novelty.weight=0", "--set", "nodes.good.options.min_quality=9"};
  auto arguments = lines;
  arguments.push_back("--json");
  const auto result = counted(arguments);
  INFO(result.err);
  REQUIRE(result.code == 0);
  const auto summary = json(result.out);
  CHECK(summary["samples"].GetInt() == 40);
  std::int64_t others = 0, added = 0, removed = 0;
  for (const auto& change : summary["changes"].GetArray()) {
    others += change["was"] != change["now"] ? 1 : 0;
    added += !change["kept_was"].GetBool() && change["kept_now"].GetBool() ? 1 : 0;
    removed += change["kept_was"].GetBool() && !change["kept_now"].GetBool() ? 1 : 0;
    if (change["kept_now"].GetBool()) CHECK(change["quality_now"].GetDouble() >= 9);
  }
  CHECK(summary["other_winner"].GetInt64() == others);
  CHECK(summary["kept_added"].GetInt64() == added);
  CHECK(summary["kept_removed"].GetInt64() == removed);
  CHECK(removed > 0);
  const auto text = counted(lines).out;
  CHECK_THAT(text, Contains("of what is kept +" + std::to_string(added) + " -" + std::to_string(removed)));
  CHECK_THAT(text, Contains("kept -> not kept"));
}

TEST_CASE("another pipeline may bring another selector, and leave candidates out", "[program][recount]") {
  finished().write("other.json", R"({
    "name": "other", "run": {"samples": 1, "in_flight": 1},
    "nodes": {
      "genres": {"type": "troupe.prompts.genres"},
      "wren": {"type": "troupe.provider.storyteller", "inputs": ["genres"]},
      "quill": {"type": "troupe.provider.storyteller", "inputs": ["genres"]},
      "short": {"type": "troupe.scorer.text", "inputs": ["wren", "quill"], "options": {"max_words": 120}},
      "vote": {"type": "troupe.selector.borda", "inputs": ["short"]}
    }})");
  const auto refused = counted({"revote", "last", "--pipeline", "other.json"});
  CHECK(refused.code == 2);
  CHECK_THAT(refused.err, Contains("the scores of \"short\" are to be the journal's, and it is no scorer of that run; "
                                   "to score anew: troupe runs rescore"));
  const auto result = counted({"rescore", "last", "--pipeline", "other.json", "--out", "other.jsonl"});
  INFO(result.err);
  REQUIRE(result.code == 0);
  const auto text = contentOf("other.jsonl");
  CHECK_THAT(text, Contains("\"scorer\":\"short\"") && Contains("wins with mean rank"));
  CHECK_THAT(text, !Contains("\"scorer\":\"craft\"") && !Contains("\"node\":\"marlow\",\"model\""));
  CHECK_THAT(text, Contains("no candidate: those that answered are not in the pipeline") || Contains("\"ok\":true"));
}

TEST_CASE("one scorer may score anew while the others are the journal's", "[program][recount]") {
  const auto result = counted(
      {"rescore", "last", "--scorer", "novelty", "--set", "nodes.novelty.options.copy_from=0.9", "--out", "one.jsonl"});
  INFO(result.err);
  CHECK(result.code == 0);
  CHECK_THAT(counted({"rescore", "last", "--scorer", "craft", "--set", "nodes.novelty.options.copy_from=0.9"}).err,
             Contains("troupe runs rescore --scorer novelty"));
  CHECK_THAT(counted({"rescore", "last", "--scorer", "crafd"}).err, Contains("did you mean \"craft\"?"));
  CHECK_THAT(counted({"rescore", "last", "--set", "nodes.kept.options.keep=3"}).err,
             Contains("\"novelty\" reads what \"kept\" emitted, and the journal of this run does not have that"));
}

TEST_CASE("a recount says what is wrong with what it is asked for", "[program][recount]") {
  struct Row {
    std::vector<std::string> arguments;
    int code;
    std::string message;
  };
  const auto row = GENERATE(values<Row>({
      {{"revote", "last", "--format", "dpo", "--out", "x"}, 2, "is a data set"},
      {{"revote", "last", "--format", "csv"}, 2, "--format is about the file of --out FILE"},
      {{"revote", "last", "--selector-options", "{\"tie_brake\":1}"}, 3, "unknown key \"tie_brake\""},
      {{"revote", "nobody"}, 2, "nobody"},
      {{"revote", "last", "--set", "nodes.craft.options.max_words=9"}, 2, "not as it was in that run"},
      {{"rescore", "last", "--pipeline", "pipelin.json"}, 3, "did you mean \"pipeline.json\"?"},
      {{"rescore", "last", "--out", "no/such/folder.jsonl"}, 6, "no/such"},
  }));
  CAPTURE(row.message);
  const auto result = counted(row.arguments);
  CHECK(result.code == row.code);
  CHECK_THAT(result.err, Contains(row.message));
}

TEST_CASE("what a person decided stands in a recount as long as the winner does", "[program][recount]") {
  const Sandbox sandbox;
  fs::copy(TROUPE_SOURCE_DIR "/config", sandbox / "config", fs::copy_options::recursive);
  std::vector<std::string> arguments = {"run", "config/review.json", "--quiet", "--samples", "12"};
  REQUIRE(sandbox.run(arguments).code == 5);
  const auto held = value(sandbox.journal(), "SELECT idx FROM holds LIMIT 1");
  REQUIRE(sandbox.run({"runs", "decide", "last", held, "drop"}).code == 0);
  sandbox.run({"resume", "last", "--quiet"});
  const auto exported = sandbox.run({"runs", "export"});
  CHECK_THAT(exported.out, Contains("decided by"));
  const auto result = sandbox.run({"runs", "rescore", "--out", "r.jsonl"});
  INFO(result.err);
  CHECK(result.code == 0);
  CHECK(readFile(sandbox / "r.jsonl") == exported.out);
}
