#include <catch2/catch.hpp>
#include <string>
#include <utility>

#include "document.hpp"
#include "readability.hpp"
#include "syllables.hpp"

using namespace troupe::text;

// The words and counts are those of textstat's own tests (github.com/textstat/textstat).
TEST_CASE("syllables: the published vectors of textstat", "[scorer][text]") {
  const auto [word, expected] = GENERATE(values<std::pair<std::string, int>>({
      {"solve", 1},    {"drive", 1},       {"float", 1},       {"maid", 1},          {"stage", 1},
      {"at", 1},       {"cave", 1},        {"us", 1},          {"too", 1},           {"him", 1},
      {"he", 1},       {"life", 1},        {"day's", 1},       {"through", 1},       {"the", 1},
      {"hello", 2},    {"despise", 2},     {"polite", 2},      {"frighten", 2},      {"upset", 2},
      {"manage", 2},   {"faeries", 2},     {"relived", 2},     {"couple", 2},        {"enriched", 2},
      {"without", 2},  {"cupboards", 2},   {"marriage", 2},    {"dividend", 3},      {"communist", 3},
      {"exposure", 3}, {"occupy", 3},      {"champion", 3},    {"addicted", 3},      {"strikebreaker", 3},
      {"creative", 3}, {"every", 3},       {"forgotten", 3},   {"sentences", 3},     {"songwriter", 3},
      {"removing", 3}, {"diplomatic", 4},  {"stereotype", 4},  {"celebration", 4},   {"cemetery", 4},
      {"monopoly", 4}, {"stimulating", 4}, {"sensitivity", 5}, {"interpersonal", 5},
  }));
  CAPTURE(word);
  CHECK(countSyllables(word) == expected);
}

TEST_CASE("syllables: words of stories", "[scorer][text]") {
  const auto [word, expected] = GENERATE(values<std::pair<std::string, int>>({
      {"walked", 1},    {"smiled", 1},  {"eyes", 1},      {"don't", 1},   {"they'd", 1},     {"b", 1},
      {"7", 1},         {"", 1},        {"wanted", 2},    {"opened", 2},  {"table", 2},      {"something", 2},
      {"sometimes", 2}, {"lovely", 2},  {"yellow", 2},    {"player", 2},  {"quiet", 2},      {"didn't", 2},
      {"whispered", 2}, {"wishes", 2},  {"people", 2},    {"queen", 1},   {"cruel", 2},      {"poem", 2},
      {"being", 2},     {"violin", 3},  {"agreement", 3}, {"element", 3}, {"various", 3},    {"family", 3},
      {"usual", 3},     {"stadium", 3}, {"idea", 3},      {"prism", 2},   {"mysterious", 4},
  }));
  CAPTURE(word);
  CHECK(countSyllables(word) == expected);
}

TEST_CASE("Flesch-Kincaid: textstat's short vector, and the formula", "[scorer][text]") {
  CHECK(fleschKincaidGrade(readDocument("Cool dogs wear da sunglasses.")) == Approx(2.88).margin(.0005));
  CHECK(fleschKincaidGrade(100, 5, 150) == Approx(.39 * 20 + 11.8 * 1.5 - 15.59));
  CHECK(fleschKincaidGrade(readDocument("")) == 0);
  CHECK(countSyllables(readDocument("Where the dog at?")) == 4);
}
