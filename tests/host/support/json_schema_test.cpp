#include "support/json_schema.hpp"

#include <catch2/catch.hpp>
#include <limits>
#include <string>
#include <vector>

#include "support/json_text.hpp"

using troupe::JsonSchema;
using troupe::Problem;

namespace {

using Lines = std::vector<std::string>;

Lines lines(const std::vector<Problem>& problems) {
  Lines out;
  for (const auto& problem : problems) out.push_back(troupe::format("", problem));
  return out;
}

JsonSchema schema(const std::string& text) {
  std::vector<Problem> problems;
  auto compiled = JsonSchema::compile(text, problems);
  CAPTURE(text, lines(problems));
  REQUIRE(compiled.has_value());
  return *compiled;
}

rapidjson::Document json(const std::string& text) {
  std::vector<Problem> problems;
  auto document = troupe::parseJson(text, problems);
  CAPTURE(text, lines(problems));
  REQUIRE(document.has_value());
  return std::move(*document);
}

}  // namespace

TEST_CASE("a value that does not fit is told in sentences", "[schema]") {
  using Row = std::tuple<std::string, std::string, Lines>;
  const auto [schema_text, value, expected] = GENERATE(values<Row>({
      {R"({"type":"object"})", "5", {"the value is 5, not an object"}},
      {R"({"properties":{"t":{"maximum":2}}})", R"({"t":3})", {R"(/t: "t" is 3, more than its maximum 2)"}},
      {R"({"properties":{"t":{"minimum":0}}})", R"({"t":-0.5})", {R"(/t: "t" is -0.5, less than its minimum 0)"}},
      {R"({"properties":{"t":{"exclusiveMinimum":0}}})", R"({"t":0})", {R"(/t: "t" is 0, but must be more than 0)"}},
      {R"({"properties":{"t":{"exclusiveMaximum":1}}})",
       R"({"t":1.0})",
       {R"(/t: "t" is 1.0, but must be less than 1)"}},
      {R"({"properties":{"t":{"multipleOf":8}}})", R"({"t":12})", {R"(/t: "t" is 12, not a multiple of 8)"}},
      {R"({"properties":{"n":{"type":"integer"}}})", R"({"n":5.0})", {R"(/n: "n" is 5.0, not an integer)"}},
      {R"({"properties":{"n":{"type":["string","null"]}}})",
       R"({"n":true})",
       {R"(/n: "n" is true, not a string or null)"}},
      {R"({"additionalProperties":false,"properties":{"temperature":{}}})",
       R"({"temprature":1})",
       {R"(/temprature: unknown key "temprature"; did you mean "temperature"?)"}},
      {R"({"additionalProperties":false,"properties":{"a":{},"b":{}}})",
       R"({"zebra":1})",
       {R"(/zebra: unknown key "zebra"; known: "a", "b")"}},
      {R"({"additionalProperties":false})", R"({"zebra":1})", {R"(/zebra: unknown key "zebra"; no key is known here)"}},
      {R"({"required":["model"]})", "{}", {R"(required key "model" is missing)"}},
      {R"({"required":["model"],"properties":{"model":{"type":"string"}}})",
       "{}",
       {R"(required key "model" is missing; it is a string)"}},
      {R"({"additionalProperties":false,"required":["model"],"properties":{"model":{}}})",
       R"({"modle":1})",
       {R"(/modle: unknown key "modle"; did you mean "model"?)"}},
      {R"({"properties":{"p":{"enum":["all","cascade"]}}})",
       R"({"p":"al"})",
       {R"(/p: "p" is "al", not one of "all", "cascade"; did you mean "all"?)"}},
      {R"({"properties":{"p":{"const":1}}})", R"({"p":2})", {R"(/p: "p" is 2, not 1)"}},
      {R"({"properties":{"s":{"minLength":1}}})", R"({"s":""})", {R"(/s: "s" is empty)"}},
      {R"({"properties":{"s":{"maxLength":2}}})",
       R"({"s":"ééé"})",
       {R"(/s: "s" has 3 characters, more than its maximum of 2)"}},
      {R"({"properties":{"s":{"pattern":"^[a-z]+$","x-says":"lower-case letters"}}})",
       R"({"s":"A"})",
       {R"(/s: "s" is "A", not lower-case letters)"}},
      {R"({"properties":{"s":{"pattern":"^a"}}})",
       R"({"s":"b"})",
       {R"(/s: "s" is "b", not text that matches the pattern "^a")"}},
      {R"({"properties":{"k":{"type":"string","format":"troupe-secret","pattern":"^sk-"}}})",
       R"({"k":"hush"})",
       {R"(/k: "k" is a string, not text that matches the pattern "^sk-")"}},
      {R"({"properties":{"k":{"type":"string","format":"troupe-secret"}}})",
       R"({"k":12345})",
       {R"(/k: "k" is a number, not a string)"}},
      {R"({"properties":{"g":{"items":{"type":"string"}}}})",
       R"({"g":["a",5]})",
       {R"(/g/1: an item of "g" is 5, not a string)"}},
      {R"({"properties":{"g":{"minItems":1}}})", R"({"g":[]})", {R"(/g: "g" is empty)"}},
      {R"({"properties":{"g":{"uniqueItems":true}}})",
       R"({"g":["a","b","a","a"]})",
       {R"(/g: "g" holds "a" more than once)"}},
      {R"({"properties":{"g":{"contains":{"const":1}}}})",
       R"({"g":[2]})",
       {R"(/g: "g" holds no item of the kind that it needs)"}},
      {R"({"properties":{"x":{"anyOf":[{"type":"string"},{"type":"array"}]}}})",
       R"({"x":5})",
       {R"(/x: "x" is 5, not a string or an array)"}},
      {R"({"properties":{"x":{"anyOf":[{"type":"string"},{"type":"object","required":["from"]}]}}})",
       R"({"x":{}})",
       {R"(/x: required key "from" is missing)"}},
      {R"({"properties":{"x":{"oneOf":[{"minimum":1},{"maximum":5}]}}})",
       R"({"x":3})",
       {R"(/x: "x" fits more than one of its forms)"}},
      {R"({"properties":{"x":{"not":{"const":1}}}})", R"({"x":1})", {R"(/x: "x" is 1, which is not allowed)"}},
      {R"({"dependencies":{"a":["b"]}})", R"({"a":1})", {R"("a" needs "b" beside it)"}},
      {R"({"if":{"required":["a"]},"then":{"required":["b"]}})", R"({"a":1})", {R"(required key "b" is missing)"}},
      {R"({"propertyNames":{"pattern":"^[a-z]+$"}})",
       R"({"A/B":1})",
       {R"(/A~1B: key "A/B" is "A/B", not text that matches the pattern "^[a-z]+$")"}},
      {R"({"patternProperties":{"^n_":{"type":"number"}},"additionalProperties":false})",
       R"({"n_a":"x","b":1})",
       {R"(/n_a: "n_a" is "x", not a number)", R"(/b: unknown key "b"; no key is known here)"}},
      {R"({"definitions":{"p":{"type":"string"}},"properties":{"a":{"$ref":"#/definitions/p"}}})",
       R"({"a":1})",
       {R"(/a: "a" is 1, not a string)"}},
  }));
  CAPTURE(schema_text, value);
  CHECK(lines(schema(schema_text).check(json(value))) == expected);
}

