#include "recording.hpp"

#include <troupe/troupe.hpp>

#include <catch2/catch.hpp>
#include <string>
#include <tuple>

#include "support/temp_dir.hpp"

using namespace troupe::replay;
using troupe::test::TempDir;

namespace {

const char* const kMixed = R"({"prompt":"What is 2 + 2?","text":"by prompt"}
{"key":"k1","text":"by key"}

{"index":3,"text":"by index"}
{"genre":"fantasy","text":"fantasy 1"}
{"genre":"fantasy","text":"fantasy 2"}
{"text":"turn 1"}
{"text":"turn 2"}
{"error":{"code":"rate_limited","message":"slow down","retry_after_ms":1500}}
)";

std::string found(const Recording& recording, const Query& query, bool loop = true) {
  const auto answer = recording.find(query, loop);
  if (answer->code != TROUPE_OK) return answer->message;
  rapidjson::Document document;
  document.Parse(answer->candidate.c_str());
  return document["text"].GetString();
}

std::string complaint(const TempDir& dir, const std::string& text) {
  const auto path = dir.write("bad.jsonl", text);
  try {
    const Recording recording(path.string());
  } catch (const troupe::Error& e) {
    CHECK(e.code() == TROUPE_E_PERMANENT_REQUEST);
    const std::string what = e.what();
    const std::string head = "the recording " + path.string();
    REQUIRE(what.compare(0, head.size(), head) == 0);
    return what.substr(head.size());
  }
  return "";
}

}  // namespace

TEST_CASE("an answer is found by prompt, key, index, genre, and in turn", "[replay]") {
  using Row = std::tuple<std::string, Query, std::string>;
  const auto [name, query, expected] = GENERATE(values<Row>({
      {"prompt before all", {"What is 2 + 2?", "k1", "fantasy", 3}, "by prompt"},
      {"key before index", {"?", "k1", "fantasy", 3}, "by key"},
      {"index before genre", {"?", "?", "fantasy", 3}, "by index"},
      {"genre, first", {"?", "", "fantasy", 0}, "fantasy 1"},
      {"genre, second", {"?", "", "fantasy", 1}, "fantasy 2"},
      {"genre, again", {"?", "", "fantasy", 4}, "fantasy 1"},
      {"in turn", {"?", "", "western", 1}, "turn 2"},
      {"in turn, an error", {"?", "", "", 2}, "slow down"},
      {"in turn, again", {"", "", "", 6}, "turn 1"},
  }));
  const auto keep_bytes = GENERATE(Recording::kKeepBytes, std::uint64_t{0});  // kept in memory, or read again
  CAPTURE(name, keep_bytes);
  const TempDir dir;
  const Recording recording(dir.write("r.jsonl", kMixed).string(), keep_bytes);
  CHECK(recording.lines() == 8);
  CHECK(found(recording, query) == expected);
}

TEST_CASE("answers taken in turn end when they do not loop", "[replay]") {
  const TempDir dir;
  const Recording recording(dir.write("r.jsonl", "{\"text\":\"a\"}\n{\"text\":\"b\"}").string());
  CHECK(found(recording, {"?", "", "", 1}, false) == "b");
  CHECK_THROWS_WITH(
      recording.find({"?", "k", "noir", 2}, false),
      "no recorded answer for sample 2: no line has its prompt, the key \"k\", the index 2, or a free answer of "
      "the genre \"noir\"; and the 2 lines taken in turn are used up (option loop: true begins again)");
}

TEST_CASE("a missing answer is a permanent failure", "[replay]") {
  const TempDir dir;
  const Recording recording(dir.write("r.jsonl", "{\"prompt\":\"a\",\"text\":\"b\"}\n").string());
  try {
    recording.find({"c", "", "", 5}, true);
    FAIL("found");
  } catch (const troupe::Error& e) {
    CHECK(e.code() == TROUPE_E_PERMANENT_REQUEST);
    CHECK(std::string(e.what()) ==
          "no recorded answer for sample 5: no line has its prompt, the index 5; and there are no lines to be taken in "
          "turn");
  }
}

