#include "support/json_text.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

using troupe::parseJson;
using troupe::Problem;

TEST_CASE("text that is no acceptable JSON gives one sentence with its place", "[json]") {
  using Row = std::tuple<std::string, std::string, std::string>;
  const auto [name, text, expected] = GENERATE(values<Row>({
      {"empty", "", ":1:1: it is no JSON: The document is empty."},
      {"cut", "{\n  \"a\": ", ":2:8: it is no JSON: Invalid value."},
      {"a second value", "{} {}", ":1:4: it is no JSON: The document root must not be followed by other values."},
      {"not UTF-8", "\"\xff\"", ":1:2: it is no JSON: Invalid encoding in string."},
      {"column in code points", "[\"é\", x]", ":1:7: it is no JSON: Invalid value."},
      {"key twice", R"({"a":{"b":1,"b":2}})", ": /a: key \"b\" is there twice; keep one of them"},
      {"65 levels", std::string(65, '[') + std::string(65, ']'), ": it is nested deeper than the limit of 64 levels"},
      {"a million levels", std::string(1'000'000, '['), ": it is nested deeper than the limit of 64 levels"},
      {"17 MiB", std::string(17u << 20, ' '), ": it has 17825792 bytes, more than the limit of 16 MiB"},
  }));
  CAPTURE(name);
  std::vector<Problem> problems;
  CHECK_FALSE(parseJson(text, problems).has_value());
  REQUIRE(problems.size() == 1);
  CHECK(troupe::format("f", problems[0]) == "f" + expected);
}

TEST_CASE("64 levels, brackets in strings and every number are read", "[json]") {
  const auto text = GENERATE(as<std::string>(), std::string(64, '[') + std::string(64, ']'),
                             "[\"" + std::string(100, '[') + "\"]", R"(["\"[[", 18446744073709551615, 1e308, -0.0])");
  std::vector<Problem> problems;
  CHECK(parseJson(text, problems).has_value());
  CHECK(problems.empty());
}

TEST_CASE("quoted text shows what a terminal would not", "[json]") {
  CHECK(troupe::quoted("a\n\x1b[31m") == "\"a\\n\\x1b[31m\"");
  CHECK(troupe::quoted("ääää", 3) == "\"ää…\"");
}
