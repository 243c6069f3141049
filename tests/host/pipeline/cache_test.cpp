// Answers that are kept: "cache": true, through the engine.
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "journal/sqlite.hpp"
#include "pipeline/answer_cache.hpp"
#include "rig.hpp"

namespace troupe::test {
namespace {

namespace fs = std::filesystem;

const std::string kCache = R"("cache":true)";

PipelineText cached(const Board& board) {
  auto text = PipelineText::ensemble(board);
  for (const auto* name : {"a", "b", "c"}) text.more(name, kCache);
  return text;
}

// The board's address is an option, so runs that are compared share the first one's.
int asked(const Board& board) { return board.count("a", "run") + board.count("b", "run") + board.count("c", "run"); }

std::vector<std::string> winners(const Rig& rig, int samples) {
  std::vector<std::string> all;
  for (int i = 0; i < samples; ++i) all.push_back(rig.sample(i).winner);
  return all;
}

int warnings(const Rig& rig, const std::string& about) {
  int count = 0;
  for (const auto& event : rig.events())
    if (event.json.find(about) != std::string::npos) ++count;
  return count;
}

TEST_CASE("a second run of the same seed asks nobody and picks the same winners", "[cache]") {
  TempDir folder;
  Rig first, second;
  first.options.cache = second.options.cache = folder / "deep/answers.db";
  REQUIRE(first.run(cached(first.board)).state == "complete");
  CHECK(asked(first.board) == 12);
  const int before = asked(first.board);
  REQUIRE(second.run(cached(first.board)).state == "complete");
  CHECK(asked(first.board) == before);
  CHECK(winners(second, 4) == winners(first, 4));
  const auto was = parsed(first.sample(1).calls.at(0).answer), is = parsed(second.sample(1).calls.at(0).answer);
  CHECK_FALSE(was.HasMember("cached"));
  CHECK(is["text"] == was["text"]);
  CHECK(is["cached"].GetBool());
  CHECK(is["attempts"].GetInt() == 0);
  CHECK(is["cost"]["usd"].GetDouble() == 0);
  CHECK(is["cost"]["source"] == "reported");
  for (const auto& node : second.journal().totals(second.last().key).nodes) CHECK(node.attempts == node.calls);
  struct stat status {};
  REQUIRE(::stat((folder / "deep/answers.db").c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
}

TEST_CASE("another request is asked", "[cache]") {
  TempDir folder;
  Rig first, second;
  first.options.cache = second.options.cache = folder / "answers.db";
  first.run(cached(first.board));
  const int before = asked(first.board);
  auto text = cached(first.board);
  int expected = 0;
  SECTION("another option of one node") {
    text.options("b", R"("text":"other")");
    expected = 4;
  }
  SECTION("another seed") {
    second.overrides = {{"run.seed", "8"}};
    expected = 12;
  }
  SECTION("more prompts") {
    text.samples(5);
    expected = 3;
  }
  SECTION("a node that does not want it") {
    text.more("a", "");
    expected = 4;
  }
  SECTION("no file") {
    second.options.cache.clear();
    expected = 12;
  }
  CHECK(second.run(text).state == "complete");
  CHECK(asked(first.board) - before == expected);
}

TEST_CASE("two runs share a cache at once", "[cache]") {
  TempDir folder;
  Rig first, second, third;
  for (auto* rig : {&first, &second, &third}) rig->options.cache = folder / "answers.db";
  first.start(cached(first.board).samples(40));
  second.start(cached(first.board).samples(40));
  CHECK(first.finish().state == "complete");
  CHECK(second.finish().state == "complete");
  CHECK(warnings(first, "response cache") + warnings(second, "response cache") == 0);
  const int before = asked(first.board);
  CHECK(third.run(cached(first.board).samples(40)).state == "complete");
  CHECK(asked(first.board) == before);
}

TEST_CASE("a corrupt cache is set aside and made anew", "[cache]") {
  TempDir folder;
  std::ofstream(folder / "answers.db") << std::string(5000, 'x');
  Rig first, second;
  first.options.cache = second.options.cache = folder / "answers.db";
  CHECK(first.run(cached(first.board)).state == "complete");
  CHECK(warnings(first, "a new one is begun") == 1);
  const int before = asked(first.board);
  CHECK(second.run(cached(first.board)).state == "complete");
  CHECK(asked(first.board) == before);
  CHECK(warnings(second, "response cache") == 0);
  int aside = 0;
  for (const auto& entry : fs::directory_iterator(folder.path()))
    if (entry.path().filename().string().find("corrupt-") != std::string::npos) ++aside;
  CHECK(aside == 1);
}

TEST_CASE("a cache that cannot be used is one warning and fails nothing", "[cache]") {
  TempDir folder;
  Rig rig;
  rig.options.cache = folder / "answers.db";
  SECTION("it is a folder") { fs::create_directory(folder / "answers.db"); }
  SECTION("it cannot be written") {
    // As on a full disk or a read-only file: rows are refused, also to root.
    {
      pipeline::AnswerCache(folder / "answers.db", [](const std::string&) {});
    }
    journal::sqlite::Connection file(folder / "answers.db", journal::sqlite::Open::write);
    file.script("CREATE TRIGGER full BEFORE INSERT ON answers BEGIN SELECT RAISE(ABORT, 'disk is full'); END");
  }
  CHECK(rig.run(cached(rig.board)).state == "complete");
  CHECK(asked(rig.board) == 12);
  CHECK(warnings(rig, "is not used any more") == 1);
}

TEST_CASE("what is known costs no budget", "[cache]") {
  TempDir folder;
  const auto text = [](const Board& board) {
    auto all = PipelineText::ensemble(board);
    for (const std::string name : {"a", "b", "c"})
      all.more(name, kCache + R"(,"price":{"input":0,"output":10000})")
          .options(name, R"("max_tokens":100,"usage":{"input":20,"output":50})");
    return all;
  };
  Rig first, second;
  first.options.cache = second.options.cache = folder / "answers.db";
  REQUIRE(first.run(text(first.board)).state == "complete");
  const int before = asked(first.board);
  CHECK(second.run(text(first.board).budget(R"({"usd":4})")).state == "complete");
  CHECK(asked(first.board) == before);
  std::int64_t calls = 0, spent = 0;
  for (const auto& one : second.journal().spending(second.last().key)) calls += one.calls, spent += one.nano_usd;
  CHECK(calls == 0);
  CHECK(spent == 0);
}

TEST_CASE("an answer that was cut short is not kept", "[cache]") {
  CHECK(pipeline::isWholeAnswer(R"({"text":"a"})"));
  CHECK(pipeline::isWholeAnswer(R"({"text":"a","finish":"stop"})"));
  CHECK_FALSE(pipeline::isWholeAnswer(R"({"text":"a","finish":"length"})"));
  CHECK_FALSE(pipeline::isWholeAnswer(R"({"text":"a","finish":"content"})"));
}

TEST_CASE("calls of a judge are kept too", "[cache]") {
  TempDir folder;
  const auto text = [](const Board& board) {
    PipelineText all(board);
    all.node("source", "source").node("a", "provider", R"(["source"])");
    all.node("claude", "provider", "", R"("text":"7")", "", kCache);
    all.node("judge", "judge", R"(["a"])", "", "", R"("models":{"judge":"claude"})");
    return all.node("vote", "selector", R"(["judge"])").samples(3);
  };
  Rig first, second;
  first.options.cache = second.options.cache = folder / "answers.db";
  REQUIRE(first.run(text(first.board)).state == "complete");
  CHECK(first.board.count("claude", "run") == 3);
  REQUIRE(second.run(text(first.board)).state == "complete");
  CHECK(first.board.count("claude", "run") == 3);
  CHECK(first.board.count("a", "run") == 6);
  CHECK(parsed(second.sample(0).model_calls.at(0).answer)["cached"].GetBool());
}

TEST_CASE("a stored answer that does not fit is asked for anew", "[cache]") {
  TempDir folder;
  Rig first, second;
  first.options.cache = second.options.cache = folder / "answers.db";
  first.run(cached(first.board));
  const int before = asked(first.board);
  journal::sqlite::Connection(folder / "answers.db", journal::sqlite::Open::write)
      .script(R"(UPDATE answers SET answer = '{"text":7}')");
  CHECK(second.run(cached(first.board)).state == "complete");
  CHECK(asked(first.board) - before == 12);
}

}  // namespace
}  // namespace troupe::test