TEST_CASE("all mistakes come at once, below the given pointer", "[schema]") {
  const auto s = schema(R"({"type":"object","additionalProperties":false,"required":["a"],
    "properties":{"a":{"type":"string"},"b":{"maximum":1}}})");
  CHECK(lines(s.check(json(R"({"b":2,"colour":1})"), "/nodes/x/options")) ==
        Lines{R"(/nodes/x/options/b: "b" is 2, more than its maximum 1)",
              R"(/nodes/x/options/colour: unknown key "colour"; known: "a", "b")",
              R"(/nodes/x/options: required key "a" is missing; it is a string)"});
}

TEST_CASE("patterns and formats count where a branch decides", "[schema]") {
  using Row = std::tuple<std::string, std::string>;
  const auto [schema_text, value] = GENERATE(values<Row>({
      {R"({"not":{"pattern":"^a"}})", R"("b")"},
      {R"({"oneOf":[{"pattern":"^a"},{"pattern":"^b"}]})", R"("b")"},
      {R"({"if":{"pattern":"^a"},"then":{"minLength":5}})", R"("b")"},
      {R"({"anyOf":[{"type":"string","format":"troupe-path"},{"type":"null"}]})", "null"},
  }));
  CAPTURE(schema_text);
  CHECK(lines(schema(schema_text).check(json(value))).empty());
}

TEST_CASE("integers of 64 bits are compared exactly", "[schema]") {
  using Row = std::tuple<std::string, std::string, bool>;
  const auto [schema_text, value, fits] = GENERATE(values<Row>({
      {R"({"maximum":9007199254740992})", "9007199254740993", false},
      {R"({"maximum":9007199254740993})", "9007199254740993", true},
      {R"({"type":"integer","maximum":10})", "18446744073709551615", false},
      {R"({"maximum":10})", "18446744073709551615", false},
      {R"({"minimum":0})", "18446744073709551615", true},
      {R"({"type":"integer"})", "9223372036854775808", false},
      {R"({"type":"integer"})", "-9223372036854775808", true},
  }));
  CAPTURE(schema_text, value);
  CHECK(schema(schema_text).check(json(value)).empty() == fits);
}

