#include "novelty.hpp"

#include <rapidjson/document.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "signature_list.hpp"
#include "support/fake_host.hpp"

namespace {

using troupe::novelty::Curve;
using troupe::novelty::judge;
using troupe::novelty::Story;
using troupe::test::FakeCall;
using troupe::test::FakeHost;
using troupe::test::FakeNode;

constexpr const char* kDefaults = R"({"max_known":5000,"new_below":0.1,"copy_from":0.7})";
const std::string kLamp = "The lamp went out over the harbour, and nobody came to light it again until the spring.";

const troupe_node& plugin() {
  static const troupe::test::PluginFile file(TROUPE_PLUGIN_DIR "/scorer.novelty.troupe");
  return file.node("troupe.scorer.novelty");
}

std::string input(const std::string& text, const std::string& seen = "null") {
  troupe::JsonWriter json;
  json.beginObject().key("candidate").beginObject().member("id", "9/a").member("node", "a");
  json.member("text", std::string_view(text)).endObject().key("seen").raw(seen);
  json.key("sample").beginObject().member("run", "r").member("index", 9).endObject().endObject();
  return std::string(json.text());
}

std::string seen(const std::vector<std::pair<int, std::string>>& stories) {
  std::vector<troupe::text::KeptStory> list;
  for (const auto& [index, text] : stories) list.push_back({index, *troupe::text::signatureOf(text)});
  return troupe::text::signatureListJson(list);
}

}  // namespace

TEST_CASE("novelty: the curve falls from 10 to 0", "[scorer][novelty]") {
  const Curve curve;
  CHECK(curve.valueOf(0) == 10);
  CHECK(curve.valueOf(.1) == 10);
  CHECK(curve.valueOf(.4) == Approx(5));
  CHECK(curve.valueOf(.7) == 0);
  CHECK(curve.valueOf(1) == 0);
  CHECK(Curve{.2, .4}.valueOf(.3) == Approx(5));
}

TEST_CASE("novelty: the nearest story is named", "[scorer][novelty]") {
  FakeHost host;
  FakeNode node(host, plugin(), kDefaults);
  const auto said = [&](const std::string& text, const std::string& list) {
    FakeCall call(host, input(text, list));
    REQUIRE(node.run(call) == TROUPE_OK);
    return call.value("score");
  };
  CHECK(said(kLamp, "null") ==
        R"({"value":10.0,"reason":"the first story: there is none to compare it with","similarity":0.0,)"
        R"("near_duplicate":false})");
  const auto list = seen({{3, "Six ponies stood in the rain, and the rain did not mind them at all."}, {5, kLamp}});
  CHECK(said(kLamp, list) == R"({"value":0.0,"reason":"near duplicate of sample 5 of this run: shares about 100 % of )"
                             "its phrases (compared with 2 stories)\",\"similarity\":1.0,\"near_duplicate\":true}");
  CHECK_THAT(said("A king lost his crown to a goose, and the goose became a very good king.", list),
             Catch::StartsWith(R"({"value":10.0,"reason":"new: of 2 stories the nearest, sample )"));
  CHECK_THAT(said("…", list), Catch::Contains(R"("abstained":true)"));
}

TEST_CASE("novelty: the order of the stories changes no value", "[scorer][novelty]") {
  const auto own = *troupe::text::signatureOf(kLamp);
  std::vector<Story> stories;
  for (int i = 0; i < 8; ++i)
    stories.push_back({"story " + std::to_string(i),
                       *troupe::text::signatureOf(kLamp.substr(0, 30 + 6 * static_cast<std::size_t>(i)) + " and")});
  const auto expected = judge(own, stories, {});
  CHECK(expected.reason.find("story 7") != std::string::npos);
  std::reverse(stories.begin(), stories.end());
  CHECK(judge(own, stories, {}).value == expected.value);
  CHECK(judge(own, stories, {}).reason == expected.reason);
}

TEST_CASE("novelty: options and input that make no sense are refused", "[scorer][novelty]") {
  FakeHost host;
  CHECK_THROWS_WITH(FakeNode(host, plugin(), R"({"max_known":1,"new_below":0.7,"copy_from":0.7})"),
                    Catch::Contains("new_below is not less than copy_from"));
  FakeNode node(host, plugin(), kDefaults);
  FakeCall call(host, input(kLamp, R"({"examples":[]})"));
  CHECK(node.run(call) == TROUPE_E_PERMANENT_REQUEST);
  CHECK_THAT(call.message(), Catch::Contains("troupe.store.signatures"));
}
