#include "config/json_text.hpp"

#include <catch2/catch.hpp>
#include <tuple>

using namespace troupe;
using namespace troupe::config;

namespace {

std::string report(const std::vector<Problem>& problems) {
  std::string text;
  for (const auto& problem : problems) text += (text.empty() ? "" : "\n") + format("f", problem);
  return text;
}

std::string reportOf(std::string_view text) {
  std::vector<Problem> problems;
  const auto read = JsonText::parse(std::string(text), problems);
  CHECK(read.has_value() == problems.empty());
  return report(problems);
}

JsonText parsed(std::string_view text) {
  std::vector<Problem> problems;
  auto read = JsonText::parse(std::string(text), problems);
  INFO(report(problems));
  REQUIRE(read.has_value());
  return std::move(*read);
}

std::string slice(const JsonText& json, const std::optional<Span>& span) {
  return span ? json.text().substr(span->begin, span->end - span->begin) : "nothing";
}

}  // namespace

TEST_CASE("the reader takes JSON with comments and trailing commas", "[config]") {
  const auto text =
      GENERATE(as<std::string>(), R"({"a":1})", "\xEF\xBB\xBF{\"a\":1}", "{\r\n\"a\": 1, // one\r\n}\r\n",
               "/* head */ { \"a\" /**/ : /* * */ 1 /**/ , /**/ } // tail", "{\"a\":1}//", "{\"\\u0061\":1}");
  CAPTURE(text);
  const auto json = parsed(text);
  REQUIRE(json.document().IsObject());
  REQUIRE(json.document().HasMember("a"));
  CHECK(json.document()["a"].GetInt() == 1);
}

TEST_CASE("the reader keeps values exactly", "[config]") {
  const auto json = parsed(R"([9223372036854775807, 18446744073709551615, -9223372036854775808, 0.1, 1e-400, -0.0,
                              "\ud83d\ude00 \u00e9 \"\\\/\b\f\n\r\t", "\u0000", true, null, [], {}, 1.0, 5e1])");
  const auto& list = json.document();
  CHECK(list[0].GetInt64() == INT64_MAX);
  CHECK(list[1].GetUint64() == UINT64_MAX);
  CHECK(list[2].GetInt64() == INT64_MIN);
  CHECK(list[3].GetDouble() == 0.1);
  CHECK(list[4].GetDouble() == 0.0);
  CHECK(list[5].IsDouble());
  CHECK(std::string(list[6].GetString()) == "\U0001F600 é \"\\/\b\f\n\r\t");
  CHECK(list[7].GetStringLength() == 1);
  CHECK(list[8].IsTrue());
  CHECK(list[9].IsNull());
  CHECK(list[10].Empty());
  CHECK(list[11].ObjectEmpty());
  CHECK(list[12].IsDouble());
  CHECK(list[13].IsDouble());
}

