#include <catch2/catch.hpp>

#include <atomic>
#include <thread>

#include "host/journal/journal_support.hpp"
#include "journal/sqlite.hpp"
#include "support/temp_dir.hpp"

using namespace troupe::journal;
using namespace troupe::test;

namespace {

void fill(Journal& journal, RunKey run, int samples) {
  for (int i = 0; i < samples; ++i) {
    journal.append(batch(started(run, i), Attempt{run, i, "wren", 1, 6, "cut", 1, 1},
                         CallSettled{run, i, "wren", "", true, "{}", 0, "", 1, 1, 1, 1},
                         ScoreSettled{run, i, "wren", "craft", 8, "{}", 1},
                         SampleDecided{run, i, true, "wren", 8, "{}", "", 1}, VerdictGiven{run, i, "good", true, "", 1},
                         SampleHeld{run, i, "review", 1, true, "", 1}, HoldDecided{run, i, "review", true, "a", 1},
                         SampleSaved{run, i, "stories", "{}", 1}, FeedbackEmitted{run, i, "memory", "[]"},
                         CursorMoved{run, "log", i}, event(run), Reserved{run, i, "wren", i, 1, 5, 5, 1},
                         Charged{run, i, "wren", i, 1, 0, 4, 4, 3, 0, 1, "reported", 1}));
  }
  journal.flush();
}

std::int64_t rowsOf(const std::filesystem::path& file, RunKey run) {
  sqlite::Connection connection(file, sqlite::Open::read);
  std::int64_t rows = 0;
  for (const std::string table :
       {"samples", "open_samples", "attempts", "calls", "scores", "decisions", "verdicts", "holds", "hold_decisions",
        "saves", "feedback", "events", "cursors", "reservations", "charges"}) {
    rows += connection.number("SELECT count(*) FROM " + table + " WHERE run = " + std::to_string(run));
  }
  return rows + connection.number("SELECT count(*) FROM runs WHERE key = " + std::to_string(run));
}

}  // namespace

TEST_CASE("a deleted run leaves nothing behind, and others alone", "[journal]") {
  TempDir folder;
  Journal journal(writing(folder / "j.db"));
  const auto kept = journal.createRun(newRun());
  const auto gone = journal.createRun(newRun());
  fill(journal, kept.key, 3);
  fill(journal, gone.key, 1500);
  const auto before = rowsOf(folder / "j.db", kept.key);
  CHECK(before == 3 * 14 + 2);
  journal.deleteRun(gone.key);
  CHECK(rowsOf(folder / "j.db", gone.key) == 0);
  CHECK(rowsOf(folder / "j.db", kept.key) == before);
  CHECK(journal.runs().size() == 1);

  // Rows that come late have nowhere to go, and harm nothing.
  std::atomic<int> events{0};
  journal.append(batch(started(gone.key, 1), event(gone.key)));
  journal.append(batch(event(kept.key)), [&] { ++events; });
  journal.flush();
  CHECK(events == 1);
  CHECK(rowsOf(folder / "j.db", gone.key) == 0);
}

TEST_CASE("ids of deleted events and runs are not used again", "[journal]") {
  TempDir folder;
  RunKey gone = 0;
  std::int64_t last = 0;
  {
    Journal journal(writing(folder / "j.db"));
    gone = journal.createRun(newRun()).key;
    fill(journal, gone, 5);
    last = journal.events(gone, 0, 100).back().id;
    journal.deleteRun(gone);
  }
  Journal journal(writing(folder / "j.db"));
  const auto run = journal.createRun(newRun());
  CHECK(run.key > gone);
  journal.append(batch(event(run.key)));
  journal.flush();
  CHECK(journal.events(0, 0, 10).at(0).id == last + 1);
  CHECK(journal.events(0, 0, 10).at(0).n == 1);
}

TEST_CASE("appends go on while a run is deleted", "[journal]") {
  TempDir folder;
  Journal journal(writing(folder / "j.db"));
  const auto gone = journal.createRun(newRun()).key;
  const auto run = journal.createRun(newRun()).key;
  fill(journal, gone, 2000);
  std::atomic<bool> over{false};
  std::atomic<int> durable{0};
  std::thread producer([&] {
    int i = 0;
    while (!over) {
      const int before = durable;
      journal.append(batch(started(run, i++)), [&] { ++durable; });
      while (durable == before) std::this_thread::yield();
    }
  });
  journal.deleteRun(gone);
  over = true;
  producer.join();
  CHECK(durable > 2);  // between the slices
  CHECK(rowsOf(folder / "j.db", gone) == 0);
}

TEST_CASE("a copy is a journal of its own, also one made while rows are written", "[journal]") {
  TempDir folder;
  Journal journal(writing(folder / "j.db"));
  const auto run = journal.createRun(newRun()).key;
  fill(journal, run, 50);
  std::atomic<bool> over{false};
  std::thread producer([&] {
    while (!over) {
      journal.append(batch(event(run), event(run)));  // always two
      journal.flush();
    }
  });
  journal.backup(folder / "copy.db");
  over = true;
  producer.join();
  CHECK_FALSE(std::filesystem::exists(folder / "copy.db.partial"));

  Journal copy(writing(folder / "copy.db"));
  CHECK(copy.epoch() == journal.epoch());
  CHECK(copy.samples(run, 0, 100).size() == 50);
  const auto events = copy.events(run, 0, 100000);
  CHECK(events.size() % 2 == 0);
  CHECK(events.back().n == static_cast<std::int64_t>(events.size()));
}

TEST_CASE("a copy that cannot be written says where", "[journal]") {
  TempDir folder;
  Journal journal(writing(folder / "j.db"));
  CHECK(messageOf([&] {
          journal.backup(folder / "no/such/copy.db");
        }).find("cannot be copied to " + (folder / "no/such/copy.db").string()) != std::string::npos);
  CHECK(messageOf([&] { Journal(reading(folder / "none.db")).backup(folder / "copy.db"); }) ==
        "there is no journal " + (folder / "none.db").string() + " to copy");
}
