// `troupe serve` as a user runs it: started, watched, killed, started again.
#include <catch2/catch.hpp>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <random>
#include <set>
#include <thread>

#include "program/database.hpp"
#include "program/served.hpp"

namespace {

using namespace troupe::test;
using Catch::Matchers::Contains;

rapidjson::Document parse(const std::string& text) {
  rapidjson::Document document;
  document.Parse(text.c_str());
  return document;
}

// What a watcher saw of one run: the numbers of its durable events.
struct Seen {
  std::vector<std::int64_t> numbers;
  int samples = 0;
  bool complete = false;

  void take(const StreamEvent& event) {
    const auto data = parse(event.data);
    if (!data.IsObject() || !data.HasMember("n")) return;
    numbers.push_back(data["n"].GetInt64());
    if (event.name == "sample") ++samples;
    if (event.name == "complete") complete = true;
  }
};

void checkWhole(const Seen& seen) {
  for (std::size_t i = 1; i < seen.numbers.size(); ++i) {
    CAPTURE(i, seen.numbers[i - 1], seen.numbers[i]);
    CHECK(seen.numbers[i] == seen.numbers[i - 1] + 1);
  }
}

}  // namespace

TEST_CASE("serve runs what it is sent and shows it live", "[program][serve]") {
  const Sandbox sandbox;
  Served server(sandbox);
  CHECK(server.get("/healthz").status == 200);
  CHECK(server.get("/readyz").status == 200);
  const auto run = server.begin(witnessed(8, 20));
  EventReader reader(server.port(), "/api/v1/runs/" + run + "/events?last_event_id=earliest");
  REQUIRE(reader.status() == 200);
  CHECK_THAT(reader.head(), Contains("Content-Type: text/event-stream"));
  Seen seen;
  while (!seen.complete) {
    const auto event = reader.next();
    REQUIRE(event);
    seen.take(*event);
  }
  CHECK(seen.samples == 8);
  CHECK(seen.numbers.front() == 1);
  checkWhole(seen);
  server.process().waitUntil([&] { return server.state(run) == "complete"; });
  CHECK(parse(server.get("/api/v1/runs/" + run + "/samples?limit=200").body)["samples"].Size() == 8);
  server.process().signal(SIGTERM);
  const auto ended = server.process().wait();
  INFO(server.process().printed());
  CHECK(ended.code == 0);
}

TEST_CASE("on SIGTERM serve says goodbye, pauses its runs and ends in order", "[program][serve]") {
  const Sandbox sandbox;
  std::string run;
  {
    Served server(sandbox);
    run = server.begin(witnessed(200, 50));
    EventReader reader(server.port(), "/api/v1/events");
    bool running = false;
    while (!running) {
      const auto event = reader.next();
      REQUIRE(event);
      running = event->name == "sample";
    }
    server.process().signal(SIGTERM);
    std::string last;
    while (const auto event = reader.next()) last = event->name;
    CHECK(last == "bye");
    const auto ended = server.process().wait();
    INFO(server.process().printed());
    CHECK(ended.signal == 0);
    CHECK(ended.code == 0);
  }
  CHECK(value(sandbox.journal(), "SELECT state FROM runs") == "paused");
  Served again(sandbox);
  CHECK(again.state(run) == "paused");
  CHECK(again.post("/api/v1/runs/" + run + "/cancel").status == 200);
  CHECK(again.state(run) == "cancelled");
}

TEST_CASE("a server that is killed in mid-run goes on, and watchers end with all events, none twice",
          "[program][serve][kill]") {
  const Sandbox sandbox;
  auto server = std::make_unique<Served>(sandbox, std::vector<std::string>{"--resume"});
  const auto port = server->port();
  const auto run = server->begin(witnessed(30, 40));
  const std::string path = "/api/v1/runs/" + run + "/events";
  auto reader = std::make_unique<EventReader>(port, path + "?last_event_id=earliest");
  Seen seen;
  int kills = 0;
  while (!seen.complete) {
    const auto event = reader->next();
    if (event) {
      seen.take(*event);
      if (kills < 3 && seen.samples >= 6 * (kills + 1)) {
        server->process().kill();
        ++kills;
      }
      continue;
    }
    const auto last = reader->lastId();
    REQUIRE(kills > 0);
    reader.reset();
    server = std::make_unique<Served>(sandbox, std::vector<std::string>{"--resume"}, port);
    reader = std::make_unique<EventReader>(port, path, last);
    REQUIRE(reader->status() == 200);
  }
  CHECK(kills == 3);
  CHECK(seen.samples == 30);
  CHECK(seen.numbers.front() == 1);
  checkWhole(seen);
  CHECK(value(sandbox.journal(), "SELECT count(*) FROM runs") == "1");
}

TEST_CASE("interrupted runs are offered, and go on when asked", "[program][serve][kill]") {
  const Sandbox sandbox;
  std::string run;
  {
    Served server(sandbox);
    run = server.begin(witnessed(40, 40));
    EventReader reader(server.port(), "/api/v1/runs/" + run + "/events");
    while (const auto event = reader.next())
      if (event->name == "sample") break;
    server.process().kill();
  }
  Served server(sandbox);
  server.process().waitFor("Run " + run + " was interrupted");  // Printed after the address.
  CHECK(server.state(run) == "interrupted");
  CHECK(server.post("/api/v1/runs/" + run + "/resume").status == 200);
  server.process().waitUntil([&] { return server.state(run) == "complete"; });
  CHECK(value(sandbox.journal(), "SELECT count(*) FROM events WHERE type = 'sample'") == "40");
}

TEST_CASE("the journal's other users are told that the server has it", "[program][serve]") {
  const Sandbox sandbox;
  Served server(sandbox);
  const auto second = sandbox.run({"run", TROUPE_SOURCE_DIR "/config/stories.json", "--quiet"});
  CHECK(second.code == 6);
  CHECK_THAT(second.err, Contains("troupe serve"));
  CHECK(sandbox.run({"runs", "list"}).code == 0);
}

TEST_CASE("serve refuses what it cannot do, with a repair", "[program][serve]") {
  const Sandbox sandbox;
  const auto [arguments, code, says] = GENERATE(table<std::vector<std::string>, int, std::string>({
      {{"serve", "--listen", "0.0.0.0:0"}, 2, "token"},
      {{"serve", "--listen", "127.0.0.1:99999"}, 2, "port"},
      {{"serve", "--config", "nowhere.json"}, 2, "nowhere.json"},
  }));
  CAPTURE(arguments);
  const auto result = sandbox.run(arguments);
  CHECK(result.code == code);
  CHECK_THAT(result.err, Contains(says));
}
