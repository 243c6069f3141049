#include <catch2/catch.hpp>

#include "host/journal/journal_support.hpp"
#include "support/temp_dir.hpp"

using namespace troupe::journal;
using namespace troupe::test;

namespace {

SampleDecided decided(RunKey run, std::int64_t index, const std::string& winner, double quality,
                      const std::string& json = "{}") {
  return {run, index, !winner.empty(), winner, quality, json, winner.empty() ? "no candidate" : "", 1};
}

CallSettled call(RunKey run, std::int64_t index, const std::string& node, bool ok, int attempts = 1) {
  return {run, index, node, "", ok, "{}", ok ? 0 : 6, "", attempts, 10, 0, 1};
}

}  // namespace

TEST_CASE("unsettled samples, begun samples and the last one", "[journal]") {
  TempDir folder;
  Journal journal(writing(folder / "j.db"));
  const auto run = journal.createRun(newRun()).key;
  const auto other = journal.createRun(newRun()).key;
  CHECK(journal.lastStarted(run) == -1);
  CHECK(journal.unsettled(run, 0, 10).empty());
  for (int i = 0; i < 6; ++i) journal.append(batch(started(run, i)));
  journal.append(batch(started(other, 99), SampleSettled{run, 0}, SampleSettled{run, 2}, SampleSettled{run, 5}));
  journal.flush();
  using Indices = std::vector<std::int64_t>;
  CHECK(journal.unsettled(run, 0, 10) == Indices{1, 3, 4});
  CHECK(journal.unsettled(run, 2, 10) == Indices{3, 4});
  CHECK(journal.unsettled(run, 0, 1) == Indices{1});
  CHECK(journal.samples(run, 4, 10) == Indices{4, 5});
  CHECK(journal.samples(run, 0, 2) == Indices{0, 1});
  CHECK(journal.lastStarted(run) == 5);
  CHECK(journal.lastStarted(other) == 99);
}

TEST_CASE("feedback is the latest emission at or before an index", "[journal]") {
  TempDir folder;
  Journal journal(writing(folder / "j.db"));
  const auto run = journal.createRun(newRun()).key;
  journal.append(batch(FeedbackEmitted{run, 4, "memory", "[4]"}, FeedbackEmitted{run, 9, "memory", "[9]"},
                       FeedbackEmitted{run, 5, "other", "[5]"}));
  journal.flush();
  const auto [index, expected] =
      GENERATE(table<std::int64_t, std::string>({{3, "none"}, {4, "[4]"}, {8, "[4]"}, {9, "[9]"}, {1000, "[9]"}}));
  CAPTURE(index);
  const auto found = journal.feedback(run, "memory", index);
  CHECK((found ? found->json : "none") == expected);
}

TEST_CASE("a cursor is what was last set", "[journal]") {
  TempDir folder;
  Journal journal(writing(folder / "j.db"));
  const auto run = journal.createRun(newRun()).key;
  CHECK(journal.cursor(run, "log") == 0);
  journal.append(batch(CursorMoved{run, "log", 3}, CursorMoved{run, "log", 7}, CursorMoved{run, "web", 5}));
  journal.flush();
  CHECK(journal.cursor(run, "log") == 7);
  CHECK(journal.cursor(run, "web") == 5);
}

