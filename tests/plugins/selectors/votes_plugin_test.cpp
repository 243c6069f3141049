#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <catch2/catch.hpp>
#include <string>

#include "support/fake_host.hpp"

namespace {

using troupe::test::FakeCall;
using troupe::test::FakeHost;
using troupe::test::FakeNode;
using troupe::test::PluginFile;

const PluginFile& borda() {
  static const PluginFile plugin(TROUPE_PLUGIN_DIR "/selector.borda.troupe");
  return plugin;
}

const PluginFile& bradleyTerry() {
  static const PluginFile plugin(TROUPE_PLUGIN_DIR "/selector.bradley_terry.troupe");
  return plugin;
}

std::string choose(const PluginFile& file, const std::string& type, const std::string& input,
                   const std::string& options = "{}") {
  FakeHost host;
  FakeNode node(host, file.node(type), options);
  FakeCall call(host, input);
  const int code = node.run(call);
  return code == TROUPE_OK ? call.value("sample") : std::to_string(code) + ": " + call.message();
}

const char* const kScores =
    R"({"candidates":[{"id":"0/a","node":"a","quality":5},{"id":"0/b","node":"b","quality":6},{"id":"0/c","node":"c","quality":null}],)"
    R"("scores":[{"candidate":"0/a","scorer":"x","value":9,"reason":"","abstained":false},)"
    R"({"candidate":"0/b","scorer":"x","value":8,"reason":"","abstained":false},)"
    R"({"candidate":"0/a","scorer":"y","value":1,"reason":"","abstained":false},)"
    R"({"candidate":"0/b","scorer":"y","value":4,"reason":"","abstained":false},)"
    R"({"candidate":"0/c","scorer":"y","reason":"","abstained":true}],)"
    R"("weights":{"x":3,"y":1},"sample":{"seed":4}})";

std::string compared(const std::string& pairs_a, const std::string& pairs_b) {
  return R"({"candidates":[{"id":"0/a","node":"a","quality":5},{"id":"0/b","node":"b","quality":6},{"id":"0/c","node":"c","quality":9}],)"
         R"("scores":[{"candidate":"0/a","scorer":"judge","value":5,"reason":"","abstained":false,"pairs":[)" +
         pairs_a + R"(]},{"candidate":"0/b","scorer":"judge","value":6,"reason":"","abstained":false,"pairs":[)" +
         pairs_b +
         R"(]},{"candidate":"0/c","scorer":"text","value":9,"reason":"","abstained":false}],)"
         R"("weights":{"judge":1,"text":1},"sample":{"seed":4}})";
}

}  // namespace

TEST_CASE("selector.borda plugin: emits ranking, margin, votes and mean ranks", "[selector][borda][plugin]") {
  CHECK(
      choose(borda(), "troupe.selector.borda", kScores) ==
      R"({"winner":"0/a","ranking":["0/a","0/b","0/c"],"margin":0.5,"ties":[],"abstained":["y on 0/c"],)"
      R"("reason":"a wins with mean rank 1.25, 0.50 ahead of b; c could not win: every scorer abstained; judged by x and y",)"
      R"("votes":[{"scorer":"x","for":"0/a","margin":1.0},{"scorer":"y","for":"0/b","margin":3.0}],)"
      R"("points":[{"candidate":"0/a","value":1.25},{"candidate":"0/b","value":1.75}]})");
}

TEST_CASE("selector.bradley_terry plugin: the pairs decide against the quality", "[selector][bradley_terry][plugin]") {
  const auto chosen = choose(bradleyTerry(), "troupe.selector.bradley_terry",
                             compared(R"({"other":"0/b","result":1},{"other":"0/b","result":0.5})",
                                      R"({"other":"0/a","result":0},{"other":"0/a","result":0.5})"));
  CHECK_THAT(chosen, Catch::StartsWith(R"({"winner":"0/a","ranking":["0/a","0/b","0/c"],"margin":1.09861228)"));
  CHECK_THAT(chosen,
             Catch::Contains(R"("reason":"a wins with ability 0.54, 1.09 ahead of b; c could not win: nobody )"
                             R"(compared it; chance to beat b 0.75; Bradley-Terry over 2 comparisons of 1 pair )"
                             R"(by judge")"));
  CHECK_THAT(chosen, Catch::Contains(R"("votes":[{"scorer":"judge","for":"0/a","margin":1.0}])"));
}