TEST_CASE("candidate and error keep all that was recorded", "[replay]") {
  const auto line =
      readLine(R"({"index":2,"text":"x","finish":"length","model":"m-1","usage":{"input":3,"output":4}})");
  CHECK(line.match == Match::kIndex);
  CHECK(line.index == 2);
  CHECK(line.answer.candidate == R"({"text":"x","finish":"length","model":"m-1","usage":{"input":3,"output":4}})");
  const auto error = readLine(R"({"error":{"code":"overloaded"}})");
  CHECK(error.answer.code == TROUPE_E_OVERLOADED);
  CHECK(error.answer.message == "recorded error overloaded");
  CHECK(error.answer.retry_after_ms == -1);
}

TEST_CASE("a bad line is named with its fault", "[replay]") {
  using Row = std::tuple<std::string, std::string>;
  const auto [line, expected] = GENERATE(values<Row>({
      {"{\"text\":\"x\"", "no JSON: Missing a comma or '}' after an object member. (column 12)"},
      {"[1]", "not a JSON object"},
      {"{}", "neither \"text\" nor \"error\""},
      {R"({"text":1})", "\"text\" is not a string"},
      {R"({"txt":"x"})", "unknown key \"txt\""},
      {R"({"text":"x","index":-1})", "\"index\" is no integer >= 0"},
      {R"({"text":"x","index":1,"key":"a"})", "more than one of \"prompt\", \"key\", \"index\" and \"genre\""},
      {R"({"text":"x","finish":"done"})", "\"finish\" is not stop, length or content"},
      {R"({"text":"x","usage":{"input":"3"}})", "\"input\" is no integer >= 0"},
      {R"({"text":"x","error":{"code":"auth"}})", "both \"text\" and \"error\""},
      {R"({"error":{"code":"cancelled"}})", "unknown error code \"cancelled\""},
      {R"({"error":{"message":"x"}})", "\"error\" has no \"code\""},
      {R"({"error":"x"})", "\"error\" is not an object"},
      {"{\"text\":\"\xff\"}", "no JSON: Invalid encoding in string. (column 10)"},
  }));
  CAPTURE(line);
  const TempDir dir;
  CHECK(complaint(dir, "{\"text\":\"fine\"}\n" + line + "\n") == " has 1 bad line:\n  line 2: " + expected);
}

TEST_CASE("all bad lines are reported, up to 20", "[replay]") {
  const TempDir dir;
  std::string text;
  for (int i = 0; i < 25; ++i) text += "{}\n";
  const std::string said = complaint(dir, text);
  CHECK(said.find(" has 25 bad lines:\n  line 1: ") == 0);
  CHECK(said.find("\n  line 20: ") != std::string::npos);
  CHECK(said.find("\n  line 21: ") == std::string::npos);
  CHECK(said.substr(said.rfind('\n')) == "\n  and 5 more");
}

TEST_CASE("a file that is no recording is refused", "[replay]") {
  const TempDir dir;
  CHECK(complaint(dir, "\n\n") == " holds no answer");
  CHECK_THROWS_WITH(Recording((dir / "none").string()),
                    "cannot read the recording " + (dir / "none").string() + ": No such file or directory");
  CHECK_THROWS_WITH(Recording(dir.path().string()), "the recording " + dir.path().string() + " is not a file");
}

TEST_CASE("a large recording that changes under it says so", "[replay]") {
  const TempDir dir;
  const auto path = dir.write("r.jsonl", "{\"text\":\"a\"}\n");
  const Recording recording(path.string(), 0);
  dir.write("r.jsonl", "nonsense\n\n\n\n");
  CHECK_THROWS_WITH(recording.find({"", "", "", 0}, true), Catch::Contains("has changed since it was opened"));
}
