#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <catch2/catch.hpp>
#include <string>
#include <utility>

#include "support/fake_host.hpp"

namespace {

using troupe::test::FakeCall;
using troupe::test::FakeHost;
using troupe::test::FakeNode;
using troupe::test::PluginFile;

const PluginFile& file() {
  static const PluginFile plugin(TROUPE_PLUGIN_DIR "/selector.best.troupe");
  return plugin;
}

const troupe_node& type() { return file().node("troupe.selector.best"); }

}  // namespace

TEST_CASE("selector.best plugin: emits the decision", "[selector][best][plugin]") {
  FakeHost host;
  FakeNode node(host, type());
  FakeCall call(host, R"({"candidates":[{"id":"0/a","node":"a","quality":7.5},{"id":"0/b","node":"b","quality":8.0},)"
                      R"({"id":"0/c","node":"c","quality":null}],)"
                      R"("scores":[{"candidate":"0/a","scorer":"craft","value":7.5,"reason":"x","abstained":false},)"
                      R"({"candidate":"0/b","scorer":"craft","value":8,"reason":"x","abstained":false},)"
                      R"({"candidate":"0/c","scorer":"craft","reason":"x","abstained":true}],"weights":{"craft":1},)"
                      R"("sample":{"run":"r","index":0,"seed":5,"prompt":{}}})");
  REQUIRE(node.run(call) == TROUPE_OK);
  CHECK(
      call.value("sample") ==
      R"({"winner":"0/b","ranking":["0/b","0/a","0/c"],"margin":0.5,"ties":[],"abstained":["craft on 0/c"],)"
      R"("reason":"b wins with quality 8.00, 0.50 ahead of a; c could not win: every scorer abstained; judged by craft",)"
      R"("votes":[{"scorer":"craft","for":"0/b","margin":0.5}]})");
}

TEST_CASE("selector.best plugin: without a runner-up there is no margin", "[selector][best][plugin]") {
  FakeHost host;
  FakeNode node(host, type(), R"({"tie_break":"first"})");
  FakeCall call(host, R"({"candidates":[{"id":"0/a","node":"a","quality":7.5}],"scores":[]})");
  REQUIRE(node.run(call) == TROUPE_OK);
  CHECK(call.value("sample") == R"({"winner":"0/a","ranking":["0/a"],"ties":[],"abstained":[],)"
                                R"("reason":"a wins with quality 7.50, as the only candidate","votes":[]})");
}

TEST_CASE("selector.best plugin: the option tie_break decides", "[selector][best][plugin]") {
  FakeHost host;
  const auto winner = [&](const std::string& options, int seed) {
    FakeNode node(host, type(), options);
    FakeCall call(host,
                  R"({"candidates":[{"id":"a","quality":5},{"id":"b","quality":5}],"scores":[],"sample":{"seed":)" +
                      std::to_string(seed) + "}}");
    REQUIRE(node.run(call) == TROUPE_OK);
    rapidjson::Document document;
    document.Parse(call.value("sample"));
    return std::string(document["winner"].GetString());
  };
  int b_by_first = 0;
  int b_by_seed = 0;
  for (int seed = 0; seed < 50; ++seed) {
    b_by_first += winner(R"({"tie_break":"first"})", seed) == "b" ? 1 : 0;
    b_by_seed += winner("{}", seed) == "b" ? 1 : 0;
  }
  CHECK(b_by_first == 0);
  CHECK(b_by_seed > 10);
  CHECK(b_by_seed < 40);
}

TEST_CASE("selector.best plugin: input that the host never sends is an internal fault", "[selector][best][plugin]") {
  using Row = std::pair<std::string, std::string>;
  const auto [input, message] = GENERATE(values<Row>({
      {R"({"scores":[]})", "\"candidates\" is missing or not an array"},
      {R"({"candidates":[]})", "\"scores\" is missing or not an array"},
      {R"({"candidates":[],"scores":[]})", "none of the 0 candidates has a quality, so there is nothing to choose by"},
      {R"({"candidates":[{"id":"a","quality":"9"}],"scores":[]})", "\"quality\" is missing or not a number"},
      {R"({"candidates":[{"quality":9}],"scores":[]})", "\"id\" is missing or not a string"},
      {R"({"candidates":[{"id":"a","quality":9}],"scores":[{"candidate":"a","scorer":"s"}]})",
       "\"value\" is missing or not a number"},
      {R"({"candidates":[7],"scores":[]})", "no JSON object where one should be"},
  }));
  FakeHost host;
  FakeNode node(host, type());
  FakeCall call(host, input);
  CHECK(node.run(call) == TROUPE_E_INTERNAL);
  CHECK(call.message() == message);
  CHECK(call.emitted().empty());
}

TEST_CASE("selector.best plugin: the manifest's example runs", "[selector][best][plugin]") {
  rapidjson::Document manifest;
  manifest.Parse(file().manifest());
  REQUIRE_FALSE(manifest.HasParseError());
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  manifest["nodes"][0]["example"]["input"].Accept(writer);
  FakeHost host;
  FakeNode node(host, type());
  FakeCall call(host, buffer.GetString());
  CHECK(node.run(call) == TROUPE_OK);
  CHECK_THAT(call.value("sample"), Catch::Contains(R"("winner":"0/wren")") && Catch::Contains("text signals only"));
}
