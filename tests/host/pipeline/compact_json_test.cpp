// What is taken for compact JSON without a parser is what RapidJSON reads and writes unchanged, whatever the bytes.
#include "pipeline/compact_json.hpp"

#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>
#include <catch2/catch.hpp>

#include <random>
#include <string>
#include <vector>

#include "pipeline/json_view.hpp"
#include "pipeline/values.hpp"

namespace troupe::test {
namespace {

using namespace pipeline;

// What a strict reader makes of the text, written anew; nothing when it refuses it.
std::optional<std::string> rewritten(const std::string& json) {
  rapidjson::Document document;
  document.Parse<rapidjson::kParseFullPrecisionFlag | rapidjson::kParseValidateEncodingFlag |
                 rapidjson::kParseIterativeFlag>(json.data(), json.size());
  if (document.HasParseError()) return std::nullopt;
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  document.Accept(writer);
  return std::string(buffer.GetString(), buffer.GetSize());
}

TEST_CASE("what our writer writes is compact", "[compact_json]") {
  const auto json =
      GENERATE(as<std::string>(), "{}", "[]", "null", "true", "0", "-7", "123456789012345678", "1.5", "-0.001",
               "1e-300", R"("")", R"("a\"\\\b\f\n\r\t\u0001\u001F")", "\"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\x7F/\"",
               R"({"a":[1,2.5,{"b":[[],{}]}],"a":"","":null})", R"(["xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",{"é":false}])");
  CAPTURE(json);
  CHECK(isCompactJson(json));
  CHECK(rewritten(json) == json);
}

TEST_CASE("what is no JSON, or written otherwise, is not compact", "[compact_json]") {
  const auto json = GENERATE(as<std::string>(), "", " ", " {}", "{} ", "{}{}", "{", "[", "]", "}", "[1,]", "[,1]",
                             "{,}", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}", "[1 ,2]", "{\"a\": 1}", "[}", "{]",
                             "{\"a\":1]", "tru", "truee", "nul", "01", "-", "-0", "1.", ".5", "1.50", "1e5", "1E5",
                             "+1", "1e999", "NaN", "Infinity", "12345678901234567890", "\"", "\"\\\"", "\"\\u0041\"",
                             "\"\\u001f\"", "\"\\u000A\"", "\"\\u00\"", "\"\\/\"", "\"\\x\"", "\"\n\"", "\"\xC0\x80\"",
                             "\"\xED\xA0\x80\"", "\"\xFF\"", "\"\xE2\x82\"", "\"\xF5\x80\x80\x80\"", "\xEF\xBB\xBF{}");
  CAPTURE(json);
  CHECK_FALSE(isCompactJson(json));
  CHECK_FALSE(isCompactJson(std::string("{}\0", 3)));
  CHECK_FALSE(isCompactJson(std::string("\"a\0b\"", 5)));
}

TEST_CASE("compact JSON is not deeper than what can be written", "[compact_json]") {
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  CHECK(isCompactJson(nested(kMaxDepth)));
  CHECK_FALSE(isCompactJson(nested(kMaxDepth + 1)));
  CHECK_FALSE(isCompactJson(std::string(1 << 20, '[')));
}

TEST_CASE("compact is only what a strict reader reads and writes unchanged", "[compact_json]") {
  const std::vector<std::string> seeds = {
      R"({"text":"xxxxxxxxxxxxxxxxxxxx \"quoted\" \\ \n\u0001 é€😀 xxxxxxxxx","usage":{"input":12,"output":0},"n":[1.25,-3,1e-7,null,true]})",
      R"([{"a":{"b":{}}},[[0.1],[2.0]],"",-0.5,123456789012345678,false])", R"("a\tb\u001F€")", "-12.75"};
  const std::string bytes = "\"\\{}[]:,0123456789.eE+-truefalsn \n\t\x01/u\xC3\xA9\xFF";
  std::mt19937 random(20261124);
  int compact = 0;
  for (int round = 0; round < 60000; ++round) {
    auto json = seeds[random() % seeds.size()];
    for (auto changes = 1 + random() % 3; changes > 0; --changes) {
      const auto place = random() % json.size();
      switch (random() % 4) {
        case 0:
          json[place] = bytes[random() % bytes.size()];
          break;
        case 1:
          json.insert(place, 1, bytes[random() % bytes.size()]);
          break;
        case 2:
          json.erase(place, 1 + random() % 3);
          break;
        default:
          json.insert(place, json.substr(random() % json.size(), random() % 12));
          break;
      }
      if (json.empty()) json = "0";
    }
    if (!isCompactJson(json)) continue;
    ++compact;
    CAPTURE(json);
    REQUIRE(rewritten(json) == json);
    REQUIRE(normalize(json) == json);
  }
  CHECK(compact > 3000);
}

TEST_CASE("a view reads the members of compact JSON", "[compact_json]") {
  const std::string json = R"({"a":"x\"\u0001é","n":-12,"d":0.25,"t":true,"z":null,"l":[1,[2],{"b":3}],"o":{},"a":2})";
  REQUIRE(isCompactJson(json));
  const JsonMembers members{JsonView(json)};
  CHECK(members.at("a").text() == "x\"\x01é");
  CHECK(members.at("n").integer<std::int64_t>() == -12);
  CHECK_FALSE(members.at("n").integer<std::uint64_t>());
  CHECK_FALSE(members.at("d").integer<std::int64_t>());
  CHECK(members.at("d").number() == 0.25);
  CHECK(members.at("t").truth());
  CHECK(members.at("z").isNull());
  REQUIRE(members.at("l").elements().size() == 3);
  CHECK(members.at("l").elements()[2].json() == R"({"b":3})");
  CHECK(members.at("o").isObject());
  CHECK_FALSE(members.at("x"));
  CHECK(JsonView().elements().empty());
}

}  // namespace
}  // namespace troupe::test
