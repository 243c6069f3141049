#include <troupe/ext/web.h>

#include <catch2/catch.hpp>
#include <map>
#include <string>
#include <vector>

#include <troupe/troupe.hpp>
#include "json_value.hpp"
#include "sse_frame.hpp"
#include "support/fake_host.hpp"
#include "support/temp_dir.hpp"

using namespace troupe::test;
using troupe::sse::sseFrame;

namespace {

/// Stands for the host's server: remembers what is declared.
struct FakeWeb {
  troupe_web table{sizeof(troupe_web), this,
                   [](void* ctx, troupe_str json) {
                     auto& self = *static_cast<FakeWeb*>(ctx);
                     self.declared.emplace_back(json.p, json.n);
                     return self.code;
                   },
                   [](void* ctx, troupe_str path, troupe_str type, troupe_str body) {
                     static_cast<FakeWeb*>(ctx)->assets[std::string(path.p, path.n)] = {std::string(type.p, type.n),
                                                                                        std::string(body.p, body.n)};
                     return static_cast<int>(TROUPE_OK);
                   }};
  int code = TROUPE_OK;
  std::vector<std::string> declared;
  std::map<std::string, std::pair<std::string, std::string>> assets;
};

/// What the plugin makes of an event.
std::string frame(const std::string& input, const std::string& options = "{}") {
  FakeHost host;
  FakeWeb web;
  host.offer(TROUPE_WEB_ID, &web.table);
  static PluginFile file(TROUPE_PLUGIN_DIR "/sink.sse.troupe");
  FakeNode node(host, file.node("troupe.sink.sse"), options);
  FakeCall call(host, input);
  INFO(call.message());
  REQUIRE(node.run(call) == TROUPE_OK);
  rapidjson::Document json;
  json.Parse(call.value("frame").c_str());
  CHECK(std::string(json["stream"].GetString()) == "sse");
  return {json["text"].GetString(), json["text"].GetStringLength()};
}

}  // namespace

TEST_CASE("an event is one block of fields that ends with an empty line", "[sse]") {
  CHECK(sseFrame("a1-7", "sample", R"({"n":3})") == "id: a1-7\nevent: sample\ndata: {\"n\":3}\n\n");
  CHECK(sseFrame("", "hb", "{}") == "event: hb\ndata: {}\n\n");
  CHECK(sseFrame("", "hello", "{}", 2000) == "retry: 2000\nevent: hello\ndata: {}\n\n");
  CHECK(sseFrame("", "x", "") == "event: x\ndata: \n\n");
}

TEST_CASE("data is split at every kind of line end, so that nothing in it becomes a field", "[sse]") {
  CHECK(sseFrame("", "x", "a\nid: 9\rretry: 1\r\nevent: y\n") ==
        "event: x\ndata: a\ndata: id: 9\ndata: retry: 1\ndata: event: y\ndata: \n\n");
  CHECK(sseFrame("", "x", "\r\r\n\n") == "event: x\ndata: \ndata: \ndata: \ndata: \n\n");
}

TEST_CASE("an id or a type that no field can hold is refused for good", "[sse]") {
  for (const auto& text : {std::string("a\nb"), std::string("a\rb"), std::string("a\0b", 3)}) {
    CHECK_THROWS_AS(sseFrame(text, "x", ""), troupe::Error);
    CHECK_THROWS_AS(sseFrame("", text, ""), troupe::Error);
  }
}

TEST_CASE("the plugin gives durable events their id, and hello and bye the time of retry", "[sse]") {
  CHECK(frame(R"({"event":{"type":"log","run":"r","at":1,"id":7,"n":2,"message":"ä\nb"},"id":"a1-7"})") ==
        "id: a1-7\nevent: log\ndata: "
        "{\"type\":\"log\",\"run\":\"r\",\"at\":1,\"id\":7,\"n\":2,\"message\":\"ä\\nb\"}\n\n");
  CHECK(frame(R"({"event":{"type":"progress","run":"r","at":1,"percentage":10.0,"eta_s":null}})") ==
        "event: progress\ndata: {\"type\":\"progress\",\"run\":\"r\",\"at\":1,\"percentage\":10.0,\"eta_s\":null}\n\n");
  CHECK(frame(R"({"event":{"type":"hello","at":1}})", R"({"retry_ms":1500})") ==
        "retry: 1500\nevent: hello\ndata: {\"type\":\"hello\",\"at\":1}\n\n");
  CHECK(frame(R"({"event":{"type":"bye","at":1,"reason":"x","retry_ms":2345}})") ==
        "retry: 2345\nevent: bye\ndata: {\"type\":\"bye\",\"at\":1,\"reason\":\"x\",\"retry_ms\":2345}\n\n");
}

TEST_CASE("the plugin declares its streams and the whole of the browser's side", "[sse]") {
  FakeHost host;
  FakeWeb web;
  host.offer(TROUPE_WEB_ID, &web.table);
  static PluginFile file(TROUPE_PLUGIN_DIR "/sink.sse.troupe");
  const FakeNode node(host, file.node("troupe.sink.sse"), R"({"heartbeat_ms":500})");
  REQUIRE(web.declared.size() == 1);
  CHECK(
      web.declared[0] ==
      R"({"streams":[{"name":"sse","paths":["/api/v1/events","/api/v1/runs/{run}/events"],"content_type":"text/event-stream","heartbeat_ms":500}],"requests":[]})");
  const auto folder = std::string(TROUPE_SOURCE_DIR "/plugins/sinks/sse/web/");
  CHECK(web.assets.size() == 11);
  for (const auto& [path, asset] : web.assets) {
    CAPTURE(path);
    const auto name = path == "/embed/runs/{run}" ? "embed.html" : path.substr(path.rfind('/') + 1);
    CHECK(asset.second == readFile(folder + name));
    // Every module that is imported is served.
    for (auto at = asset.second.find("from \"./"); at != std::string::npos;
         at = asset.second.find("from \"./", at + 1)) {
      const auto from = at + 8;
      CHECK(web.assets.count("/client/" + asset.second.substr(from, asset.second.find('"', from) - from)) == 1);
    }
  }
}

TEST_CASE("a host without a server, or that refuses, is a sentence", "[sse]") {
  FakeHost host;
  static PluginFile file(TROUPE_PLUGIN_DIR "/sink.sse.troupe");
  CHECK_THROWS_WITH(FakeNode(host, file.node("troupe.sink.sse")), Catch::Contains("does not offer troupe.web/1"));
  FakeWeb web;
  web.code = TROUPE_E_UNSUPPORTED;
  host.offer(TROUPE_WEB_ID, &web.table);
  CHECK_THROWS_WITH(FakeNode(host, file.node("troupe.sink.sse")), Catch::Contains("the log says why"));
}