TEST_CASE("the reader says what is wrong, where, and what repairs it", "[config]") {
  const auto [text, expected] = GENERATE(table<std::string, std::string>({
      {"", "f: the file is empty; write a JSON object, from { to }"},
      {" \r\n\t", "f: the file is empty; write a JSON object, from { to }"},
      {"// nothing\n/* here */", "f: the file holds only comments; write a JSON object, from { to }"},
      {"{\"a\": 1\n \"b\": 2}", "f:2:2: a comma is missing before this"},
      {"[1 2\n3]", "f:1:4: a comma is missing before this\nf:2:1: a comma is missing before this"},
      {"{\"a\" 1}", "f:1:6: a colon is missing before this; write \"name\": value"},
      {"{\"a\": \"x\n}", "f:1:7: /a: unterminated string that begins here; close it with \""},
      {"{\"a", "f:1:2: unterminated string that begins here; close it with \""},
      {"{\"n\": {\"a\": 1,", "f:1:15: /n: the file ends inside the object that begins at 1:7; close it with }"},
      {"[1, [2", "f:1:7: /1: the file ends inside the list that begins at 1:5; close it with ]"},
      {"{\"a\":", "f:1:6: the file ends inside the object that begins at 1:1; close it with }"},
      {"[1, 2}", "f:1:6: unexpected \"}\"; first close the list that begins at 1:1"},
      {"[1],", "f:1:4: text after the end of the document; remove it, or one closing bracket before it"},
      {"[,]", "f:1:2: a value is missing before this \",\"; remove the comma, or write a value"},
      {"[1,,2]", "f:1:4: a value is missing before this \",\"; remove the comma, or write a value"},
      {"{\"a\": }", "f:1:7: a value is missing before this \"}\""},
      {"{,}", "f:1:2: unexpected \",\""},
      {"{name: 1, 'x': 2}",
       "f:1:2: a name without quotes; write \"name\"\nf:1:11: unexpected \"'\"; text needs double quotes"},
      {"{name",
       "f:1:2: a name without quotes; write \"name\"\n"
       "f:1:6: the file ends inside the object that begins at 1:1; close it with }"},
      {"[True, nope, nil]",
       "f:1:2: /0: unknown word True; did you mean true? Text needs double quotes\n"
       "f:1:8: /1: unknown word nope; text needs double quotes\n"
       "f:1:14: /2: unknown word nil; did you mean null? Text needs double quotes"},
      {"[NaN, -Infinity]",
       "f:1:2: /0: NaN is no JSON number; write a number\n"
       "f:1:7: /1: \"-Infinity\" is no JSON number; write it like 8, -0.5 or 1e3, or in double quotes if it is text"},
      {"[01]", "f:1:2: /0: \"01\" is no JSON number; write it like 8, -0.5 or 1e3, or in double quotes if it is text"},
      {"{\"n\": 123456789012345678901234567890}",
       "f:1:7: /n: the integer \"123456789012345678901234567890\" does not fit into 64 bits; write it with an exponent "
       "if it need not be exact"},
      {"[1e999]", "f:1:2: /0: the number \"1e999\" is too large; at most 1.7e308 can be stored"},
      {"{\"a\": 1, \"b\": {\"x\": 1, \"\\u0078\": 2}}",
       "f:1:24: /b/x: the name stands twice in this object; remove this one or the one at 1:16"},
      {"[\"\\ud800\"]",
       "f:1:3: /0: half of a surrogate pair; write the character itself, or both halves as \\uD83D\\uDE00"},
      {"[\"\\udc00x\"]",
       "f:1:3: /0: half of a surrogate pair; write the character itself, or both halves as \\uD83D\\uDE00"},
      {"[\"\\ud800\\ud800\"]",
       "f:1:3: /0: half of a surrogate pair; write the character itself, or both halves as \\uD83D\\uDE00"},
      {"[\"C:\\dir\"]", "f:1:5: /0: a backslash that begins no escape; write \\\\ for a backslash"},
      {"[\"\\u12\"]", "f:1:3: /0: \\u without four hexadecimal digits; write for example \\u00e9"},
      {"[\"a\tb\"]", "f:1:4: /0: a control character in a string; write it as an escape, a tab as \\t"},
      {"[\"é\xFF\"]", "f:1:4: the text is not valid UTF-8 here; save it as UTF-8"},
      {"[\"\xED\xA0\x80\"]", "f:1:3: the text is not valid UTF-8 here; save it as UTF-8"},
      {"\xFF\xFE{", "f:1:1: the text is not valid UTF-8 here; save it as UTF-8"},
      {"{\"a\": 1 /* never", "f:1:9: the comment that begins here is never closed; end it with */"},
      {"[1] # x", "f:1:5: text after the end of the document; remove it, or one closing bracket before it"},
      {"[ # x\n]", "f:1:3: unexpected \"#\"; comments begin with //"},
      {"[1,\t\t\"é\" x]", "f:1:10: unexpected \"x\""},
      {std::string("[\0]", 3), "f:1:2: unexpected character U+0000"},
      {"{\"a/b~\": {\"c\": [0, 1 2]}}", "f:1:22: /a~1b~0/c: a comma is missing before this"},
  }));
  CAPTURE(text);
  CHECK(reportOf(text) == expected);
}

