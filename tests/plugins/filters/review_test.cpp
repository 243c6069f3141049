#include "review.hpp"

#include <catch2/catch.hpp>
#include <limits>
#include <optional>
#include <string>
#include <tuple>

#include "support/fake_host.hpp"

namespace {

using troupe::test::FakeCall;
using troupe::test::FakeHost;
using troupe::test::FakeNode;
using troupe::test::PluginFile;

const troupe_node& type() {
  static const PluginFile plugin(TROUPE_PLUGIN_DIR "/filter.review.troupe");
  return plugin.node("troupe.filter.review");
}

}  // namespace

TEST_CASE("review: the bounds say what is doubtful", "[filter][review]") {
  using Bound = std::optional<double>;
  using Row = std::tuple<double, Bound, Bound, bool>;  // quality, above, below
  const auto [quality, above, below, held] = GENERATE(values<Row>({
      {5, std::nullopt, std::nullopt, true},
      {5, 7.5, std::nullopt, false},
      {7.5, 7.5, std::nullopt, true},
      {8.5, std::nullopt, 8.5, false},
      {8.499, std::nullopt, 8.5, true},
      {8, 7.5, 8.5, true},
      {7, 7.5, 8.5, false},
      {9, 7.5, 8.5, false},
      {std::numeric_limits<double>::quiet_NaN(), 7.5, 8.5, true},
  }));
  CAPTURE(quality);
  CHECK(troupe::review::isDoubtful(quality, {above, below}) == held);
}

TEST_CASE("filter.review plugin: holds, and emits nothing else", "[filter][review][plugin]") {
  using Row = std::tuple<std::string, std::string>;
  const auto [options, expected] = GENERATE(values<Row>({
      {"{}", R"({"until":null,"default":"pass","why":"a person should look at it"})"},
      {R"({"until_s":0,"default":"drop"})", R"({"until":null,"default":"drop","why":"a person should look at it"})"},
      {R"({"until_s":1.5,"default":"drop","why":"is it good?"})",
       R"({"until":1001500,"default":"drop","why":"is it good?"})"},
      {R"({"until_s":60,"above":7.5,"below":8.5})",
       R"({"until":1060000,"default":"pass","why":"a person should look at it"})"},
  }));
  FakeHost host;
  host.setNowMs(1000000);
  FakeNode node(host, type(), options);
  FakeCall call(host, R"({"sample":{"quality":8.0}})");
  REQUIRE(node.run(call) == TROUPE_OK);
  REQUIRE(call.emitted().size() == 1);
  CHECK(call.emitted()[0].kind == TROUPE_HOLD);
  CHECK(call.emitted()[0].port == "sample");
  CHECK(call.emitted()[0].json == expected);
}

TEST_CASE("filter.review plugin: what is outside of the bounds passes at once", "[filter][review][plugin]") {
  const auto quality = GENERATE(values<std::string>({"7.4", "8.5", "9"}));
  FakeHost host;
  FakeNode node(host, type(), R"({"above":7.5,"below":8.5})");
  FakeCall call(host, R"({"sample":{"quality":)" + quality + "}}");
  REQUIRE(node.run(call) == TROUPE_OK);
  CHECK(call.value("sample") == R"({"pass":true,"reason":"the quality is outside of what is reviewed"})");
  CHECK(call.emitted().size() == 1);
}

TEST_CASE("filter.review plugin: a sample without quality is held", "[filter][review][plugin]") {
  FakeHost host;
  FakeNode node(host, type(), R"({"below":8.5})");
  FakeCall call(host, R"({"sample":{"quality":null}})");
  REQUIRE(node.run(call) == TROUPE_OK);
  CHECK(call.all(TROUPE_HOLD, "sample").size() == 1);
}

TEST_CASE("filter.review plugin: bounds that hold nothing are refused", "[filter][review][plugin]") {
  FakeHost host;
  CHECK_THROWS_WITH(FakeNode(host, type(), R"({"above":8,"below":8})"),
                    "above is not less than below, so no sample would ever be held");
}

TEST_CASE("filter.review plugin: a deadline needs the host's clock", "[filter][review][plugin]") {
  FakeHost host;
  host.offer(TROUPE_CLOCK_ID, nullptr);
  FakeNode node(host, type(), R"({"until_s":1})");
  FakeCall call(host, R"({"sample":{"quality":8.0}})");
  CHECK(node.run(call) == TROUPE_E_UNSUPPORTED);
  CHECK_FALSE(call.message().empty());
  CHECK(call.emitted().empty());
}
