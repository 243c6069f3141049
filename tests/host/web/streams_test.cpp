// Event streams of a whole server, over real sockets.
#include <catch2/catch.hpp>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "host/web/live_server.hpp"
#include "host/web/web_client.hpp"
#include "support/json_schema.hpp"
#include "support/temp_dir.hpp"

namespace troupe::test {
namespace {

using namespace std::chrono_literals;

LiveServer::Options withSse(const TempDir& dir,
                            const std::string& options = R"({"heartbeat_ms":100,"retry_ms":2000})") {
  LiveServer::Options made;
  made.folder = dir.path();
  made.config.port = 0;
  made.config.sinks.push_back({"sse", "troupe.sink.sse", options});
  return made;
}

std::string eventsOf(const journal::Run& run) { return "/api/v1/runs/" + run.id + "/events"; }

// The durable events of a stream until the run is complete, by id.
std::vector<std::string> durable(WebClient& client) {
  std::vector<std::string> ids;
  for (;;) {
    const auto event = client.event();
    if (!event) throw std::runtime_error("the stream has ended");
    if (!event->id.empty()) ids.push_back(event->id);
    if (event->type == "complete") return ids;
  }
}

std::vector<std::string> journaled(const LiveServer& server, const journal::Run& run) {
  std::vector<std::string> ids;
  for (const auto& event : server.journal->events(run.key, 0, 10000))
    ids.push_back(server.journal->epoch() + "-" + std::to_string(event.id));
  return ids;
}

TEST_CASE("a stream begins with hello and a snapshot, and goes on live", "[web]") {
  const TempDir dir;
  LiveServer server(withSse(dir));
  WebClient client(server.port(), "/api/v1/events");
  CHECK(client.status() == 200);
  for (const auto line :
       {"Content-Type: text/event-stream", "Cache-Control: no-store", "X-Accel-Buffering: no", "Connection: close"})
    CHECK(client.has(line));
  CHECK(client.head.find("Content-Length") == std::string::npos);
  const auto hello = client.event();
  REQUIRE(hello->type == "hello");
  CHECK(hello->retry == "2000");
  CHECK(hello->id == "");
  CHECK(hello->json["epoch"] == server.journal->epoch().c_str());
  CHECK(hello->json["replay_from"].IsNull());
  CHECK(hello->json["hb_ms"].GetInt64() == 100);
  CHECK(hello->json["schema"].GetInt64() == 1);
  const auto snapshot = client.event();
  REQUIRE(snapshot->type == "snapshot");
  CHECK(snapshot->json["head"].GetInt64() == hello->json["head"].GetInt64());
  CHECK(snapshot->json["runs"].Empty());

  const auto run = server.start(6, 0);
  const auto ids = durable(client);
  CHECK(ids == journaled(server, run));
}

TEST_CASE("every event on the wire fits the schema", "[web]") {
  std::vector<Problem> problems;
  const auto schema = JsonSchema::compile(readFile(TROUPE_SOURCE_DIR "/sdk/schemas/event.schema.json"), problems);
  REQUIRE(schema);
  const TempDir dir;
  LiveServer server(withSse(dir));
  const auto old = server.start(2, 0);
  server.waitFor(old, "complete");
  WebClient client(server.port(), "/api/v1/events");
  const auto run = server.start(4, 300);
  std::map<std::string, int> seen;
  for (bool over = false; !over || seen["hb"] == 0;) {
    const auto event = client.event();
    REQUIRE(event);
    ++seen[event->type];
    over = over || event->type == "complete";
    CAPTURE(event->data);
    CHECK(event->json["type"] == event->type.c_str());
    const auto wrong = schema->check(event->json);
    CHECK((wrong.empty() ? "" : wrong.front().place + ": " + wrong.front().fact) == "");
  }
  for (const auto type : {"hello", "snapshot", "run", "sample", "progress", "delta", "complete", "hb"})
    CHECK(seen[type] > 0);
}

TEST_CASE("a subscriber reads texts while they are written, and nothing of them is lost", "[web]") {
  const TempDir dir;
  LiveServer server(withSse(dir));
  WebClient client(server.port(), "/api/v1/events");
  const auto run = server.start(2, 200);
  std::map<std::pair<std::int64_t, std::string>, std::vector<std::string>> written;
  for (;;) {
    const auto event = client.event();
    REQUIRE(event);
    if (event->type == "complete") break;
    if (event->type != "delta") continue;
    CHECK(event->id.empty());
    CHECK(event->json["run"] == run.id.c_str());
    CHECK(event->json["attempt"].GetInt64() == 1);
    CHECK(event->json["offset"].GetInt64() == 0);  // Stories are short.
    written[{event->json["index"].GetInt64(), event->json["node"].GetString()}].push_back(
        event->json["text"].GetString());
  }
  REQUIRE(written.size() == 4);
  for (const auto& [key, texts] : written) {
    const auto record = server.journal->sample(run.key, key.first);
    REQUIRE(record);
    for (const auto& call : record->calls) {
      if (call.node != key.second) continue;
      rapidjson::Document candidate;
      candidate.Parse(call.answer.c_str());
      const std::string whole = candidate["text"].GetString();
      std::size_t before = 0;
      for (const auto& text : texts) {
        CHECK(whole.compare(0, text.size(), text) == 0);
        CHECK(text.size() >= before);
        before = text.size();
      }
      CHECK(before > 0);
    }
  }
}

TEST_CASE("what a client has is not told again, and nothing is left out", "[web]") {
  const TempDir dir;
  auto options = withSse(dir);
  options.streams.ring_frames = GENERATE(1, 4096);  // By replay from the journal; from memory.
  LiveServer server(options);
  const auto run = server.start(8, 0);
  server.waitFor(run, "complete");
  const auto all = journaled(server, run);
  const auto has = all.at(3);
  const auto rest = std::vector<std::string>(all.begin() + 4, all.end());
  SECTION("by the header") {
    WebClient client(server.port(), eventsOf(run), "Last-Event-ID: " + has + "\r\n");
    CHECK(client.event()->json["replay_from"].GetInt64() == std::stoll(has.substr(has.rfind('-') + 1)));
    CHECK(durable(client) == rest);
  }
  SECTION("by the query") {
    WebClient client(server.port(), eventsOf(run) + "?last_event_id=" + has);
    CHECK(durable(client) == rest);
  }
  SECTION("the header goes first") {
    WebClient client(server.port(), eventsOf(run) + "?last_event_id=" + all.front(), "Last-Event-ID: " + has + "\r\n");
    CHECK(durable(client) == rest);
  }
  SECTION("from the beginning") {
    WebClient client(server.port(), "/api/v1/runs/latest/events?last_event_id=earliest");
    CHECK(durable(client) == all);
  }
  SECTION("all runs") {
    WebClient client(server.port(), "/api/v1/events?last_event_id=earliest");
    CHECK(durable(client) == all);
  }
}

TEST_CASE("an id of another journal, or of the future, is answered with reset and a snapshot", "[web]") {
  const TempDir dir;
  LiveServer server(withSse(dir));
  const auto run = server.start(2, 0);
  server.waitFor(run, "complete");
  const auto epoch = server.journal->epoch();
  const auto id = GENERATE_COPY(as<std::string>(), std::string("ffff-3"), epoch + "-999999", std::string("rubbish"));
  CAPTURE(id);
  WebClient client(server.port(), "/api/v1/events", "Last-Event-ID: " + id + "\r\n");
  CHECK(client.event()->type == "hello");
  CHECK(client.event()->type == "reset");
  const auto snapshot = client.event();
  REQUIRE(snapshot->type == "snapshot");
  REQUIRE(snapshot->json["runs"].Size() == 1);
  CHECK(snapshot->json["runs"][0]["id"] == run.id.c_str());
  CHECK(snapshot->json["runs"][0]["recent"].Size() == 2);
}

TEST_CASE("a restart of the server is no gap", "[web]") {
  const TempDir dir;
  std::string last;
  journal::Run run;
  std::vector<std::string> before;
  {
    LiveServer server(withSse(dir));
    WebClient client(server.port(), "/api/v1/runs/latest/events");
    CHECK(client.status() == 404);
    run = server.start(10, 0);
    server.waitFor(run, "complete");
    WebClient reader(server.port(), eventsOf(run) + "?last_event_id=earliest");
    for (int i = 0; i < 5;) {
      const auto event = reader.event();
      if (event->id.empty()) continue;
      before.push_back(event->id);
      ++i;
    }
    last = before.back();
  }
  LiveServer server(withSse(dir));
  WebClient client(server.port(), eventsOf(run), "Last-Event-ID: " + last + "\r\n");
  auto after = durable(client);
  before.insert(before.end(), after.begin(), after.end());
  CHECK(before == journaled(server, run));
}

TEST_CASE("the stream of one run has nothing of others", "[web]") {
  const TempDir dir;
  LiveServer server(withSse(dir));
  const auto other = server.start(3, 0);
  const auto run = server.start(3, 0);
  WebClient client(server.port(), eventsOf(run) + "?last_event_id=earliest");
  for (;;) {
    const auto event = client.event();
    REQUIRE(event);
    if (event->json.HasMember("run")) CHECK(event->json["run"] == run.id.c_str());
    if (event->type == "complete") break;
  }
  CHECK(other.id != run.id);
}

TEST_CASE("an idle stream beats, and says goodbye when the server stops", "[web]") {
  const TempDir dir;
  LiveServer server(withSse(dir));
  WebClient client(server.port(), "/api/v1/events");
  const auto first = client.until("hb");
  CHECK(first.id == "");
  const auto second = client.until("hb");
  CHECK(second.json["time"].GetInt64() > 0);
  CHECK(second.json["head"].GetInt64() == 0);
  std::thread stops([&] { server.stop(); });
  const auto bye = client.until("bye");
  CHECK(bye.json["reason"] == "the server stops");
  CHECK(std::stoi(bye.retry) == bye.json["retry_ms"].GetInt());
  CHECK_FALSE(client.event());
  client.socket().close();
  stops.join();
}

TEST_CASE("more readers than the cap are told so before anything is sent", "[web]") {
  const TempDir dir;
  auto options = withSse(dir);
  options.streams.subscribers = 2;
  LiveServer server(options);
  WebClient one(server.port(), "/api/v1/events");
  WebClient two(server.port(), "/api/v1/events");
  CHECK(one.event()->type == "hello");
  CHECK(two.event()->type == "hello");
  WebClient three(server.port(), "/api/v1/events");
  CHECK(three.status() == 503);
  CHECK(three.has("Content-Type: application/problem+json"));
  CHECK(three.has("Retry-After: 5"));
  CHECK_THAT(three.body(), Catch::Contains("as many streams are open as this server takes"));
}

TEST_CASE("a stream needs the right to watch, or a ticket for its run", "[web]") {
  const TempDir dir;
  auto options = withSse(dir);
  options.config.tokens.push_back({"watcher", server::Right::watch,
                                   "8c6976e5b5410415bde908bd4dee15dfb167a9c873fc4bb8a81f6f2ab448a918"});  // "admin"
  options.config.tokens.push_back({"boss", server::Right::operate,
                                   "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b"});  // "secret"
  LiveServer server(options);
  const auto run = server.start(2, 0);
  const auto other = server.start(2, 0);
  CHECK(WebClient(server.port(), "/api/v1/events").status() == 401);
  CHECK(WebClient(server.port(), "/api/v1/events", "Authorization: Bearer admin\r\n").status() == 200);
  WebClient made(server.port(), "/api/v1/runs/" + run.id + "/tickets", "Authorization: Bearer secret\r\n", "POST",
                 "{}");
  REQUIRE(made.status() < 300);
  rapidjson::Document ticket;
  const auto text = made.body();
  ticket.Parse(text.c_str());
  CAPTURE(text);
  REQUIRE(ticket.HasMember("ticket"));
  const auto with = std::string("?ticket=") + ticket["ticket"].GetString();
  CHECK(WebClient(server.port(), eventsOf(run) + with).status() == 200);
  CHECK(WebClient(server.port(), eventsOf(other) + with).status() == 401);
  CHECK(WebClient(server.port(), "/api/v1/events" + with).status() == 401);
  CHECK(WebClient(server.port(), "/embed/runs/" + run.id).status() == 200);  // The page by itself shows nothing.
}

TEST_CASE("a head request opens no stream, an unknown run is no stream", "[web]") {
  const TempDir dir;
  LiveServer server(withSse(dir));
  WebClient head(server.port(), "/api/v1/events", "", "HEAD");
  CHECK(head.status() == 200);
  CHECK(head.has("Content-Type: text/event-stream"));
  CHECK(server.streams->figures().subscribers == 0);
  WebClient nobody(server.port(), "/api/v1/runs/nobody/events");
  CHECK(nobody.status() == 404);
  CHECK_THAT(nobody.body(), Catch::Contains("nobody"));
}

TEST_CASE("another plugin streams the same events in its own way", "[web]") {
  const TempDir dir;
  auto options = withSse(dir);
  options.config.sinks.push_back({"lines", "org.example.sink.ndjson", R"({"heartbeat_ms":100})"});
  LiveServer server(options);
  WebClient live(server.port(), "/api/v1/events.ndjson");
  CHECK(live.has("Content-Type: application/x-ndjson"));
  const auto run = server.start(5, 0);
  const auto read = [&](WebClient& client) {
    std::vector<std::string> ids;
    for (;;) {
      const auto line = client.next();
      REQUIRE(line);
      rapidjson::Document json;
      json.Parse(line->c_str());
      REQUIRE_FALSE(json.HasParseError());
      if (json["id"].IsString()) ids.emplace_back(json["id"].GetString());
      if (json["event"]["type"] == "complete") return ids;
    }
  };
  WebClient sse(server.port(), "/api/v1/events?last_event_id=earliest");
  const auto expected = durable(sse);
  CHECK(expected == journaled(server, run));
  CHECK(read(live) == expected);
  WebClient again(server.port(), "/api/v1/runs/" + run.id + "/events.ndjson?last_event_id=earliest");
  CHECK(read(again) == expected);
}

}  // namespace
}  // namespace troupe::test
