#include "expander.hpp"

#include <catch2/catch.hpp>
#include <stdexcept>
#include <string>
#include <tuple>

#include "english.hpp"

using namespace troupe::storyteller;

namespace {

Scope cast() {
  Scope scope;
  scope.set("hero", "Ada");
  scope.set("thing", "old umbrella");
  scope.set("role", "unicorn keeper");
  return scope;
}

std::string told(std::string_view text, Style style = Style::kSpare, double detail = 0, std::uint64_t seed = 1) {
  const Scope scope = cast();
  Random random(seed);
  std::string out;
  Expander(scope, random, style, detail).sentence(text, out);
  return out;
}

}  // namespace

TEST_CASE("expander fills in names, articles and capitals", "[storyteller]") {
  using Row = std::tuple<std::string, std::string>;
  const auto [text, expected] = GENERATE(values<Row>({
      {"{hero} waited.", "Ada waited."},
      {"with {a thing}", "With an old umbrella"},
      {"{a role} came. {A thing} fell. {Thing}!", "A unicorn keeper came. An old umbrella fell. Old umbrella!"},
      {"one\n   line", "One line"},
      {"end. // \"Next,\" she said.", "End.\n\n\"Next,\" she said."},
      {"one[ | ], two", "One, two"},
      {"\"quoted\"", "\"Quoted\""},
  }));
  CHECK(told(text) == expected);
}

TEST_CASE("expander takes the part of the voice's style", "[storyteller]") {
  const std::string text = "rain <fell|came [softly|softly]|overdid it>.";
  CHECK(told(text, Style::kSpare) == "Rain fell.");
  CHECK(told(text, Style::kLyrical) == "Rain came softly.");
  CHECK(told(text, Style::kPlayful) == "Rain overdid it.");
}

TEST_CASE("expander keeps or drops details without leaving a hole", "[storyteller]") {
  CHECK(told("He sat. %He sighed.% He left.", Style::kSpare, 0) == "He sat. He left.");
  CHECK(told("He sat. %He sighed.% He left.", Style::kSpare, 1) == "He sat. He sighed. He left.");
  CHECK(told("\"Go. %Now.%\"", Style::kSpare, 0) == "\"Go.\"");
  CHECK(told("He sat. %He sighed.%", Style::kSpare, 0) == "He sat.");
}

TEST_CASE("expander chooses all parts sooner or later, and the same one for the same seed", "[storyteller]") {
  bool seen[3] = {};
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    const std::string word = told("[a|b|c]", Style::kSpare, 0, seed);
    CHECK(word == told("[a|b|c]", Style::kSpare, 0, seed));
    seen[word.front() - 'A'] = true;
  }
  CHECK((seen[0] && seen[1] && seen[2]));
}

TEST_CASE("expander refuses what it cannot expand", "[storyteller]") {
  const auto text = GENERATE("{nobody}", "{hero", "[one|two", "a %detail");
  CAPTURE(text);
  CHECK_THROWS_AS(told(text), std::logic_error);
}

TEST_CASE("articleFor goes by sound", "[storyteller]") {
  using Row = std::tuple<std::string, std::string>;
  const auto [word, expected] = GENERATE(values<Row>({{"umbrella", "an"},
                                                      {"unicorn", "a"},
                                                      {"hour", "an"},
                                                      {"house", "a"},
                                                      {"honest man", "an"},
                                                      {"one-eyed cat", "a"},
                                                      {"Old key", "an"},
                                                      {"useful tool", "a"},
                                                      {"heiress", "an"},
                                                      {"ewe", "a"}}));
  CAPTURE(word);
  CHECK(articleFor(word) == expected);
}

TEST_CASE("countWords counts runs between white space", "[storyteller]") {
  CHECK(countWords("") == 0);
  CHECK(countWords("  one\n\ntwo three ") == 3);
}
