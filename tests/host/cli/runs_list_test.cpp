#include <catch2/catch.hpp>

#include "host/cli/runs_support.hpp"

using namespace troupe::cli;
using namespace troupe::test;
using troupe::journal::RunStateChanged;

TEST_CASE("no runs yet is no error", "[cli]") {
  TempDir folder;
  const troupe::journal::Journal journal(reading(folder / "j.db"));
  CHECK(printed([&](auto& out) { runsList(journal, false, out); }) == "no runs yet; begin one with: troupe run FILE\n");
  CHECK(printed([&](auto& out) { runsList(journal, true, out); }) == "{\"runs\":[]}\n");
}

TEST_CASE("runs are listed with state and counts, newest first", "[cli]") {
  RunsFixture fixture;
  const auto other = fixture.journal->createRun(newRun("poems"));
  fixture.journal->append(batch(
      RunStateChanged{other.key, "complete", "", 61200, 0, 5, R"({"successful":4,"failed":1,"stories_saved":3})", 1}));
  fixture.journal->flush();
  const auto text = printed([&](auto& out) { runsList(*fixture.journal, false, out); });
  CHECK(has(text, "RUN"));
  CHECK(has(text, other.id + "    complete      5/5      3       1"));
  CHECK(has(text, fixture.run.id + "  running      3/50      1       1"));
  CHECK(text.find(other.id) < text.find(fixture.run.id));

  rapidjson::Document json;
  json.Parse(printed([&](auto& out) { runsList(fixture.reader(), true, out); }));
  REQUIRE(json.IsObject());
  REQUIRE(json["runs"].Size() == 2);
  CHECK(json["runs"][1]["run"].GetString() == fixture.run.id);
  CHECK(json["runs"][1]["state"] == "interrupted");  // nobody writes it any more
  CHECK(json["runs"][1]["current"].GetInt() == 3);
  CHECK(json["runs"][1]["stories_saved"].GetInt() == 1);
  CHECK(json["runs"][0]["successful"].GetInt() == 4);
}

TEST_CASE("more runs than a page are all listed", "[cli]") {
  RunsFixture fixture;
  for (int i = 0; i < 120; ++i) fixture.journal->createRun(newRun("more"));
  rapidjson::Document json;
  json.Parse(printed([&](auto& out) { runsList(*fixture.journal, true, out); }));
  CHECK(json["runs"].Size() == 121);
}

TEST_CASE("a run is shown with counts, models, genres and what to do next", "[cli]") {
  RunsFixture fixture;
  const auto text = printed([&](auto& out) { runsShow(fixture.reader(), "last", false, out); });
  CAPTURE(text);
  CHECK(has(text, fixture.run.id + ": interrupted\n"));
  CHECK(has(text, "pipeline  stories, from config/stories.json"));
  CHECK(has(text, "samples   3 of 50: 2 successful, 1 failed; 1 saved, 1 not passed"));
  CHECK(has(text, "begun and not over: 1"));
  CHECK(has(text, "  MODEL  WINS  CANDIDATES  FAILURES  RETRIES  MEAN QUALITY  MEAN TIME\n"));
  CHECK(has(text, "  quill     1           2         0        0          8.38      0.3 s\n"));
  CHECK(has(text, "  wren      1           1         1        0          9.43      0.3 s\n"));
  CHECK(has(text, "  finch     0           0         1        2             -          -\n"));
  CHECK(has(text, "  GENRE    SAMPLES  SUCCESSFUL  KEPT  SAVED\n"));
  CHECK(has(text, "  fantasy        1           1     1      1\n"));
  CHECK(has(text, "  mystery        2           1     0      0\n"));
  CHECK(has(text, "troupe resume " + fixture.run.id));
  CHECK(has(text, "troupe runs explain " + fixture.run.id));
}

TEST_CASE("a running run names its process, a complete one needs no resume", "[cli]") {
  RunsFixture fixture;
  auto text = printed([&](auto& out) { runsShow(*fixture.journal, "last", false, out); });
  CHECK(has(text, ": running\n"));
  CHECK(has(text, "it is the work of process " + std::to_string(::getpid()) + " (test)"));
  fixture.journal->append(batch(RunStateChanged{fixture.run.key, "complete", "", 125000, 2, 3, "{}", 1700000000000}));
  fixture.journal->flush();
  text = printed([&](auto& out) { runsShow(fixture.reader(), "last", false, out); });
  CHECK_FALSE(has(text, "troupe resume"));
  CHECK(has(text, "2 min 5 s of work"));
  CHECK(has(text, "repeated  2 calls"));
}

TEST_CASE("a run as JSON", "[cli]") {
  RunsFixture fixture;
  rapidjson::Document json;
  json.Parse(printed([&](auto& out) { runsShow(fixture.reader(), fixture.run.id.substr(0, 9), true, out); }));
  REQUIRE(json.IsObject());
  CHECK(json["run"].GetString() == fixture.run.id);
  CHECK(json["started"].GetInt() == 4);
  CHECK(json["current"].GetInt() == 3);
  CHECK(json["not_passed"].GetInt() == 1);
  CHECK(json["overrides"][0]["path"] == "run.samples");
  REQUIRE(json["models"].Size() == 3);
  CHECK(json["models"][2]["node"] == "finch");
  CHECK(json["models"][2]["mean_quality"].IsNull());
  CHECK(json["models"][2]["retries"].GetInt() == 2);
  CHECK(json["genres"]["mystery"].GetInt() == 2);
}
