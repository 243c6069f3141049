// Web sinks that fail or block: runs go on, the sink is shown as failing once, and its readers have everything in the
// end.
#include <catch2/catch.hpp>
#include <filesystem>
#include <string>
#include <thread>

#include "host/web/live_server.hpp"
#include "host/web/web_client.hpp"
#include "support/temp_dir.hpp"

namespace troupe::test {
namespace {

struct Unruly {
  TempDir dir;
  LiveServer::Options options;
  Unruly() {
    options.folder = dir.path();
    options.config.port = 0;
    options.limit = std::chrono::milliseconds(300);
    options.config.sinks = {
        {"unruly", "org.example.sink.unruly", "{\"declare\":\"\",\"folder\":\"" + dir.path().string() + "\"}"},
        {"sse", "troupe.sink.sse", "{}"}};
  }
  void begin(const std::string& what) const { dir.write(what, ""); }
  void end(const std::string& what) const { std::filesystem::remove(dir / what); }
};

template <typename Condition>
void waitUntil(Condition condition) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!condition()) {
    REQUIRE(std::chrono::steady_clock::now() < end);
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

// Lines "<type> <n>" of durable events until the run is complete.
std::vector<std::string> lines(WebClient& client) {
  std::vector<std::string> all;
  for (;;) {
    const auto line = client.next();
    if (!line) throw std::runtime_error("the stream has ended");
    if (line->back() != '0' || line->find(' ') + 2 < line->size()) all.push_back(*line);
    if (line->rfind("complete", 0) == 0) return all;
  }
}

const std::vector<std::string> kWhole = {"run 1", "sample 2", "sample 3", "sample 4", "complete 5"};

TEST_CASE("a web sink that throws, or blocks, catches up when it works again", "[web]") {
  const Unruly unruly;
  const auto fault = GENERATE(as<std::string>(), "throw", "block");
  CAPTURE(fault);
  LiveServer server(unruly.options);
  WebClient reader(server.port(), "/unruly");
  CHECK(reader.status() == 200);
  unruly.begin(fault);
  const auto run = server.start(3, 0);
  server.waitFor(run, "complete");  // It goes on.
  waitUntil([&] { return server.sinks[0]->failing() && !server.logged().empty(); });
  CHECK(server.logged() ==
        std::vector<std::string>{fault == "throw" ? "unruly: the sink fails: unruly"
                                                  : "unruly: the sink blocks: it has been with one event for 300 ms"});
  // The other sink notices nothing.
  WebClient other(server.port(), "/api/v1/events?last_event_id=earliest");
  CHECK(other.until("complete").json["result"]["successful"].GetInt64() == 3);
  unruly.end(fault);
  CHECK(lines(reader) == kWhole);
  waitUntil([&] { return !server.sinks[0]->failing() && server.logged().size() == 2; });
  CHECK(server.logged().at(1) == "unruly: the sink works again");
  CHECK(server.sinks[0]->stop(std::chrono::seconds(5)) == 0);
}

TEST_CASE("replay by a plugin that does not come back ends the subscriber, who comes again", "[web]") {
  Unruly unruly;
  unruly.options.streams.ring_frames = 1;
  LiveServer server(unruly.options);
  const auto run = server.start(3, 0);
  server.waitFor(run, "complete");
  unruly.begin("block");
  WebClient blocked(server.port(), "/unruly/" + run.id + "?last_event_id=earliest");
  CHECK(blocked.status() == 200);
  while (blocked.next()) {
  }
  unruly.end("block");
  WebClient again(server.port(), "/unruly/" + run.id + "?last_event_id=earliest");
  CHECK(lines(again) == kWhole);
  waitUntil([&] { return !server.sinks[0]->abandoned(); });
}

TEST_CASE("an event that a plugin refuses for good is left out, live and in replay", "[web]") {
  const Unruly unruly;
  LiveServer server(unruly.options);
  unruly.begin("never");
  WebClient reader(server.port(), "/unruly");
  const auto run = server.start(3, 0);
  const std::vector<std::string> expected = {"run 1", "complete 5"};
  CHECK(lines(reader) == expected);
  WebClient again(server.port(), "/unruly?last_event_id=earliest");
  CHECK(lines(again) == expected);
}

TEST_CASE("a frame for a stream that was not declared is told of once, and harms nothing", "[web]") {
  const Unruly unruly;
  unruly.begin("undeclared");
  LiveServer server(unruly.options);
  WebClient reader(server.port(), "/unruly");
  const auto run = server.start(3, 0);
  CHECK(lines(reader) == kWhole);
  REQUIRE(server.logged().size() == 1);
  CHECK_THAT(server.logged().at(0), Catch::Contains("for the stream \"other\", which it has not declared"));
}

TEST_CASE("a web sink of a pipeline mounts nothing in a server, and is given nothing", "[web]") {
  const Unruly unruly;
  LiveServer server(unruly.options);
  const auto run = server.start(3, 0, R"(,"mine":{"type":"org.example.sink.ndjson"})");
  server.waitFor(run, "complete");
  CHECK(WebClient(server.port(), "/api/v1/events.ndjson").status() == 404);
}

}  // namespace
}  // namespace troupe::test
