#include "known_stories.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "../stores/samples.hpp"

namespace {

using troupe::novelty::Bound;
using troupe::novelty::checkKnown;
using troupe::novelty::knownStories;
using troupe::novelty::Story;
using troupe::test::FakeCall;
using troupe::test::FakeHost;
using troupe::test::FakeNode;
using troupe::test::PluginFile;
using troupe::test::SampleText;
using troupe::test::StoreCall;
using troupe::test::TempDir;

std::string tale(int number) { return "Tale number " + std::to_string(number) + " of the lamp by the old harbour."; }

SampleText sample(const std::string& run, int index) {
  SampleText out;
  out.run = run;
  out.index = index;
  out.text = tale(index);
  return out;
}

void store(const std::string& plugin, const std::string& options, const std::vector<SampleText>& samples) {
  const PluginFile file(std::string(TROUPE_PLUGIN_DIR) + "/" + plugin + ".troupe");
  FakeHost host;
  FakeNode node(host, file.node("troupe." + plugin), options);
  for (const auto& one : samples) REQUIRE(StoreCall(host, node, one).returned == TROUPE_OK);
}

std::vector<std::string> names(const std::filesystem::path& path, const std::string& run, const Bound& bound = {}) {
  std::vector<std::string> out;
  for (const auto& story : knownStories(path, run, bound, [] {})) out.push_back(story.name);
  return out;
}

using Names = std::vector<std::string>;

void write(const std::filesystem::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

}  // namespace

TEST_CASE("known stories: a database of store.sqlite", "[scorer][novelty]") {
  const TempDir dir;
  const auto path = dir.path() / "stories.db";
  store("store.sqlite", R"({"path":")" + path.string() + R"(","busy_timeout_ms":5000})",
        {sample("old", 1), sample("now", 2), sample("old", 3), sample("older", 4)});
  checkKnown(path);
  CHECK(names(path, "now") == Names{"sample 1 of old", "sample 3 of old", "sample 4 of older"});
  CHECK(names(path, "other", {2, 1000}) == Names{"sample 3 of old", "sample 4 of older"});
  CHECK(names(path, "other", {5000, tale(4).size()}) == Names{"sample 4 of older"});
  const auto stories = knownStories(path, "now", {}, [] {});
  CHECK(stories[1].signature == *troupe::text::signatureOf(tale(3)));
}

TEST_CASE("known stories: JSON Lines of store.jsonl in each shape", "[scorer][novelty]") {
  const auto shape = GENERATE(as<std::string>(), "full", "text", "messages");
  CAPTURE(shape);
  const TempDir dir;
  const auto path = dir.path() / "stories.jsonl";
  store("store.jsonl", R"({"path":")" + path.string() + R"(","shape":")" + shape + R"("})",
        {sample("old", 1), sample("now", 2), sample("old", 3)});
  checkKnown(path);
  CHECK(names(path, "now") == Names{"sample 1 of old", "sample 3 of old"});
  CHECK(names(path, "new", {2, 1000000}) == Names{"sample 2 of now", "sample 3 of old"});
  CHECK(knownStories(path, "now", {}, [] {})[1].signature == *troupe::text::signatureOf(tale(3)));
}

TEST_CASE("known stories: lines by hand, failed samples, a cut last line", "[scorer][novelty]") {
  const TempDir dir;
  const auto path = dir.path() / "lines.jsonl";
  write(path,
        "{\"text\":\"One lamp.\"}\n\n{\"run\":\"r\",\"index\":2,\"winner\":null,\"candidates\":[]}\n"
        "{\"run\":\"r\",\"index\":3,\"text\":\"Two lamps.\"}\n{\"text\":\"cut");
  CHECK(names(path, "x") == Names{"line 1 of the file", "sample 3 of r"});
  write(path, "");
  checkKnown(path);
  CHECK(names(path, "x").empty());
}

TEST_CASE("known stories: files that are none are refused with the place", "[scorer][novelty]") {
  const TempDir dir;
  const auto path = dir.path() / "file";
  CHECK_THROWS_WITH(checkKnown(path), Catch::EndsWith("file: cannot be read: No such file or directory"));
  write(path, "Once upon a time");
  CHECK_THROWS_WITH(checkKnown(path), Catch::Contains("is neither a database of troupe.store.sqlite nor JSON Lines"));
  write(path, "{\"text\":\"a\"}\nrubbish\n{}\n");
  CHECK_THROWS_WITH(names(path, "x"), Catch::Contains("file:2: is no JSON object"));
  write(path, "{\"a\":1}\n{\"b\":2}\n");
  CHECK_THROWS_WITH(names(path, "x"), Catch::Contains("none of its 2 lines has a story"));
  write(path, std::string("SQLite format 3\0", 16) + std::string(200, 'x'));
  CHECK_THROWS_WITH(checkKnown(path), Catch::Contains("file is not a database"));
}

TEST_CASE("known stories: the plugin reads them once a run and skips its own", "[scorer][novelty]") {
  const TempDir dir;
  const auto path = dir.path() / "stories.jsonl";
  store("store.jsonl", R"({"path":")" + path.string() + R"(","shape":"text"})", {sample("old", 1), sample("now", 2)});
  const PluginFile file(TROUPE_PLUGIN_DIR "/scorer.novelty.troupe");
  FakeHost host;
  FakeNode node(host, file.node("troupe.scorer.novelty"),
                R"({"known":")" + path.string() + R"(","max_known":10,"new_below":0.1,"copy_from":0.7})");
  const auto said = [&](const std::string& run, const std::string& text) {
    FakeCall call(host, R"({"candidate":{"id":"0/a","text":")" + text + R"("},"sample":{"run":")" + run + R"("}})");
    REQUIRE(node.run(call) == TROUPE_OK);
    return call.value("score");
  };
  CHECK_THAT(said("now", tale(1)), Catch::Contains("near duplicate of sample 1 of old"));
  CHECK_THAT(said("now", tale(2)), Catch::Contains("(compared with 1 story)"));
  std::filesystem::remove(path);
  CHECK_THAT(said("now", tale(1)), Catch::Contains("near duplicate of sample 1 of old"));
}