TEST_CASE("totals are sums over settled samples", "[journal]") {
  TempDir folder;
  Journal journal(writing(folder / "j.db"));
  const auto run = journal.createRun(newRun()).key;
  journal.append(batch(started(run, 0), call(run, 0, "wren", true, 2), call(run, 0, "quill", true),
                       decided(run, 0, "wren", 9, R"({"qualities":{"wren":9,"quill":7.5}})"),
                       VerdictGiven{run, 0, "good", true, "", 1}, SampleSaved{run, 0, "a", R"({"id":1})", 1},
                       SampleSaved{run, 0, "b", R"({"id":2})", 1}, SampleSettled{run, 0}));
  journal.append(batch(started(run, 1), call(run, 1, "wren", true), call(run, 1, "quill", false, 3),
                       decided(run, 1, "wren", 6, R"({"qualities":{"wren":6,"quill":null}})"),
                       VerdictGiven{run, 1, "good", false, "", 1}, SampleSettled{run, 1}));
  journal.append(batch(started(run, 2), call(run, 2, "wren", false), decided(run, 2, "", 0), SampleSettled{run, 2}));
  journal.append(batch(started(run, 3), call(run, 3, "quill", true),
                       decided(run, 3, "quill", 10, R"({"qualities":{"quill":10}})"),
                       SampleSaved{run, 3, "a", R"({"id":3})", 1}));  // not over
  journal.flush();

  const auto totals = journal.totals(run);
  CHECK(totals.started == 4);
  CHECK(totals.settled == 3);
  CHECK(totals.successful == 2);
  CHECK(totals.failed == 1);
  CHECK(totals.saved == 1);
  CHECK(totals.dropped == 1);
  CHECK(totals.genres == std::map<std::string, GenreTotals>{{"fantasy", {3, 2, 1, 1, 0}}});
  REQUIRE(totals.nodes.size() == 2);
  const auto& quill = totals.nodes[0];
  const auto& wren = totals.nodes[1];
  CHECK(quill.node == "quill");
  CHECK(quill.calls == 2);
  CHECK(quill.candidates == 1);
  CHECK(quill.failures == 1);
  CHECK(quill.attempts == 4);
  CHECK(quill.wins == 0);
  CHECK(quill.scored == 1);
  CHECK(quill.quality_sum == 7.5);
  CHECK(wren.calls == 3);
  CHECK(wren.candidates == 2);
  CHECK(wren.failures == 1);
  CHECK(wren.wins == 2);
  CHECK(wren.scored == 2);
  CHECK(wren.quality_sum == 15);
  CHECK(wren.latency_ms_sum == 20);

  CHECK(journal.bestSample(run) == 0);
  CHECK(journal.bestSample(run, true) == 0);
  CHECK(journal.saves(run, 2) == std::vector<std::string>{R"({"id":1})", R"({"id":2})"});
}

TEST_CASE("totals tell who was skipped and who was good enough, and ensembles tell of each sample", "[journal]") {
  TempDir folder;
  Journal journal(writing(folder / "j.db"));
  const auto run = journal.createRun(newRun()).key;
  const std::string asked = R"({"policy":"bandit","order":["quill","wren"],"reached":["quill"],"skipped":["wren"]})";
  journal.append(batch(started(run, 0),
                       decided(run, 0, "quill", 9, R"({"qualities":{"quill":9},"ensemble":)" + asked + "}"),
                       SampleSettled{run, 0}));
  journal.append(batch(started(run, 1),
                       decided(run, 1, "", 0, R"({"ensemble":{"policy":"bandit","reached":[],"skipped":["wren"]}})"),
                       SampleSettled{run, 1}));
  journal.append(batch(started(run, 2), decided(run, 2, "wren", 6, "broken"), SampleSettled{run, 2}));
  journal.append(batch(started(run, 3), decided(run, 3, "wren", 6, R"({"ensemble":)" + asked + "}")));  // not over
  journal.append(batch(started(run, 4)));                                                               // not decided
  journal.flush();
  const auto totals = journal.totals(run);
  REQUIRE(totals.nodes.size() == 2);
  CHECK(totals.nodes[0].node == "quill");
  CHECK(totals.nodes[0].reached == 1);
  CHECK(totals.nodes[0].skipped == 0);
  CHECK(totals.nodes[1].reached == 0);
  CHECK(totals.nodes[1].skipped == 2);
  CHECK(totals.genres.at("fantasy").reached == 1);

  const auto all = journal.ensembles(run, 0, 100);
  REQUIRE(all.size() == 4);
  CHECK(all[0].index == 0);
  CHECK(all[0].genre == "fantasy");
  CHECK(all[0].json == asked);
  CHECK(all[2].json.empty());
  CHECK(all[3].index == 3);
  const auto page = journal.ensembles(run, 1, 1);
  REQUIRE(page.size() == 1);
  CHECK(page[0].index == 1);
}

