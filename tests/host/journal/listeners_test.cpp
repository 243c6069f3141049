#include <catch2/catch.hpp>

#include <atomic>
#include <future>
#include <memory>
#include <thread>

#include "host/journal/journal_support.hpp"
#include "support/temp_dir.hpp"

using namespace troupe::journal;
using namespace troupe::test;

TEST_CASE("listeners come and go while the journal writes, and each hears all in between", "[journal]") {
  TempDir folder;
  Journal journal(writing(folder / "j.db"));
  const auto run = journal.createRun(newRun()).key;
  std::atomic<bool> over{false};
  std::thread writer([&] {
    while (!over) journal.append(batch(event(run)), nullptr);
  });
  std::int64_t all = 0;
  const auto everything = journal.onEvent([&](const Event& event) { all = event.n; });
  for (int i = 0; i < 50; ++i) {
    // What a listener uses may go right after its registration.
    auto heard = std::make_unique<std::atomic<std::int64_t>>(0);
    auto gaps = std::make_unique<std::atomic<int>>(0);
    std::promise<void> some;
    auto registration =
        journal.onEvent([&some, heard = heard.get(), gaps = gaps.get(), count = 0](const Event& event) mutable {
          if (*heard != 0 && event.n != *heard + 1) ++*gaps;
          *heard = event.n;
          if (++count == 3) some.set_value();
        });
    some.get_future().get();
    registration.reset();
    CHECK(*gaps == 0);
    CHECK(*heard >= 3);
  }
  over = true;
  writer.join();
  journal.flush();
  CHECK(all == static_cast<std::int64_t>(journal.events(run, 0, 1'000'000).size()));
}

TEST_CASE("a registration waits for the call under way, and may end within its own", "[journal]") {
  TempDir folder;
  Journal journal(writing(folder / "j.db"));
  const auto run = journal.createRun(newRun()).key;
  std::promise<void> inside, leave;
  std::atomic<bool> done{false};
  auto slow = journal.onEvent([&](const Event&) {
    inside.set_value();
    leave.get_future().get();
    done = true;
  });
  journal.append(batch(event(run)));
  inside.get_future().get();
  std::atomic<bool> was_done{false};
  std::thread remover([&] {
    slow.reset();
    was_done = done.load();
  });
  leave.set_value();
  remover.join();
  CHECK(was_done);

  int calls = 0;
  Registration once;
  once = journal.onEvent([&](const Event&) {
    ++calls;
    once.reset();
  });
  journal.append(batch(event(run), event(run)));
  journal.flush();
  CHECK(calls == 1);
}

TEST_CASE("a registration may outlive the journal", "[journal]") {
  TempDir folder;
  Registration registration;
  {
    Journal journal(writing(folder / "j.db"));
    registration = journal.onFailure([](const std::string&) {});
  }
  registration.reset();
}

TEST_CASE("a secret is made once for a name and kept", "[journal]") {
  TempDir folder;
  std::string secret;
  {
    Journal journal(writing(folder / "j.db"));
    secret = journal.secret("tickets");
    CHECK(secret.size() == 64);
    CHECK(secret.find_first_not_of("0123456789abcdef") == std::string::npos);
    CHECK(journal.secret("tickets") == secret);
    CHECK(journal.secret("cookies") != secret);
  }
  CHECK(Journal(writing(folder / "j.db")).secret("tickets") == secret);
}

TEST_CASE("a request begins one run, whoever repeats it and when", "[journal]") {
  TempDir folder;
  std::string id;
  {
    Journal journal(writing(folder / "j.db"));
    std::vector<std::future<OrderedRun>> all;
    for (int i = 0; i < 8; ++i)
      all.push_back(std::async(std::launch::async, [&] {
        return journal.orderRun(newRun(), {"key", "hash"}, "queued");
      }));
    int fresh = 0;
    for (auto& one : all) {
      const auto ordered = one.get();
      fresh += ordered.fresh ? 1 : 0;
      if (id.empty()) id = ordered.run.id;
      CHECK(ordered.run.id == id);
      CHECK(ordered.run.state == "queued");
      CHECK(ordered.hash == "hash");
    }
    CHECK(fresh == 1);
    CHECK(journal.orderRun(newRun(), {"other", "hash"}, "queued").run.id != id);
    CHECK(journal.runsIn("queued").size() == 2);
    CHECK(journal.runsIn("queued").front().id == id);
  }
  Journal journal(writing(folder / "j.db"));
  CHECK(journal.orderRun(newRun(), {"key", "another"}, "running").hash == "hash");
  CHECK(journal.requestedRun("key")->run.id == id);
  CHECK_FALSE(journal.requestedRun("nobody's"));
}

TEST_CASE("the newest events of a type, the head, and what is held", "[journal]") {
  TempDir folder;
  Journal journal(writing(folder / "j.db"));
  CHECK(journal.head() == 0);
  const auto a = journal.createRun(newRun()).key;
  const auto b = journal.createRun(newRun()).key;
  journal.append(batch(event(a), event(b), EventAppended{a, "log", "", 1}, event(a), event(a)));
  journal.append(batch(
      started(a, 0), started(a, 1), started(a, 2), SampleHeld{a, 0, "review", 99, true, "look", 1},
      SampleHeld{a, 1, "review", std::nullopt, false, "", 1}, SampleHeld{a, 2, "review", std::nullopt, false, "", 1},
      HoldDecided{a, 1, "review", true, "anna", 5}, HoldDecided{a, 2, "review", true, "anna", 5}, SampleSettled{a, 2}));
  journal.flush();
  CHECK(journal.head() == 5);
  const auto newest = journal.eventsBefore(a, "sample", 5, 10);
  REQUIRE(newest.size() == 2);
  CHECK(newest[0].id == 4);
  CHECK(newest[1].id == 1);
  CHECK(journal.eventsBefore(a, "", 5, 2).at(1).type == "log");
  const auto held = journal.undecided(a, 10);
  REQUIRE(held.size() == 1);
  CHECK(held[0].index == 0);
  CHECK(held[0].until == 99);
  CHECK(held[0].why == "look");
  journal.deleteRun(b);
  journal.deleteRun(a);
  CHECK(journal.head() == 5);  // ids are not used again
  CHECK_FALSE(journal.lastEnded());
}
