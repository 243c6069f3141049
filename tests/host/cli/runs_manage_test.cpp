#include <catch2/catch.hpp>

#include "host/cli/runs_support.hpp"

using namespace troupe::cli;
using namespace troupe::test;
using troupe::ExitCode;
using troupe::journal::RunStateChanged;

namespace {

constexpr std::int64_t kDayMs = 86'400'000;

// A run that ended in the given state, so many days after 1970.
std::string ended(troupe::journal::Journal& journal, const std::string& state, std::int64_t days) {
  const auto run = journal.createRun(newRun());
  journal.append(batch(RunStateChanged{run.key, state, "", 1, 0, 1, "", days * kDayMs}));
  journal.flush();
  return run.id;
}

std::vector<std::string> ids(const troupe::journal::Journal& journal) {
  std::vector<std::string> list;
  for (const auto& run : journal.runs()) list.push_back(run.id);
  return list;
}

}  // namespace

TEST_CASE("runs are deleted by name, all or none", "[cli]") {
  RunsFixture fixture;
  const auto other = fixture.journal->createRun(newRun("poems"));
  CHECK(messageOf([&] { printed([&](auto& out) {
                          runsDelete(*fixture.journal, {other.id, "nobody"}, out);
                        }); },
                  ExitCode::usage)
            .find("no run is called \"nobody\"") == 0);
  CHECK(ids(*fixture.journal).size() == 2);
  CHECK(printed([&](auto& out) {
          runsDelete(*fixture.journal, {"last", other.id}, out);
        }) == "deleted " + other.id + "\n");
  CHECK(ids(*fixture.journal) == std::vector<std::string>{fixture.run.id});
}

TEST_CASE("pruning takes old, ended runs", "[cli]") {
  TempDir folder;
  troupe::journal::Journal journal(writing(folder / "j.db"));
  const auto old = ended(journal, "complete", 100);
  const auto failed = ended(journal, "failed", 105);
  const auto young = ended(journal, "complete", 108);
  const auto edge = ended(journal, "cancelled", 106);
  const auto unfinished = journal.createRun(newRun()).id;
  using Ids = std::vector<std::string>;
  PruneOptions options;
  options.now_ms = 109 * kDayMs;
  const auto prune = [&] { return printed([&](auto& out) { runsPrune(journal, options, out); }); };

  SECTION("nothing said") {
    CHECK(messageOf([&] { prune(); }, ExitCode::usage).find("nothing says which runs") == 0);
  }
  SECTION("by age") {
    options.older_than_days = 3;
    const auto text = prune();
    CHECK(has(text, "deleted " + old));
    CHECK(ids(journal) == Ids{unfinished, young});  // `edge` is three days old to the millisecond
  }
  SECTION("by number") {
    options.keep = 2;
    prune();
    CHECK(ids(journal) == Ids{unfinished, edge});
  }
  SECTION("by both: what is old and not among the newest") {
    options.older_than_days = 3;
    options.keep = 3;
    prune();
    CHECK(ids(journal) == Ids{unfinished, edge, young});
  }
  SECTION("only said") {
    options.older_than_days = 3;
    options.dry_run = true;
    CHECK(has(prune(), "would delete " + failed + " (failed, "));
    CHECK(ids(journal).size() == 5);
  }
  SECTION("what could be resumed stays, unless it is asked for") {
    options.keep = 0;
    CHECK(has(prune(), "1 run that can be resumed was left alone"));
    CHECK(ids(journal) == Ids{unfinished});
    CHECK(has(prune(), "no run to delete\n"));
    options.unfinished = true;
    prune();
    CHECK(ids(journal).empty());
  }
}

TEST_CASE("a copy of the journal replaces nothing", "[cli]") {
  RunsFixture fixture;
  const auto to = fixture.folder / "copy.db";
  CHECK(has(printed([&](auto& out) { runsBackup(*fixture.journal, to, out); }),
            "copied the journal to " + to.string() + " ("));
  const troupe::journal::Journal copy(reading(to));
  CHECK(ids(copy) == ids(*fixture.journal));
  CHECK(messageOf([&] { printed([&](auto& out) { runsBackup(*fixture.journal, to, out); }); }, ExitCode::usage) ==
        to.string() + " is there already; name another file for the copy");
}

TEST_CASE("a held sample is decided once", "[cli]") {
  RunsFixture fixture;
  auto& journal = *fixture.journal;
  const auto decide = [&](std::int64_t index, const std::string& node, bool pass) {
    return printed([&](auto& out) { runsDecide(journal, "last", index, node, pass, "anna", 123, out); });
  };
  const auto what = "sample 3 of " + fixture.run.id;
  CHECK(messageOf([&] { decide(0, "", true); }, ExitCode::usage) ==
        "sample 0 of " + fixture.run.id + " waits for no decision");
  CHECK(messageOf([&] { decide(77, "", true); }, ExitCode::usage) ==
        "sample 77 of " + fixture.run.id + " is not there; troupe runs show " + fixture.run.id);
  CHECK(messageOf([&] { decide(3, "good", true); }, ExitCode::usage) ==
        what + " is not held by \"good\"; held by \"review\"");
  journal.append(batch(troupe::journal::SampleHeld{fixture.run.key, 3, "second", 1, true, "", 1}));
  journal.flush();
  CHECK(messageOf([&] { decide(3, "", true); }, ExitCode::usage) ==
        what + " is held by \"review\", \"second\"; name one of them");
  CHECK(decide(3, "review", false) ==
        what + " does not pass \"review\"; go on with: troupe resume " + fixture.run.id + "\n");
  CHECK(decide(3, "", true) == what + " passes \"second\"; go on with: troupe resume " + fixture.run.id + "\n");
  CHECK(messageOf([&] { decide(3, "", true); }, ExitCode::usage) == what + " waits for no decision");

  const auto record = journal.sample(fixture.run.key, 3);
  REQUIRE(record->decisions.size() == 2);
  CHECK(record->decisions[0].node == "review");
  CHECK_FALSE(record->decisions[0].pass);
  CHECK(record->decisions[0].by == "anna");
  CHECK(record->decisions[0].at == 123);
}