TEST_CASE("without qualities by node, totals know those of the winners", "[journal]") {
  TempDir folder;
  Journal journal(writing(folder / "j.db"));
  const auto run = journal.createRun(newRun()).key;
  for (int i = 0; i < 2; ++i) {
    journal.append(
        batch(started(run, i), decided(run, i, "wren", 8 + i, i == 0 ? "{}" : "broken"), SampleSettled{run, i}));
  }
  journal.flush();
  const auto totals = journal.totals(run);
  REQUIRE(totals.nodes.size() == 1);
  CHECK(totals.nodes[0].scored == 2);
  CHECK(totals.nodes[0].quality_sum == 17);
}

TEST_CASE("the best sample", "[journal]") {
  TempDir folder;
  Journal journal(writing(folder / "j.db"));
  const auto run = journal.createRun(newRun()).key;
  CHECK_FALSE(journal.bestSample(run));
  journal.append(batch(started(run, 0), decided(run, 0, "wren", 7), SampleSettled{run, 0}, started(run, 1),
                       decided(run, 1, "wren", 9), SampleSettled{run, 1}, started(run, 2), decided(run, 2, "wren", 9),
                       SampleSettled{run, 2}, started(run, 3), decided(run, 3, "", 0), SampleSettled{run, 3},
                       SampleSaved{run, 0, "a", "{}", 1}));
  journal.flush();
  CHECK(journal.bestSample(run) == 1);        // the first of equals
  CHECK(journal.bestSample(run, true) == 0);  // the only one that a store has
}

TEST_CASE("a run is found by id, beginning, or as the last one", "[journal]") {
  TempDir folder;
  Journal journal(writing(folder / "j.db"));
  CHECK(messageOf([&] { journal.findRun("last"); }, troupe::ExitCode::usage) ==
        "there is no run yet in the journal " + (folder / "j.db").string() + "; begin one with: troupe run FILE");
  const auto first = journal.createRun(newRun("alpha"));
  const auto second = journal.createRun(newRun("beta"));
  CHECK(journal.findRun("last").key == second.key);
  CHECK(journal.findRun(first.id).key == first.key);
  CHECK(journal.findRun("al").key == first.key);
  CHECK(messageOf([&] { journal.findRun(""); }, troupe::ExitCode::usage).find("no run is called \"\"") == 0);

  auto typo = first.id;
  typo[1] = 'x';
  CHECK(messageOf([&] { journal.findRun(typo); }, troupe::ExitCode::usage) ==
        "no run is called \"" + typo + "\"; did you mean \"" + first.id + "\"?");

  const auto third = journal.createRun(newRun("beta"));
  CHECK(messageOf([&] { journal.findRun("beta-"); }, troupe::ExitCode::usage) ==
        "several runs begin with \"beta-\": " + third.id + ", " + second.id + "; give more of the name");
  const auto runs = journal.runs(2);
  REQUIRE(runs.size() == 2);
  CHECK(runs[0].key == third.key);
  CHECK(journal.runs(10, runs[1].key).at(0).key == first.key);
}

TEST_CASE("the epoch belongs to the file", "[journal]") {
  TempDir folder;
  std::string epoch;
  {
    Journal journal(writing(folder / "j.db"));
    epoch = journal.epoch();
    CHECK(epoch.size() == 16);
  }
  CHECK(Journal(reading(folder / "j.db")).epoch() == epoch);
  CHECK(Journal(writing(folder / "j.db")).epoch() == epoch);
  CHECK(Journal(writing(folder / "other.db")).epoch() != epoch);
}
