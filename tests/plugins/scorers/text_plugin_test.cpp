#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <catch2/catch.hpp>
#include <string>

#include "support/fake_host.hpp"
#include "text_corpus.hpp"

namespace {

using troupe::test::FakeCall;
using troupe::test::FakeHost;
using troupe::test::FakeNode;
using troupe::test::PluginFile;

const PluginFile& file() {
  static const PluginFile plugin(TROUPE_PLUGIN_DIR "/scorer.text.troupe");
  return plugin;
}

const troupe_node& type() { return file().node("troupe.scorer.text"); }

std::string quoted(const std::string& text) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  writer.String(text);
  return buffer.GetString();
}

std::string input(const troupe::test::CorpusText& text) {
  return R"({"candidate":{"id":"0/a","node":"a","text":)" + quoted(text.text) +
         R"(},"sample":{"run":"r","index":0,"seed":1,"prompt":{"messages":[{"role":"user","content":"An example."},)"
         R"({"role":"assistant","content":"Yes."},{"role":"user","content":)" +
         quoted(text.prompt) + R"(}],"vars":{"genre":)" + quoted(text.genre) + "}}}}";
}

rapidjson::Document parse(const std::string& json) {
  rapidjson::Document document;
  document.Parse(json);
  REQUIRE_FALSE(document.HasParseError());
  return document;
}

}  // namespace

TEST_CASE("scorer.text plugin: emits the score with its parts", "[scorer][text][plugin]") {
  const auto text = troupe::test::readCorpus("good").front();
  FakeHost host;
  FakeNode node(host, type());
  FakeCall call(host, input(text));
  REQUIRE(node.run(call) == TROUPE_OK);
  const auto score = parse(call.value("score"));
  CHECK(score["value"].GetDouble() == text.score.value);
  CHECK(score["reason"].GetString() == text.score.reason);
  CHECK_FALSE(score["abstained"].GetBool());
  REQUIRE(score["parts"].Size() == troupe::text::kSignals.size());
  for (rapidjson::SizeType i = 0; i < score["parts"].Size(); ++i) {
    const auto& part = score["parts"][i];
    CHECK(part["name"].GetString() == std::string(troupe::text::kSignals[i].name));
    CHECK(part["value"].IsNumber());
    CHECK(part["weight"].GetDouble() == troupe::text::kSignals[i].weight);
    CHECK(part["reason"].IsString());
  }
}

TEST_CASE("scorer.text plugin: options reach the score", "[scorer][text][plugin]") {
  const auto text = troupe::test::readCorpus("good").front();
  FakeHost host;
  const auto value = [&](const std::string& options) {
    FakeNode node(host, type(), options);
    FakeCall call(host, input(text));
    REQUIRE(node.run(call) == TROUPE_OK);
    return parse(call.value("score"))["value"].GetDouble();
  };
  const double usual = value("{}");
  CHECK(value(R"({"min_words":80,"max_words":400,"language":"auto","weights":{}})") == usual);
  CHECK(value(R"({"min_words":900,"max_words":1000})") < usual - 2);
  CHECK(value(R"({"gopher_min_words":900})") < usual - 2);
  CHECK(value(R"({"language":"other"})") != usual);
  CHECK(value(R"({"weights":{"genre_fit":0,"prompt_fit":0}})") != usual);
}

TEST_CASE("scorer.text plugin: options that cannot work are refused", "[scorer][text][plugin]") {
  FakeHost host;
  CHECK_THROWS_WITH(FakeNode(host, type(), R"({"min_words":9,"max_words":8})"), "min_words is larger than max_words");
  CHECK_THROWS_WITH(
      FakeNode(host, type(),
               R"({"weights":{"repetition":0,"quality":0,"diversity":0,"readability":0,"length":0,"prompt_fit":0,)"
               R"("genre_fit":0,"overused":0,"prose":0}})"),
      "all weights are 0, so nothing would be scored");
}

TEST_CASE("scorer.text plugin: prompts in other shapes are no fault", "[scorer][text][plugin]") {
  const auto sample = GENERATE(
      values<std::string>({"", R"(,"sample":{})", R"(,"sample":{"prompt":{}})",
                           R"(,"sample":{"prompt":{"messages":[],"vars":{"genre":7}}})",
                           R"(,"sample":{"prompt":{"messages":[{"role":"system","content":"x"},3],"vars":[]}})"}));
  FakeHost host;
  FakeNode node(host, type());
  FakeCall call(host, R"({"candidate":{"text":"A short text."})" + sample + "}");
  CHECK(node.run(call) == TROUPE_OK);
  CHECK(parse(call.value("score"))["value"].IsNumber());
}

TEST_CASE("scorer.text plugin: abstains when no signal with a weight can speak", "[scorer][text][plugin]") {
  FakeHost host;
  FakeNode node(host, type(),
                R"({"weights":{"repetition":0,"quality":0,"diversity":0,"readability":0,"length":0,"prompt_fit":0,)"
                R"("genre_fit":1,"overused":0,"prose":0}})");
  FakeCall call(host, R"({"candidate":{"text":"A short text."}})");
  REQUIRE(node.run(call) == TROUPE_OK);
  const auto score = parse(call.value("score"));
  CHECK(score["abstained"].GetBool());
  CHECK_FALSE(score.HasMember("value"));
}

TEST_CASE("scorer.text plugin: a candidate without text fails with a sentence", "[scorer][text][plugin]") {
  FakeHost host;
  FakeNode node(host, type());
  FakeCall call(host, R"({"candidate":{}})");
  CHECK(node.run(call) == TROUPE_E_INTERNAL);
  CHECK(call.message() == "\"text\" is missing or not a string");
}

TEST_CASE("scorer.text plugin: the manifest's example runs, and its weights are those of the code",
          "[scorer][text][plugin]") {
  const auto manifest = parse(file().manifest());
  const auto& entry = manifest["nodes"][0];
  const auto& weights = entry["options"]["properties"]["weights"]["properties"];
  CHECK(weights.MemberCount() == troupe::text::kSignals.size());
  for (const auto& signal : troupe::text::kSignals) {
    CAPTURE(signal.name);
    CHECK(weights[std::string(signal.name)]["default"].GetDouble() == signal.weight);
  }
  const auto json = [](const rapidjson::Value& value) {
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
    value.Accept(writer);
    return std::string(buffer.GetString());
  };
  FakeHost host;
  FakeNode node(host, type(), json(entry["example"]["options"]));
  FakeCall call(host, json(entry["example"]["input"]));
  CHECK(node.run(call) == TROUPE_OK);
  CHECK(parse(call.value("score"))["value"].GetDouble() > 5);
}