TEST_CASE("values that no text gives are refused as well", "[schema]") {
  const auto s = schema(R"({"properties":{"x":{"type":"number"}}})");
  rapidjson::Document value(rapidjson::kObjectType);
  value.AddMember("x", std::numeric_limits<double>::quiet_NaN(), value.GetAllocator());
  CHECK(lines(s.check(value)) == Lines{R"(/x: "x" is no finite number)"});

  rapidjson::Document deep;
  deep.SetArray();
  for (int i = 0; i < 100; ++i) {
    rapidjson::Value outer(rapidjson::kArrayType);
    outer.PushBack(static_cast<rapidjson::Value&>(deep), deep.GetAllocator());
    static_cast<rapidjson::Value&>(deep) = outer;
  }
  CHECK(lines(s.check(deep)) == Lines{"the value is nested deeper than the limit of 64 levels"});
}

TEST_CASE("a schema with mistakes does not compile", "[schema]") {
  using Row = std::tuple<std::string, Lines>;
  const auto [text, expected] = GENERATE(values<Row>({
      {"5", {"is no schema: a schema is an object, true or false"}},
      {R"({"maximun":1})", {R"(unknown keyword "maximun"; did you mean "maximum"?)"}},
      {R"({"type":"text"})",
       {R"(/type: unknown type "text"; known: "string", "number", "integer", "boolean", "object", "array", "null")"}},
      {R"({"maximum":"2"})", {R"(/maximum: "maximum" must be a number)"}},
      {R"({"multipleOf":0})", {R"(/multipleOf: "multipleOf" must be a positive integer)"}},
      {R"({"properties":{"a":{"minLength":-1}}})",
       {R"(/properties/a/minLength: "minLength" must be an integer of 0 or more)"}},
      {R"({"pattern":"("})", {R"(/pattern: the pattern "(" is no regular expression)"}},
      {R"({"format":"troupe-secrt"})", {R"(/format: unknown format "troupe-secrt"; did you mean "troupe-secret"?)"}},
      {R"({"$ref":"http://example.org/s.json"})",
       {R"(/$ref: the reference "http://example.org/s.json" leaves this schema; refer to "#/definitions/NAME")"}},
      {R"({"$ref":"#/definitions/x"})", {R"(/$ref: the reference "#/definitions/x" leads nowhere)"}},
      {R"({"$ref":"#"})", {"the schema refers to itself without end"}},
      {R"({"anyOf":[{"not":{"$ref":"#"}}]})", {"the schema refers to itself without end"}},
      {R"({"properties":{"a":{"type":"integer","default":"x"}}})",
       {R"(/properties/a/default: "default" is "x", not an integer)"}},
      {R"({"x-anything":1,"required":"a","enum":[]})",
       {R"(/required: "required" must be an array of strings)",
        R"(/enum: "enum" must be an array with at least one value)"}},
  }));
  CAPTURE(text);
  std::vector<Problem> problems;
  CHECK_FALSE(JsonSchema::compile(text, problems).has_value());
  CHECK(lines(problems) == expected);
}

TEST_CASE("a schema may refer to itself through the value", "[schema]") {
  const auto s = schema(R"({"properties":{"kids":{"type":"array","items":{"$ref":"#"}},"n":{"type":"integer"}}})");
  CHECK(lines(s.check(json(R"({"kids":[{"kids":[{"n":"x"}]}]})"))) ==
        Lines{R"(/kids/0/kids/0/n: "n" is "x", not an integer)"});
}

TEST_CASE("a schema made to branch without end is given up, not followed", "[schema]") {
  std::string text = R"({"definitions":{"d0":{"type":"string"})";
  for (int i = 1; i < 40; ++i) {
    const auto below = R"({"$ref":"#/definitions/d)" + std::to_string(i - 1) + "\"}";
    text += ",\"d" + std::to_string(i) + R"(":{"oneOf":[)" + below + "," + below + "]}";
  }
  text += R"(},"$ref":"#/definitions/d39"})";
  CHECK_FALSE(schema(text).check(json("\"x\"")).empty());
}

TEST_CASE("defaults are filled in, also below defaults", "[schema]") {
  using Row = std::tuple<std::string, std::string, std::string>;
  const auto [schema_text, value, expected] = GENERATE(values<Row>({
      {R"({"properties":{"a":{"default":1},"b":{"default":2},"c":{}}})", R"({"b":7})", R"({"b":7,"a":1})"},
      {R"({"properties":{"o":{"properties":{"a":{"default":1}}}}})", "{}", "{}"},
      {R"({"properties":{"o":{"default":{},"properties":{"a":{"default":1}}}}})", "{}", R"({"o":{"a":1}})"},
      {R"({"properties":{"l":{"items":{"properties":{"a":{"default":1}}}}}})", R"({"l":[{},{"a":2}]})",
       R"({"l":[{"a":1},{"a":2}]})"},
      {R"({"definitions":{"d":{"default":3}},"properties":{"a":{"$ref":"#/definitions/d"}}})", "{}", R"({"a":3})"},
      {R"({"properties":{"a":{"default":1}}})", "[]", "[]"},
  }));
  CAPTURE(schema_text, value);
  auto document = json(value);
  schema(schema_text).fillDefaults(document, document.GetAllocator());
  CHECK(troupe::toJson(document) == expected);
}
