// How a judge's words are read.
#include <catch2/catch.hpp>

#include "../support/answer_scan.hpp"
#include "../support/judged_text.hpp"
#include "../support/rating.hpp"
#include "pairs.hpp"

using namespace troupe::judging;

namespace {

const Rubric kWhole{"r", {}};
const Rubric kParts{"r", {{"plot", "", 1}, {"style", "", 3}}};

}  // namespace

TEST_CASE("a rating is read however it is wrapped", "[judge]") {
  for (const auto* answer : {R"({"reason":"fine","rating":7})", R"({"rating":"7"})", R"({"rating":"7/10"})",
                             R"({"score":7.0})", "```json\n{\"reason\": \"a } in { it\", \"rating\": 7}\n```\n",
                             "Here is what I think: {\"rating\": 7} - thanks", "It holds together. [[7]]", "[[ 7/10 ]]",
                             "Rating: 7/10", "**Rating:** 7", "**Overall rating: 7 out of 10**", "My rating is 7.",
                             "rating = 7\nscore: 7/10", "[[7]] and once more [[7]]"}) {
    CAPTURE(answer);
    const auto read = readRating(kWhole, answer);
    CAPTURE(read.why_not);
    REQUIRE(read.rating);
    CHECK(read.rating->overall == 7);
  }
  CHECK(readRating(kWhole, "[[7.5]]").rating->overall == 7.5);
  CHECK(readRating(kWhole, R"({"reason":"Good\nprose.","rating":9})").rating->reason == "Good prose.");
}

TEST_CASE("what is no rating is none: never a guess or a clamp", "[judge]") {
  struct Row {
    const char* answer;
    const char* why;
  };
  for (const auto& row : std::initializer_list<Row>{{"", "has no rating"},
                                                    {"A fine story.", "has no rating"},
                                                    {"I would rate it between 1 and 10.", "has no rating"},
                                                    {"Rating: 1-10", "has no rating"},
                                                    {"Rating: 1 to 10", "has no rating"},
                                                    {"Rating: 70%", "has no rating"},
                                                    {R"({"reason":"nothing else"})", "has no rating"},
                                                    {R"({"rating":null})", "has no rating"},
                                                    {R"({"rating":7)", "has no rating"},
                                                    {R"({"rating":11})", "11 is not within 1 and 10"},
                                                    {R"({"rating":0})", "0 is not within 1 and 10"},
                                                    {R"({"rating":-3})", "-3 is not within 1 and 10"},
                                                    {R"({"rating":1e9})", "is not within 1 and 10"},
                                                    {R"({"rating":true})", "is no number"},
                                                    {R"({"rating":"seven"})", "is no number on a scale of ten"},
                                                    {"[[11]]", "11 is not within 1 and 10"},
                                                    {"[[rating]]", "is no number on a scale of ten"},
                                                    {"Rating: 70/100", "is no number on a scale of ten"},
                                                    {"Rating: -2", "-2 is not within 1 and 10"},
                                                    {"[[7]] or rather [[8]]", "contradict each other"},
                                                    {"Rating: 3/10 ... Rating: 9/10", "contradict each other"},
                                                    {"[[4]] Rating: 9", "contradict each other"},
                                                    {R"({"rating":3} {"rating":10})", "contradict each other"}}) {
    CAPTURE(row.answer);
    const auto read = readRating(kWhole, row.answer);
    CHECK_FALSE(read.rating);
    CAPTURE(read.why_not);
    CHECK(read.why_not.find(row.why) != std::string::npos);
  }
}

TEST_CASE("criteria make the overall rating by their weights", "[judge]") {
  const auto read = readRating(kParts, R"({"reason":"r","ratings":{"plot":4,"style":8}})");
  REQUIRE(read.rating);
  CHECK(read.rating->overall == 7);
  CHECK(read.rating->criteria == std::vector<double>{4, 8});
  CHECK(readRating(kParts, R"({"style":8,"plot":4})").rating->overall == 7);
  CHECK(readRating(kParts, "[[6]]").rating->criteria.empty());
  CHECK(readRating(kParts, R"({"ratings":{"plot":4}})").why_not == "the judge did not rate \"style\"");
  CHECK(readRating(kParts, R"({"ratings":{"plot":4,"style":12}})").why_not ==
        "the judge's rating of style 12 is not within 1 and 10");
  CHECK_FALSE(readRating(kParts, R"({"ratings":{"plot":4,"style":8}} {"ratings":{"plot":9,"style":9}})").rating);
}

TEST_CASE("any bytes are read without harm", "[judge]") {
  std::uint64_t state = 42;
  const std::string pieces[] = {"{", "}", "[[", "]]", "\"", "\\", "rating", ":", "7", "/10", " ", "\xff", "-", "1e999"};
  for (int round = 0; round < 3000; ++round) {
    std::string text;
    for (int i = 0; i < 24; ++i) {
      state = state * 6364136223846793005ULL + 1442695040888963407ULL;
      text += pieces[(state >> 33) % std::size(pieces)];
    }
    const auto read = readRating(round % 2 == 0 ? kWhole : kParts, text);
    CHECK(read.rating.has_value() == read.why_not.empty());
    if (read.rating) CHECK((read.rating->overall >= 1 && read.rating->overall <= 10));
    readChoice(text);
  }
  CHECK_FALSE(readRating(kWhole, std::string(1u << 20, '{')).rating);
  CHECK_FALSE(readRating(kWhole, std::string(1u << 20, '[')).rating);
}

TEST_CASE("a choice is read from brackets or JSON", "[judge]") {
  CHECK(readChoice("I prefer it. [[A]]").choice == Choice::first);
  CHECK(readChoice(R"({"reason":"better","winner":"B"})").choice == Choice::second);
  CHECK(readChoice("[[C]]").choice == Choice::tie);
  CHECK(readChoice(R"(```json
{"winner":"tie"}
```)")
            .choice == Choice::tie);
  CHECK(readChoice("[[A]] no: [[B]]").why_not == "the judge's choices contradict each other");
  CHECK(readChoice("Both are fine.").why_not.find("names no winner") != std::string::npos);
  CHECK_FALSE(readChoice(R"({"winner":"D"})").choice);
}

TEST_CASE("pairs meet every text about as often", "[judge]") {
  CHECK(pairsOf(0, 9, 1).empty());
  CHECK(pairsOf(1, 9, 1).empty());
  CHECK(pairsOf(2, 9, 5) == std::vector<Pair>{{0, 1}});
  for (std::size_t count = 2; count <= 9; ++count) {
    CHECK(pairsOf(count, 1000, 3).size() == count * (count - 1) / 2);
    const auto some = pairsOf(count, count, 3);
    std::vector<int> meetings(count);
    for (const auto& pair : some) {
      CHECK(pair.first < pair.second);
      ++meetings[pair.first];
      ++meetings[pair.second];
    }
    const auto [least, most] = std::minmax_element(meetings.begin(), meetings.end());
    CHECK(*most - *least <= 1);
  }
}

TEST_CASE("a long text is shown by its head and its tail", "[judge]") {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "ä";
  CHECK(excerpt(text, 1000) == text);
  const auto cut = excerpt("<" + text + ">", 300);
  CHECK(cut.front() == '<');
  CHECK(cut.back() == '>');
  CHECK(cut.find("[… 702 characters left out …]") != std::string::npos);
  CHECK(oneLine("a\n\n b\t\x01 c ") == "a b c");
  CHECK(oneLine("ääää", 5) == "ää…");
}
