// Pieces of JSON text: found where they are, and never beyond the text, whatever it is.
#include <rapidjson/document.h>
#include <catch2/catch.hpp>

#include <memory>
#include <random>
#include <string>
#include <vector>

#include <troupe/troupe.hpp>

#include "support/fake_host.hpp"

namespace {

using troupe::Error;
using troupe::Fields;

constexpr auto kSample =
    R"( { "run" : "r", "index":7 ,"quality":8.25,"ok":true,"none":null,"reason":"a \"b\" \\ \u00e9\n",)"
    R"("list":[ 1, "],[" ,{"x":[]} ],"inner":{"a":"}","b":{"c":1}},"empty":[],"run":"second"} )";

TEST_CASE("fields are read where they lie", "[sdk]") {
  const Fields fields(kSample);
  CHECK(fields.text("run") == "r");
  CHECK(fields.integer("index") == 7);
  CHECK(fields.number("index") == 7);
  CHECK(fields.number("quality") == 8.25);
  CHECK(fields.boolean("ok"));
  CHECK(fields.text("reason") == "a \"b\" \\ \xC3\xA9\n");
  CHECK(fields.array("list") == std::vector<std::string_view>{"1", "\"],[\"", R"({"x":[]})"});
  CHECK(fields.array("empty").empty());
  CHECK(fields.object("inner").text("a") == "}");
  CHECK(fields.object("inner").object("b").json("c") == "1");
  CHECK(fields.json("none") == "null");
  CHECK_FALSE(fields.has("none"));
  CHECK_FALSE(fields.has("other"));
  CHECK(fields.text("other", "fallback") == "fallback");
  CHECK(fields.number("none", 3) == 3);
}

TEST_CASE("fields of another type are refused with the words of Object", "[sdk]") {
  const Fields fields(kSample);
  const auto said = [](auto read) -> std::string {
    try {
      read();
    } catch (const Error& e) {
      return e.what();
    }
    return {};
  };
  CHECK(said([&] { fields.text("index"); }) == "\"index\" is missing or not a string");
  CHECK(said([&] { fields.text("other"); }) == "\"other\" is missing or not a string");
  CHECK(said([&] { fields.number("run"); }) == "\"run\" is missing or not a number");
  CHECK(said([&] { fields.integer("quality"); }) == "\"quality\" is missing or not an integer");
  CHECK(said([&] { fields.boolean("none"); }) == "\"none\" is missing or not true or false");
  CHECK(said([&] { fields.object("list"); }) == "\"list\" is missing or not an object");
  CHECK(said([&] { fields.array("inner"); }) == "\"inner\" is missing or not an array");
  CHECK_THROWS_AS(Fields("[]"), Error);
  CHECK_THROWS_AS(Fields(""), Error);
  CHECK_THROWS_AS(Fields(R"({"a":1} x)"), Error);
  CHECK_THROWS_AS(Fields(R"({"a":})"), Error);
  CHECK_THROWS_AS(Fields(R"({"a":"\)"), Error);
}

// Reads all that there is, by its type.
void readAll(std::string_view json) {
  troupe::scanArray(json, [](std::string_view element) { readAll(element); });
  if (json.empty() || json.front() != '{') return;
  std::vector<std::string> names;
  troupe::scanObject(json, [&](std::string_view name, std::string_view value) {
    names.emplace_back(name);
    readAll(value);
  });
  const Fields fields(json);
  for (const auto& name : names) {
    try {
      (void)fields.text(name);
    } catch (const Error&) {
    }
    try {
      (void)fields.number(name);
    } catch (const Error&) {
    }
  }
}

TEST_CASE("whatever the text is, nothing beyond it is read", "[sdk]") {
  const std::string seed = kSample;
  const std::string bytes("\"\\{}[]:, 01e-.tfn\n\0\xFF", 20);
  std::mt19937 random(20261124);
  for (int round = 0; round < 20000; ++round) {
    auto text = seed.substr(0, 1 + random() % seed.size());
    for (auto changes = random() % 4; changes > 0; --changes)
      text[random() % text.size()] = bytes[random() % bytes.size()];
    // On the heap and without a terminator, so that a sanitizer sees a byte too much.
    const auto exact = std::make_unique<char[]>(text.size());
    std::copy(text.begin(), text.end(), exact.get());
    try {
      readAll({exact.get(), text.size()});
    } catch (const Error&) {
    }
    if (text.find('\0') != std::string::npos) continue;  // Which RapidJSON takes for the end.
    rapidjson::Document document;
    document.Parse<rapidjson::kParseFullPrecisionFlag>(text.data(), text.size());
    if (document.HasParseError() || !document.IsObject()) continue;
    CAPTURE(text);
    const Fields fields(text);  // What is JSON is read, and alike.
    const troupe::Object object(document);
    CHECK(fields.text("run", "") == object.text("run", ""));
    CHECK(fields.number("quality", 0) == object.number("quality", 0));
  }
}

TEST_CASE("a call parses the port that is asked for, and not the others", "[sdk]") {
  troupe::test::FakeHost host;
  troupe::test::FakeCall fake(host, R"({"prompt":{"id":"x"},"sample":{broken]})");
  troupe::Call call(fake.table(), host.table());
  CHECK(troupe::Object(call.in("prompt")).text("id") == "x");
  CHECK(&call.in("prompt") == &call.in("prompt"));
  CHECK_THROWS_WITH(call.in("candidate"), "no value on port \"candidate\"");
  CHECK_THROWS_AS(call.in("sample"), Error);
  CHECK_THROWS_AS(call.input(), Error);
  CHECK(call.fields().json("sample") == "{broken]");
}

}  // namespace