TEST_CASE("the reader stops at its limits", "[config]") {
  const auto nested = [](std::size_t levels) { return std::string(levels, '[') + std::string(levels, ']'); };
  CHECK(reportOf(nested(64)).empty());
  CHECK(reportOf(nested(65)) == "f:1:65: " + [] {
    std::string place;
    for (int i = 0; i < 63; ++i) place += "/0";
    return place;
  }() + ": nested deeper than 64 levels");
  CHECK_THAT(reportOf(std::string(1'000'000, '[')), Catch::Contains("nested deeper than 64 levels"));
  CHECK_THAT(reportOf(std::string(1'000'000, '{')), Catch::Contains("f:1:2: unexpected \"{\""));
  CHECK(reportOf(std::string(kMaxBytes + 1, ' ')) == "f: the text has 16777217 bytes; at most 16777216 are read");

  std::string values = "[";
  for (std::size_t i = 0; i < kMaxValues; ++i) values += "1,";
  CHECK_THAT(reportOf(values + "]"), Catch::Contains("more than 1000000 values"));
  std::string missing = "[";
  for (int i = 0; i < 1000; ++i) missing += "1 ";
  const auto problems = reportOf(missing + "]");
  CHECK(std::count(problems.begin(), problems.end(), '\n') == 19);
}

TEST_CASE("a JSON pointer leads to the bytes of its value and its key", "[config]") {
  const auto json =
      parsed("{ // first\n \"a\": [10, {\"b\\u0063\": true}, ], \"x/y\": {\"\": \"é\"}, \"m~n\": {}, \"e\": [] }");
  const auto [pointer, value, key] = GENERATE(table<std::string, std::string, std::string>({
      {"/a", "[10, {\"b\\u0063\": true}, ]", "\"a\""},
      {"/a/0", "10", "nothing"},
      {"/a/1/bc", "true", "\"b\\u0063\""},
      {"/x~1y", "{\"\": \"é\"}", "\"x/y\""},
      {"/x~1y/", "\"é\"", "\"\""},
      {"/m~0n", "{}", "\"m~n\""},
      {"/e", "[]", "\"e\""},
      {"/a/2", "nothing", "nothing"},
      {"/a/01", "nothing", "nothing"},
      {"/a/x", "nothing", "nothing"},
      {"/a/0/b", "nothing", "nothing"},
      {"/none", "nothing", "nothing"},
      {"/e/0", "nothing", "nothing"},
      {"/a/99999999999", "nothing", "nothing"},
  }));
  CAPTURE(pointer);
  CHECK(slice(json, json.value(pointer)) == value);
  CHECK(slice(json, json.key(pointer)) == key);
}

TEST_CASE("a message points at the key, else the value, else what is around it", "[config]") {
  const auto json = parsed(R"({"a": {"b": [1, 2]}})");
  const auto [pointer, offset] = GENERATE(table<std::string, std::size_t>({
      {"", 0},
      {"/a", 1},
      {"/a/b", 7},
      {"/a/b/1", 16},
      {"/a/b/7", 7},
      {"/a/c/d", 1},
      {"/z", 0},
  }));
  CAPTURE(pointer);
  CHECK(json.offset(pointer) == offset);
}

TEST_CASE("a position counts code points and not the byte order mark", "[config]") {
  CHECK(LineIndex("ab\ncd").position(4).line == 2);
  CHECK(LineIndex("ab\ncd").position(4).column == 2);
  CHECK(LineIndex("\xEF\xBB\xBFx").position(3).column == 1);
  CHECK(LineIndex("é\U0001F600x").position(6).column == 3);
  CHECK(LineIndex("a\n").position(2).line == 2);
}

TEST_CASE("replacing a value keeps the comments", "[config]") {
  const std::string text = "{\n  // how many\n  \"samples\": 50, /* at once */ \"in_flight\": 8,\n}\n";
  std::vector<Problem> problems;
  CHECK(replaceValue(text, "/samples", "7", problems) ==
        "{\n  // how many\n  \"samples\": 7, /* at once */ \"in_flight\": 8,\n}\n");
  CHECK(replaceValue(text, "", "[]", problems) == "[]\n");
  CHECK(problems.empty());

  CHECK_FALSE(replaceValue(text, "/nothing", "7", problems).has_value());
  CHECK(report(problems) == "f:1:1: /nothing: there is no such value");
  problems.clear();
  CHECK_FALSE(replaceValue(text, "/samples", "7, \"x\": 8", problems).has_value());
  CHECK_FALSE(replaceValue("{", "/samples", "7", problems).has_value());
  CHECK(problems.size() == 2);
}
