#include <catch2/catch.hpp>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "document.hpp"
#include "utf8.hpp"

using namespace troupe::text;

namespace {

std::vector<std::string> words(const Document& document) {
  std::vector<std::string> out;
  for (const auto& word : document.words) out.emplace_back(document.word(word));
  return out;
}

}  // namespace

TEST_CASE("document: words", "[scorer][text]") {
  using Row = std::pair<std::string, std::vector<std::string>>;
  const auto [text, expected] = GENERATE(values<Row>({
      {"", {}},
      {"  \n\t ", {}},
      {"...!?", {}},
      {"The cat's 9 lives", {"the", "cat's", "9", "lives"}},
      {"don\xE2\x80\x99t 'quote'", {"don't", "quote"}},
      {"moon-lit\xE2\x80\x94night", {"moon", "lit", "night"}},
      {"\xC3\x84RGER Stra\xC3\x9F"
       "e \xD0\x94\xD0\x9E\xD0\x9C",
       {"\xC3\xA4rger",
        "stra\xC3\x9F"
        "e",
        "\xD0\xB4\xD0\xBE\xD0\xBC"}},
      {"\xE6\x98\xA5\xE5\xA4\xA9", {"\xE6\x98\xA5", "\xE5\xA4\xA9"}},
      {"a\xFFz \xC3(", {"a", "z"}},
  }));
  CAPTURE(text);
  CHECK(words(readDocument(text)) == expected);
}

TEST_CASE("document: sentences", "[scorer][text]") {
  using Row = std::pair<std::string, std::size_t>;
  const auto [text, expected] = GENERATE(values<Row>({
      {"", 0},
      {"no mark", 1},
      {"One. Two! Three? Four\xE2\x80\xA6", 4},
      {"\"Stop!\" he said. \"Why?\" she asked.", 2},
      {"Mr. Bell met Dr. J. Fox at St. Ives. They ate.", 2},
      {"He waited ... and left.", 1},
      {"It was 3.14 metres.", 1},
      {"A title\n\nThe text", 2},
      {"A line\nthat goes on.", 1},
      {"?! ... !", 0},
      {"\xE6\x98\xA5\xE3\x80\x82\xE5\xA4\xA9\xE3\x80\x82", 2},
  }));
  CAPTURE(text);
  CHECK(readDocument(text).sentences.size() == expected);
}

TEST_CASE("document: counts", "[scorer][text]") {
  const auto d = readDocument(" # One...\n\n\xE2\x80\xA2 two\n- 3 \xFF\n\nOne\xE2\x80\xA6 ");
  CHECK(d.hashes == 1);
  CHECK(d.ellipses == 2);
  CHECK(d.lines.size() == 4);
  CHECK(d.paragraphs.size() == 3);
  CHECK(d.bullet_lines == 2);
  CHECK(d.ellipsis_lines == 2);
  CHECK(d.chunks == 8);
  CHECK(d.chunks_with_letter == 3);
  CHECK(d.ill_formed == 1);
  CHECK(d.letters == 9);
  CHECK(d.chars == 27);
  CHECK(d.complete);
  CHECK_FALSE(readDocument("cut in the mid").complete);
  CHECK(readDocument("quoted.\"  ").complete);
}

TEST_CASE("document: a word is adjacent when only space stands before it", "[scorer][text]") {
  const auto d = readDocument("one two, three\nfour");
  REQUIRE(d.words.size() == 4);
  CHECK_FALSE(d.words[0].adjacent);
  CHECK(d.words[1].adjacent);
  CHECK_FALSE(d.words[2].adjacent);
  CHECK(d.words[3].adjacent);
}

TEST_CASE("document: words of one family share their stem", "[scorer][text]") {
  using Row = std::tuple<std::string, std::string, bool>;
  const auto [a, b, same] = GENERATE(values<Row>({{"lantern", "lanterns", true},
                                                  {"witch", "witches", true},
                                                  {"story", "stories", true},
                                                  {"stop", "stopped", true},
                                                  {"stop", "stopping", true},
                                                  {"bake", "baking", true},
                                                  {"knight", "knight's", true},
                                                  {"quiet", "quietly", true},
                                                  {"glass", "glasses", true},
                                                  {"ghost", "goat", false},
                                                  {"sing", "s", false},
                                                  {"red", "r", false}}));
  CAPTURE(a, b);
  CHECK((stemOf(a) == stemOf(b)) == same);
}

TEST_CASE("utf8: ill-formed bytes are read one at a time, never past the end", "[scorer][text]") {
  const auto text = GENERATE(values<std::string>(
      {"\x80", "\xC3", "\xC0\x80", "\xE2\x82", "\xED\xA0\x80", "\xF0\x9F\x98", "\xF5\x80\x80\x80", "\xFF\xFE"}));
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto point = decode(text, at);
    CHECK(point.value == kIllFormed);
    CHECK(point.bytes == 1);
  }
  CHECK(decode("\xF0\x9F\x98\x80", 0).value == 0x1F600);
  CHECK(decode("\xF0\x9F\x98\x80", 0).bytes == 4);
}
