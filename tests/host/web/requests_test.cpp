// Requests and assets that plugins serve.
#include <catch2/catch.hpp>
#include <string>

#include "host/web/live_server.hpp"
#include "host/web/web_client.hpp"
#include "support/temp_dir.hpp"

namespace troupe::test {
namespace {

LiveServer::Options withBoth(const TempDir& dir) {
  LiveServer::Options options;
  options.folder = dir.path();
  options.config.port = 0;
  options.config.sinks = {{"sse", "troupe.sink.sse", "{}"}, {"lines", "org.example.sink.ndjson", "{}"}};
  return options;
}

TEST_CASE("a plugin answers requests, and sees no secret", "[web]") {
  const TempDir dir;
  LiveServer server(withBoth(dir));
  WebClient answer(server.port(), "/ndjson/echo/wren%20a?q=1%2B1", "Cookie: troupe_session=secret\r\n", "POST",
                   "{\"x\":1}");
  CHECK(answer.status() == 200);
  CHECK(answer.has("X-Echo: yes"));
  CHECK(answer.has("Content-Type: application/json"));
  CHECK(answer.head.find("evil") == std::string::npos);
  CHECK(answer.body() == R"({"name":"wren a","q":"1+1","body":"{\"x\":1}","right":"operate","base":"","cookie":""})");
}

TEST_CASE("what a plugin fails with is a problem in words", "[web]") {
  const TempDir dir;
  auto options = withBoth(dir);
  options.limit = std::chrono::milliseconds(100);
  LiveServer server(options);
  WebClient nobody(server.port(), "/ndjson/echo/nobody");
  CHECK(nobody.status() == 400);
  CHECK_THAT(nobody.body(), Catch::Contains("there is nobody of that name"));
  WebClient silent(server.port(), "/ndjson/echo/silent");
  CHECK(silent.status() == 500);
  CHECK_THAT(silent.body(), Catch::Contains("the plugin gave 0 answers, not one"));
  WebClient asleep(server.port(), "/ndjson/echo/asleep");
  CHECK(asleep.status() == 504);
  CHECK_THAT(asleep.body(), Catch::Contains("did not answer within 100 ms"));
}

TEST_CASE("assets have a tag, and are sent once", "[web]") {
  const TempDir dir;
  LiveServer server(withBoth(dir));
  WebClient first(server.port(), "/client/troupe.js");
  CHECK(first.status() == 200);
  CHECK(first.has("Content-Type: text/javascript; charset=utf-8"));
  CHECK(first.has("Cache-Control: no-cache"));
  CHECK(first.head.find("no-store") == std::string::npos);
  CHECK(first.body() == readFile(TROUPE_SOURCE_DIR "/plugins/sinks/sse/web/troupe.js"));
  const auto at = first.head.find("ETag: ") + 6;
  const auto tag = first.head.substr(at, first.head.find('\r', at) - at);
  WebClient again(server.port(), "/client/troupe.js", "If-None-Match: " + tag + "\r\n");
  CHECK(again.status() == 304);
  CHECK(again.has("ETag: " + tag));
  WebClient page(server.port(), "/embed/runs/latest");
  CHECK(page.status() == 200);
  CHECK_THAT(page.head, Catch::Contains("script-src 'self'"));
  CHECK_THAT(page.head, !Catch::Contains("unsafe"));
}

TEST_CASE("two nodes cannot serve the same", "[web]") {
  const TempDir dir;
  auto options = withBoth(dir);
  options.config.sinks.push_back({"again", "troupe.sink.sse", "{}"});
  CHECK_THROWS_WITH(LiveServer(options), Catch::Contains("refuses"));
}

TEST_CASE("a declaration that is none, or a type that is no sink, is a sentence at the start", "[web]") {
  const TempDir dir;
  auto options = withBoth(dir);
  SECTION("declaration") {
    options.config.sinks.push_back({"bad", "org.example.sink.unruly", R"({"declare":"{\"streams\":1}","folder":""})"});
    CHECK_THROWS_WITH(LiveServer(options), Catch::Contains("refused with 1"));
  }
  SECTION("unknown") {
    options.config.sinks.push_back({"bad", "org.example.nothing", "{}"});
    CHECK_THROWS_WITH(LiveServer(options),
                      Catch::Contains("sink \"bad\": there is no node type \"org.example.nothing\""));
  }
  SECTION("no sink") {
    options.config.sinks.push_back({"bad", "troupe.scorer.text", "{}"});
    CHECK_THROWS_WITH(LiveServer(options), Catch::Contains("is no sink"));
  }
}

}  // namespace
}  // namespace troupe::test
