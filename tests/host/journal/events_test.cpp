#include <catch2/catch.hpp>

#include <atomic>
#include <future>
#include <mutex>
#include <thread>

#include "host/journal/journal_support.hpp"
#include "support/temp_dir.hpp"

using namespace troupe::journal;
using namespace troupe::test;

TEST_CASE("an event gets its id, its number and its final form", "[journal]") {
  TempDir folder;
  Journal journal(writing(folder / "j.db"));
  std::vector<Event> seen;
  const auto hearing = journal.onEvent([&](const Event& event) { seen.push_back(event); });
  const auto a = journal.createRun(newRun("stories"));
  const auto b = journal.createRun(newRun("od\"d"));
  journal.append(
      batch(event(a.key), EventAppended{b.key, "log", R"("level":"info")", 5}, EventAppended{a.key, "run", "", 6}));
  journal.flush();

  REQUIRE(seen.size() == 3);
  CHECK(seen[0].json == R"({"type":"sample","run":")" + a.id + R"(","id":1,"n":1,"at":1700000000000,"number":1})");
  CHECK(seen[1].json == R"({"type":"log","run":"od\")" + b.id.substr(3) + R"(","id":2,"n":1,"at":5,"level":"info"})");
  CHECK(seen[2].json == R"({"type":"run","run":")" + a.id + R"(","id":3,"n":2,"at":6})");

  const auto all = journal.events(0, 0, 10);
  REQUIRE(all.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(all[i].json == seen[i].json);
    CHECK(all[i].id == seen[i].id);
    CHECK(all[i].n == seen[i].n);
    CHECK(all[i].run == seen[i].run);
    CHECK(all[i].type == seen[i].type);
  }
  CHECK(journal.events(a.key, 1, 10).size() == 1);
  CHECK(journal.events(a.key, 0, 1).at(0).id == 1);
  CHECK(journal.lastEvent(a.key, "sample")->id == 1);
  CHECK_FALSE(journal.lastEvent(b.key, "sample"));
}

TEST_CASE("numbers go on where the last process stopped", "[journal]") {
  TempDir folder;
  RunKey run = 0;
  {
    Journal journal(writing(folder / "j.db"));
    run = journal.createRun(newRun()).key;
    journal.append(batch(event(run), event(run)));
  }
  Journal journal(writing(folder / "j.db"));
  journal.append(batch(event(run)));
  journal.flush();
  const auto events = journal.events(run, 0, 10);
  REQUIRE(events.size() == 3);
  CHECK(events.back().n == 3);
  CHECK(events.back().id == 3);
}

TEST_CASE("what is announced is committed: a second connection sees it", "[journal]") {
  TempDir folder;
  Journal journal(writing(folder / "j.db"));
  const Journal reader(reading(folder / "j.db"));
  const auto run = journal.createRun(newRun()).key;
  int announced = 0;
  int durable = 0;
  const auto hearing = journal.onEvent([&](const Event& event) {
    const auto read = reader.events(run, event.id - 1, 1);
    if (read.size() == 1 && read.front().json == event.json) ++announced;
  });
  for (int i = 0; i < 50; ++i) {
    journal.append(batch(started(run, i), event(run)), [&, i] {
      if (reader.sample(run, i) && announced > i) ++durable;  // after the commit, and after the group's events
    });
  }
  journal.flush();
  CHECK(announced == 50);
  CHECK(durable == 50);
}

TEST_CASE("callbacks come in the order of the appends, and may append", "[journal]") {
  TempDir folder;
  Journal journal(writing(folder / "j.db"));
  const auto run = journal.createRun(newRun()).key;
  std::vector<std::string> order;
  std::promise<void> over;
  const auto hearing =
      journal.onEvent([&](const Event& event) { order.push_back("event " + std::to_string(event.n)); });
  journal.append(batch(event(run)), [&] {
    order.push_back("first");
    journal.append(batch(event(run)), [&] {
      order.push_back("second");
      over.set_value();
    });
  });
  over.get_future().get();
  CHECK(order == std::vector<std::string>{"event 1", "first", "event 2", "second"});
}

TEST_CASE("many threads append, each one's rows stay in order, the numbers have no gap", "[journal]") {
  TempDir folder;
  Journal journal(writing(folder / "j.db"));
  const auto run = journal.createRun(newRun()).key;
  std::vector<std::int64_t> seen;
  const auto hearing = journal.onEvent([&](const Event& event) { seen.push_back(event.n); });
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&, thread] {
      for (int i = 0; i < 500; ++i) {
        journal.append(batch(event(run, "\"thread\":" + std::to_string(thread) + ",\"i\":" + std::to_string(i))));
      }
    });
  }
  for (auto& thread : threads) thread.join();
  journal.flush();
  REQUIRE(seen.size() == 2000);
  for (std::size_t i = 0; i < seen.size(); ++i) REQUIRE(seen[i] == static_cast<std::int64_t>(i) + 1);
  std::vector<int> next(4, 0);
  for (const auto& event : journal.events(run, 0, 5000)) {
    for (int thread = 0; thread < 4; ++thread) {
      const auto at = event.json.find("\"thread\":" + std::to_string(thread) + ",\"i\":");
      if (at == std::string::npos) continue;
      auto& expected = next[static_cast<std::size_t>(thread)];
      REQUIRE(event.json.substr(at + 15) == std::to_string(expected++) + "}");
    }
  }
  CHECK(next == std::vector<int>{500, 500, 500, 500});
}

TEST_CASE("a journal that ends commits what is queued and calls back", "[journal]") {
  TempDir folder;
  int durable = 0;
  RunKey run = 0;
  {
    Journal journal(writing(folder / "j.db"));
    run = journal.createRun(newRun()).key;
    for (int i = 0; i < 100; ++i) journal.append(batch(event(run)), [&] { ++durable; });
  }
  CHECK(durable == 100);
  CHECK_FALSE(std::filesystem::exists(folder / "j.db-wal"));  // one file again
  CHECK(Journal(reading(folder / "j.db")).events(run, 0, 1000).size() == 100);
}
