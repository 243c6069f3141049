// What troupe.web/1 takes and refuses, in words.
#include <catch2/catch.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "services/host_table.hpp"
#include "services/web_declaration.hpp"

namespace troupe::test {
namespace {

using services::declareAsset;
using services::declareWeb;

struct Mount final : services::WebMount {
  void stream(Stream stream) override { streams.push_back(std::move(stream)); }
  void request(Request request) override {
    if (request.path == "/taken") throw std::invalid_argument("GET /taken is taken");
    requests.push_back(std::move(request));
  }
  void asset(Asset asset) override { assets.push_back(std::move(asset)); }
  std::vector<Stream> streams;
  std::vector<Request> requests;
  std::vector<Asset> assets;
};

TEST_CASE("a declaration reaches the mount", "[web]") {
  Mount mount;
  const auto result = declareWeb(
      R"({"streams":[{"name":"sse","paths":["/api/v1/events","/api/v1/runs/{run}/events"],"content_type":"text/event-stream","heartbeat_ms":300},)"
      R"({"name":"lines","paths":["/lines"],"content_type":"application/x-ndjson; charset=utf-8"}],"requests":[{"method":"POST","path":"/x/{id}","right":"operate"}]})",
      &mount);
  CHECK(result.message == "");
  CHECK(result.code == TROUPE_OK);
  REQUIRE(mount.streams.size() == 2);
  CHECK(mount.streams[0].paths == std::vector<std::string>{"/api/v1/events", "/api/v1/runs/{run}/events"});
  CHECK(mount.streams[0].heartbeat_ms == 300);
  CHECK(mount.streams[1].heartbeat_ms == 10000);
  REQUIRE(mount.requests.size() == 1);
  CHECK(mount.requests[0].right == "operate");
  CHECK(declareAsset("/embed/runs/{run}", "text/html; charset=utf-8", "<p>", &mount).code == TROUPE_OK);
  REQUIRE(mount.assets.size() == 1);
}

TEST_CASE("without a mount a declaration is checked and means nothing", "[web]") {
  CHECK(declareWeb("{}", nullptr).code == TROUPE_OK);
  CHECK(declareWeb(R"({"streams":[{"name":"a","paths":["/a"],"content_type":"text/plain"}]})", nullptr).code ==
        TROUPE_OK);
  CHECK(declareWeb("[]", nullptr).code == TROUPE_E_PERMANENT_REQUEST);
  CHECK(declareAsset("/a", "text/plain", "", nullptr).code == TROUPE_OK);
}

TEST_CASE("a declaration that is none is refused in words", "[web]") {
  using Row = std::tuple<std::string, std::string>;
  const auto [json, expected] = GENERATE(values<Row>({
      {"{", "Missing a name for object member"},
      {"[]", "an array, not an object"},
      {R"({"stream":[]})", "unknown key \"stream\""},
      {R"({"streams":[{"name":"SSE","paths":["/a"],"content_type":"text/plain"}]})",
       "lower-case letters, digits and _"},
      {R"({"streams":[{"name":"a","paths":[],"content_type":"text/plain"}]})", "/streams/0/paths"},
      {R"({"streams":[{"name":"a","paths":["/a"],"content_type":"text/plain\r\nX: y"}]})", "a media type"},
      {R"({"streams":[{"name":"a","paths":["/a"],"content_type":"text/plain","heartbeat_ms":0}]})",
       "/streams/0/heartbeat_ms"},
      {R"({"streams":[{"name":"a","paths":["a"],"content_type":"text/plain"}]})", "path \"a\" does not begin with /"},
      {R"({"streams":[{"name":"a","paths":["/a/../b"],"content_type":"text/plain"}]})", "has the segment \"..\""},
      {R"({"streams":[{"name":"a","paths":["/a//b"],"content_type":"text/plain"}]})", "has an empty segment"},
      {R"({"streams":[{"name":"a","paths":["/a b"],"content_type":"text/plain"}]})", "has the character \" \""},
      {R"({"requests":[{"method":"TRACE","path":"/a","right":"watch"}]})", "\"TRACE\""},
      {R"({"requests":[{"method":"GET","path":"/a","right":"root"}]})", "\"root\""},
      {R"({"requests":[{"method":"GET","path":"/a?b","right":"watch"}]})", "has the character \"?\""},
  }));
  CAPTURE(json);
  Mount mount;
  const auto result = declareWeb(json, &mount);
  CHECK(result.code == TROUPE_E_PERMANENT_REQUEST);
  CHECK(result.message.rfind("troupe.web/1: ", 0) == 0);
  CHECK_THAT(result.message, Catch::Contains(expected));
  CHECK(mount.streams.empty());
  CHECK(mount.requests.empty());
}

TEST_CASE("an asset that cannot be served is refused", "[web]") {
  CHECK(declareAsset("client.js", "text/javascript", "x", nullptr).code == TROUPE_E_PERMANENT_REQUEST);
  CHECK(declareAsset("/client.js", "javascript", "x", nullptr).code == TROUPE_E_PERMANENT_REQUEST);
  CHECK(declareAsset("/client.js", "text/javascript\r\nX: y", "x", nullptr).code == TROUPE_E_PERMANENT_REQUEST);
  CHECK(declareAsset("/client.js", "text/javascript", std::string((16u << 20) + 1, 'x'), nullptr).code ==
        TROUPE_E_PERMANENT_REQUEST);
}

TEST_CASE("the table tells a plugin by a code and the log why", "[web]") {
  Mount mount;
  std::vector<std::string> log;
  services::HostTable host([&](int, std::string_view text) { log.emplace_back(text); }, {&mount});
  const auto* web = static_cast<const troupe_web*>(host.table()->ext(host.table()->ctx, TROUPE_WEB_ID));
  REQUIRE(web != nullptr);
  const auto str = [](std::string_view text) { return troupe_str{text.data(), text.size()}; };
  CHECK(web->declare(web->ctx, str(R"({"requests":[{"method":"GET","path":"/taken","right":"watch"}]})")) ==
        TROUPE_E_UNSUPPORTED);
  REQUIRE(log.size() == 1);
  CHECK(log[0] == "troupe.web/1: GET /taken is taken");
  CHECK(web->declare(web->ctx, str("{}")) == TROUPE_E_PERMANENT_REQUEST);
  CHECK(log.back() == "troupe.web/1: declare() is called a second time; name all in one declaration");
  CHECK(web->asset(web->ctx, str("/a"), str("text/plain"), troupe_str{nullptr, 0}) == TROUPE_OK);
  CHECK(mount.assets.at(0).body == "");
  const auto ids = services::extensionIds();
  CHECK(std::find(ids.begin(), ids.end(), TROUPE_WEB_ID) != ids.end());
}

}  // namespace
}  // namespace troupe::test
