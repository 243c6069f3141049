#include "threshold.hpp"

#include <catch2/catch.hpp>
#include <limits>
#include <string>
#include <tuple>

#include "support/fake_host.hpp"

namespace {

using troupe::test::FakeCall;
using troupe::test::FakeHost;
using troupe::test::FakeNode;
using troupe::test::PluginFile;

const troupe_node& type() {
  static const PluginFile plugin(TROUPE_PLUGIN_DIR "/filter.threshold.troupe");
  return plugin.node("troupe.filter.threshold");
}

std::string run(const std::string& options, const std::string& input) {
  FakeHost host;
  FakeNode node(host, type(), options);
  FakeCall call(host, input);
  const int code = node.run(call);
  return code == TROUPE_OK ? call.value("sample") : std::to_string(code) + ": " + call.message();
}

}  // namespace

TEST_CASE("threshold: compares unrounded, and the sentence never contradicts itself", "[filter][threshold]") {
  using Row = std::tuple<double, double, bool, std::string>;
  const auto [quality, min_quality, pass, reason] = GENERATE(values<Row>({
      {8.43, 8, true, "quality 8.43 >= 8"},
      {8, 8, true, "quality 8 >= 8"},
      {8.1, 8.1, true, "quality 8.1 >= 8.1"},
      {7.96, 8, false, "quality 7.96 is below 8"},
      {7.996, 8, false, "quality 7.99 is below 8"},
      {8.001, 8, true, "quality 8.001 >= 8"},
      {7.9999999999, 8, false, "quality 7.99999 is below 8"},
      {7.5, 7.501, false, "quality 7.5 is below 7.501"},
      {0, 0, true, "quality 0 >= 0"},
      {0, 8, false, "quality 0 is below 8"},
      {10, 8, true, "quality 10 >= 8"},
      {8.4375, 8.25, true, "quality 8.43 >= 8.25"},
  }));
  const auto verdict = troupe::threshold::check(quality, min_quality);
  CHECK(verdict.pass == pass);
  CHECK(verdict.reason == reason);
}

TEST_CASE("threshold: what is no number never passes", "[filter][threshold]") {
  CHECK_FALSE(troupe::threshold::check(std::numeric_limits<double>::quiet_NaN(), 0).pass);
}

TEST_CASE("filter.threshold plugin", "[filter][threshold][plugin]") {
  CHECK(run("{}", R"({"sample":{"quality":8.43}})") == R"({"pass":true,"reason":"quality 8.43 >= 8"})");
  CHECK(run("{}", R"({"sample":{"quality":7.96}})") == R"({"pass":false,"reason":"quality 7.96 is below 8"})");
  CHECK(run(R"({"min_quality":9})", R"({"sample":{"quality":8.43}})") ==
        R"({"pass":false,"reason":"quality 8.43 is below 9"})");
  CHECK(run("{}", R"({"sample":{"quality":null}})") == "12: \"quality\" is missing or not a number");
  CHECK(run("{}", R"({})") == "12: \"sample\" is missing or not an object");
}
