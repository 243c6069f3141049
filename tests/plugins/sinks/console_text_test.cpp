#include "text.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

using namespace troupe::console;

TEST_CASE("columns of text", "[console]") {
  const auto [text, expected] = GENERATE(table<std::string, int>({
      {"", 0},
      {"abc", 3},
      {"caf\u00e9", 4},
      {"\u7269\u8a9e", 4},
      {"e\u0301", 1},
      {"\U0001F680", 2},
      {"\u2588\u2591", 2},
      {"\xff", 1},
  }));
  CAPTURE(text);
  CHECK(columns(text) == expected);
}

TEST_CASE("a model's text cannot steer the terminal", "[console]") {
  const auto [text, expected] = GENERATE(table<std::string, std::string>({
      {"\x1b[2J\x1b[Hgone", "[2J[Hgone"},
      {"\x1b]0;title\x07", "]0;title"},
      {"\xc2\x9b"
       "31m",
       "31m"},
      {"a\rb", "a b"},
      {"a\r\nb\tc", "a b c"},
      {std::string("a\0b", 3), "ab"},
      {"a\bb\x7f"
       "c",
       "abc"},
      {"\xe2\x80\xae"
       "drawkcab",
       "drawkcab"},
      {"cut \xe7\x89", "cut \ufffd\ufffd"},
      {"caf\u00e9 \u7269", "caf\u00e9 \u7269"},
  }));
  CHECK(clean(text) == expected);
}

TEST_CASE("line feeds of a story stay", "[console]") {
  CHECK(clean("one\r\ntwo\n\nthree\x1b", true) == "one\ntwo\n\nthree");
}

TEST_CASE("text is cut between characters, and the cut is marked", "[console]") {
  CHECK(fit("fantasy", 7) == "fantasy");
  CHECK(fit("fantasy", 4) == "fan\u2026");
  CHECK(fit("fantasy", 4, "~") == "fan~");
  CHECK(fit("\u7269\u8a9e\u7269", 5) == "\u7269\u8a9e\u2026");
  CHECK(fit("\u7269\u8a9e\u7269", 4) == "\u7269\u2026");
  CHECK(fit("fantasy", 1) == "f");
  CHECK(fit("fantasy", 0).empty());
}

TEST_CASE("text is wrapped at blanks", "[console]") {
  using Lines = std::vector<std::string>;
  CHECK(wrap("one two three", 7) == Lines{"one two", "three"});
  CHECK(wrap("one  two", 20) == Lines{"one two"});
  CHECK(wrap("extraordinary", 5) == Lines{"extra", "ordin", "ary"});
  CHECK(wrap("a\n\nb", 5) == Lines{"a", "", "b"});
  CHECK(wrap("\u7269\u8a9e\u7269\u8a9e", 5) == Lines{"\u7269\u8a9e", "\u7269\u8a9e"});
  CHECK(wrap("\u7269\u8a9e", 1) == Lines{"\u7269", "\u8a9e"});
  CHECK(wrap("", 5) == Lines{""});
}
