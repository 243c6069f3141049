#include <catch2/catch.hpp>

#include <csignal>
#include <cstdlib>
#include <random>

#include "host/journal/journal_support.hpp"
#include "support/temp_dir.hpp"

using namespace troupe::journal;
using namespace troupe::test;

namespace {

// What a child says to its parent: an event that was announced, or a sample that was called durable.
struct Said {
  char what;
  std::int64_t number;
};

// Appends without end and says through `pipe` what it was told. Never returns.
[[noreturn]] void appendForever(const std::filesystem::path& file, RunKey run, int pipe) {
  Journal journal(writing(file));
  const auto say = [pipe](char what, std::int64_t number) {
    const Said said{what, number};
    if (::write(pipe, &said, sizeof said) != sizeof said) ::_exit(1);
  };
  const auto hearing = journal.onEvent([&](const Event& event) { say('e', event.id); });
  for (std::int64_t i = journal.lastStarted(run) + 1;; ++i) {
    journal.append(
        batch(started(run, i), CallSettled{run, i, "wren", "", true, std::string(200, 'x'), 0, "", 1, 1, 1, 1}));
    journal.append(batch(SampleDecided{run, i, true, "wren", 8, "{}", "", 1}, SampleSettled{run, i}, event(run)),
                   [say, i] { say('d', i); });
  }
}

}  // namespace

TEST_CASE("what was announced is there after kill -9", "[journal][crash]") {
  const char* given = std::getenv("TROUPE_TEST_SEED");
  const auto seed = given != nullptr ? static_cast<unsigned>(std::atoi(given)) : std::random_device{}();
  const char* more = std::getenv("TROUPE_TEST_KILLS");
  const int rounds = more != nullptr ? std::atoi(more) : 100;
  CAPTURE(seed);
  std::mt19937 random(seed);

  TempDir folder;
  const auto file = folder / "j.db";
  const RunKey run = Journal(writing(file)).createRun(newRun()).key;
  std::int64_t announced = 0;
  std::int64_t durable = -1;
  for (int round = 0; round < rounds; ++round) {
    CAPTURE(round);
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    const auto child = spawn([&]() -> int {
      ::close(ends[0]);
      appendForever(file, run, ends[1]);
    });
    ::close(ends[1]);
    // After a random number of words, at whatever point it is then.
    const auto words = std::uniform_int_distribution<int>(0, 300)(random);
    Said said{};
    int heard = 0;
    while (::read(ends[0], &said, sizeof said) == sizeof said) {
      (said.what == 'e' ? announced : durable) = said.number;
      if (heard++ == words) ::kill(child, SIGKILL);  // what it had said before is still read
    }
    ::close(ends[0]);
    REQUIRE(waitFor(child) == -SIGKILL);

    const Journal journal(reading(file));
    const auto last = journal.lastStarted(run);
    REQUIRE(last >= durable);
    REQUIRE(journal.lastEvent(run, "sample")->id >= announced);
    REQUIRE(journal.totals(run).started == last + 1);
    if (durable >= 0) {
      const auto record = journal.sample(run, durable);
      REQUIRE(record);
      REQUIRE(record->settled);
      REQUIRE(record->calls.size() == 1);
    }
  }
  const Journal journal(reading(file));
  std::int64_t n = 0;
  for (std::int64_t after = 0;;) {
    const auto page = journal.events(run, after, 1000);
    if (page.empty()) break;
    for (const auto& event : page) REQUIRE(event.n == ++n);
    after = page.back().id;
  }
  CHECK(n == journal.totals(run).settled);
}