TEST_CASE("selector.bradley_terry plugin: the prior is told", "[selector][bradley_terry][plugin]") {
  CHECK_THAT(choose(bradleyTerry(), "troupe.selector.bradley_terry", compared(R"({"other":"0/b","result":1})", "")),
             Catch::Contains(R"("winner":"0/a")") &&
                 Catch::Contains("not everybody both won and lost, so a tenth of a tie with an average one is added"));
}

TEST_CASE("selector.bradley_terry plugin: without pairs the quality decides or the vote fails",
          "[selector][bradley_terry][plugin]") {
  CHECK(choose(bradleyTerry(), "troupe.selector.bradley_terry", kScores) ==
        R"({"winner":"0/b","ranking":["0/b","0/a","0/c"],"margin":1.0,"ties":[],"abstained":["y on 0/c"],)"
        R"("reason":"no scorer compared candidates, so quality decides: b wins with quality 6.00, 1.00 ahead of a; )"
        R"(c could not win: every scorer abstained; judged by x and y",)"
        R"("votes":[{"scorer":"x","for":"0/a","margin":1.0},{"scorer":"y","for":"0/b","margin":3.0}]})");
  CHECK(choose(bradleyTerry(), "troupe.selector.bradley_terry", kScores, R"({"without_pairs":"fail"})") ==
        std::to_string(TROUPE_E_UNSUPPORTED) + ": no scorer compared candidates, and \"without_pairs\" is \"fail\"");
}

TEST_CASE("selector.bradley_terry plugin: a pair with a candidate that is not there is an internal fault",
          "[selector][bradley_terry][plugin]") {
  CHECK(choose(bradleyTerry(), "troupe.selector.bradley_terry", compared(R"({"other":"0/z","result":1})", "")) ==
        std::to_string(TROUPE_E_INTERNAL) + ": \"0/z\" is none of the candidates");
}

TEST_CASE("selectors: one candidate and all abstained", "[selector][plugin]") {
  const auto [file, type] = GENERATE(table<const PluginFile*, std::string>(
      {{&borda(), "troupe.selector.borda"}, {&bradleyTerry(), "troupe.selector.bradley_terry"}}));
  CHECK_THAT(
      choose(*file, type,
             R"({"candidates":[{"id":"0/a","node":"a","quality":5}],"scores":[{"candidate":"0/a","scorer":"x",)"
             R"("value":5,"abstained":false}]})"),
      Catch::Contains(R"("winner":"0/a","ranking":["0/a"],"ties":[])") && Catch::Contains("as the only candidate"));
  CHECK(choose(*file, type,
               R"({"candidates":[{"id":"0/a","quality":null}],"scores":[{"candidate":"0/a","scorer":"x",)"
               R"("abstained":true}]})") ==
        std::to_string(TROUPE_E_INTERNAL) +
            ": none of the 1 candidates has a quality, so there is nothing to choose by");
}

TEST_CASE("selectors: the examples of the manifests run", "[selector][plugin]") {
  const auto [file, type] = GENERATE(table<const PluginFile*, std::string>(
      {{&borda(), "troupe.selector.borda"}, {&bradleyTerry(), "troupe.selector.bradley_terry"}}));
  rapidjson::Document manifest;
  manifest.Parse(file->manifest());
  REQUIRE_FALSE(manifest.HasParseError());
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  manifest["nodes"][0]["example"]["input"].Accept(writer);
  CHECK_THAT(choose(*file, type, buffer.GetString()), Catch::Contains(R"("winner":"0/wren")"));
}
