#include <catch2/catch.hpp>
#include <limits>
#include <string>
#include <tuple>
#include <utility>

#include "diversity.hpp"
#include "fit.hpp"
#include "genres.hpp"
#include "language.hpp"
#include "length.hpp"
#include "overused.hpp"
#include "prose.hpp"
#include "quality.hpp"
#include "repetition.hpp"

using namespace troupe::text;

namespace {

std::string times(const std::string& piece, int n) {
  std::string out;
  for (int i = 0; i < n; ++i) out += piece;
  return out;
}

/// `n` different words of six letters.
std::string differentWords(int n) {
  std::string out;
  for (int i = 0; i < n; ++i) {
    std::string word = "aaaaaa";
    for (int k = 5, v = i; v > 0; v /= 26, --k) word[static_cast<std::size_t>(k)] = static_cast<char>('a' + v % 26);
    out += word + " ";
  }
  return out;
}

}  // namespace

TEST_CASE("curve: level outside, a line between, never NaN", "[scorer][text]") {
  CHECK(curve(-1, {{0, 2}, {10, 4}}) == 2);
  CHECK(curve(5, {{0, 2}, {10, 4}}) == 3);
  CHECK(curve(11, {{0, 2}, {10, 4}}) == 4);
  CHECK(curve(std::numeric_limits<double>::quiet_NaN(), {{0, 2}, {10, 4}}) == 2);
  CHECK(curve(std::numeric_limits<double>::infinity(), {{0, 2}, {10, 4}}) == 4);
}

TEST_CASE("fixed: numbers in sentences", "[scorer][text]") {
  CHECK(fixed(3.14159, 2) == "3.14");
  CHECK(fixed(-0.05, 1) == "-0.1");
  CHECK(fixed(-0.01, 1) == "0.0");
  CHECK(fixed(7, 0) == "7");
  CHECK(fixed(.007, 2) == "0.01");
  CHECK(fixed(1e300, 1) == "very large");
}

TEST_CASE("repetition: each rule of Gopher measures what its name says", "[scorer][text]") {
  // Index of the rule, text, expected share.
  using Row = std::tuple<std::size_t, std::string, double>;
  const auto [rule, text, expected] = GENERATE(values<Row>({
      {0, "one\ntwo\none\none", 2.0 / 4},
      {1, "one\nx\n\ntwo\n\none\nx", 1.0 / 3},
      {2, "abcd\nef\nabcd", 4.0 / 12},
      {3, "abcd\n\nef\n\nabcd", 4.0 / 14},
      {4, "ab cd xx ab cd", 10.0 / 14},
      {4, "ab cd ef gh", 0},  // what occurs once repeats nothing
      {5, "a b c x a b c", 10.0 / 13},
      {6, "a b c d x a b c d", 14.0 / 17},
      {7, "a b c d e x a b c d e", 9.0 / 21},
      {8, "a b c d e f x a b c d e f", 11.0 / 25},
      {12, "a b c d e f g h i j x a b c d e f g h i j", 19.0 / 41},
      {12, "a b c d e f g h i j x a b c d e f g h i z", 0},
  }));
  CAPTURE(rule, text);
  CHECK(measureRepetition(readDocument(text))[rule] == Approx(expected));
}

TEST_CASE("repetition: the limits are Gopher's, and only what is above them caps the total", "[scorer][text]") {
  const double limits[] = {.30, .30, .20, .20, .20, .18, .16, .15, .14, .13, .12, .11, .10};
  for (std::size_t i = 0; i < kRepetitionRules.size(); ++i) CHECK(kRepetitionRules[i].limit == limits[i]);

  const std::string clean = differentWords(200);
  CHECK(repetition(readDocument(clean)).value == 10);
  CHECK(repetition(readDocument(clean)).cap == 10);
  // Ten 6-letter words are 69 of some 1460 characters.
  const std::string some = clean + clean.substr(0, 70);
  CHECK(repetition(readDocument(some)).value < 9);
  CHECK(repetition(readDocument(some)).cap == 10);
  const auto gross = repetition(readDocument(times("the same again ", 60)));
  CHECK(gross.value == 0);
  CHECK(gross.cap < 2);
  CHECK(gross.cap < repetition(readDocument(clean + clean)).cap);
}

TEST_CASE("quality: each rule of Gopher can be broken", "[scorer][text]") {
  const std::string good = times("the man went to sea with a friend of mine and that was all. ", 8);
  REQUIRE(quality(readDocument(good), {}, true).cap == 10);
  using Row = std::pair<std::string, std::string>;
  const auto [text, named] = GENERATE_COPY(values<Row>({
      {"the man went to sea with a friend", "8 words"},
      {times("to be of a ", 30), "mean word length"},
      {times("unintelligible incomprehensibility of the ", 30) + times("counterrevolutionaries ", 90),
       "mean word length"},
      {good + times("# ", 30), "symbols per word"},
      {good + times("word... word ", 40) + "end.", "symbols per word"},
      {times("- the man went to sea of that\n", 20), "bullet lines"},
      {times("the man went to sea of that one day ...\n", 20), "ellipsis"},
      {times("the man 7788 8899 of 9900 that 1000 ", 20), "words with a letter"},
      {times("man went sea friend ship house garden tree ", 10), "stop words"},
  }));
  CAPTURE(text);
  const auto part = quality(readDocument(text), {}, true);
  CHECK(part.cap < 10);
  CHECK_THAT(part.reason, Catch::Contains("broken rule") && Catch::Contains(named));
}

TEST_CASE("quality: the band of words is an option, and stop words are for English", "[scorer][text]") {
  const std::string text = times("garden tree house ship ", 10);
  CHECK(quality(readDocument(text), {20, 100000}, false).cap == 10);
  CHECK(quality(readDocument(text), {20, 100000}, true).cap < 10);
  CHECK(quality(readDocument(text), {50, 100000}, false).cap < 10);
  CHECK(quality(readDocument(text), {20, 30}, false).cap < 10);
  CHECK(quality(readDocument(text), {0, 100}, false).cap == 10);
}

TEST_CASE("diversity: distinct-n counts different n-grams", "[scorer][text]") {
  const auto d = measureDistinct(readDocument("a b a b c"));
  CHECK(d.n[0] == Approx(3.0 / 5));
  CHECK(d.n[1] == Approx(3.0 / 4));
  CHECK(d.n[2] == Approx(3.0 / 3));
  CHECK(measureDistinct(readDocument("")).n[0] == 0);
  CHECK(measureDistinct(readDocument("one")).n[1] == 0);
}

TEST_CASE("diversity: a long text does not lose by its length", "[scorer][text]") {
  const std::string page = differentWords(200);
  CHECK(measureDistinct(readDocument(page)).n[0] == 1);
  CHECK(measureDistinct(readDocument(times(page, 5))).n[0] == 1);
}

TEST_CASE("length: graded inside the band, falling outside, capped far outside", "[scorer][text]") {
  const LengthBand band{80, 400};
  CHECK(length(240, band).value == 10);
  CHECK(length(80, band).value == 8);
  CHECK(length(400, band).value == 8);
  CHECK(length(120, band).value > length(90, band).value);
  CHECK(length(79, band).value < 8);
  CHECK(length(79, band).cap == 10);
  CHECK(length(50, band).cap < 8);
  CHECK(length(1, band).cap < 1.2);
  CHECK(length(500, band).cap == 10);
  CHECK(length(700, band).cap < 8);
  CHECK(length(1e9, band).value == 0);
  CHECK(length(100, {100, 100}).value == 10);
  CHECK(length(0, {0, 0}).value == 0);
}

TEST_CASE("prompt fit: share of the prompt's content words", "[scorer][text]") {
  const auto text = readDocument("The dragons were sleeping. A knight came, quietly.");
  const auto all = promptFit(text, "Write a short fantasy story about a quiet dragon and a drunken knight.", "fantasy");
  CHECK_THAT(all.reason, Catch::StartsWith("takes up 3 of the prompt's 4 content words (not: drunken)"));
  CHECK(promptFit(text, "A dragon, a knight.", "fantasy").value == 10);
  CHECK(promptFit(text, "A submarine.", "fantasy").value == 2);
  CHECK_FALSE(promptFit(text, "Write a story of about 200 words, please.", "").counted);
  CHECK_FALSE(promptFit(text, "Write a steampunk story.", "steampunk").counted);
  CHECK_FALSE(promptFit(text, "", "").counted);
  CHECK_FALSE(promptFit(text, "\xFF\xFE", "").counted);
}

TEST_CASE("genre fit: different words of the genre", "[scorer][text]") {
  const auto text = readDocument(
      "The sheriff and his deputy rode along the canyon trail. Behind the saloon an outlaw waited, holding a rifle, "
      "and neither of them had yet seen him.");
  CHECK(genreFit(text, "western").value > 8);
  CHECK(genreFit(text, "Wild-West").value == genreFit(text, "western").value);
  CHECK(genreFit(text, "romance").value < 4);
  CHECK_FALSE(genreFit(text, "").counted);
  CHECK_FALSE(genreFit(text, "-").counted);
  CHECK_FALSE(genreFit(text, "cookbook").counted);
  const auto stuffed = readDocument("sheriff saloon outlaw rifle canyon deputy horse saddle spur badge");
  CHECK(genreFit(stuffed, "western").value < 3);
}

TEST_CASE("genre fit: the shelf's genres are known by their usual names", "[scorer][text]") {
  CHECK(genres().size() >= 12);
  CHECK(genres().size() <= 32);  // a bit each
  const auto name = GENERATE(values<std::string>({"fantasy",
                                                  "science fiction",
                                                  "sci-fi",
                                                  "Sci-Fi",
                                                  "SF",
                                                  "mystery",
                                                  "detective",
                                                  "horror",
                                                  "romance",
                                                  "adventure",
                                                  "thriller",
                                                  "historical",
                                                  "historical fiction",
                                                  "western",
                                                  "comedy",
                                                  "humor",
                                                  "fairy tale",
                                                  "fairytale",
                                                  "fable",
                                                  "dystopian",
                                                  "dystopia",
                                                  "ghost story",
                                                  "noir",
                                                  "drama",
                                                  "literary",
                                                  "slice of life",
                                                  "children's",
                                                  "magical realism",
                                                  "coming of age",
                                                  "philosophical",
                                                  "cyberpunk",
                                                  "steampunk",
                                                  "superhero"}));
  CAPTURE(name);
  CHECK(GenreTable::instance().indexOf(name) != GenreTable::kUnknown);
}

TEST_CASE("overused: phrases are counted once, the longest first", "[scorer][text]") {
  CHECK(countOverused(readDocument("Nothing to see.")).count == 0);
  CHECK(countOverused(readDocument("It was a testament to the calm before the storm.")).count == 2);
  CHECK(countOverused(readDocument("A barely-audible sound.")).count == 1);
  CHECK(countOverused(readDocument("Time stood")).count == 0);
  CHECK(overused(readDocument("Time stood still.")).value < overused(readDocument("Time went on.")).value);
  CHECK_THAT(overused(readDocument("Time stood still.")).reason,
             Catch::Contains("5.0") && Catch::Contains("time stood still"));
}

TEST_CASE("prose: broken word pairs", "[scorer][text]") {
  CHECK(measureProse(readDocument("The of dog ran into was a the house.")).broken == Approx(3.0 / 5));
  CHECK(measureProse(readDocument("The dog ran into a house of my own.")).broken == 0);
  CHECK(measureProse(readDocument("What he looked at, was the")).broken == 0);  // the comma parts them
  CHECK(measureProse(readDocument("")).broken == 0);
}

TEST_CASE("prose: sentences", "[scorer][text]") {
  const auto m = measureProse(readDocument("One two three.\n\nfour five six seven eight nine ten. Eleven two"));
  CHECK(m.sentence_words == 4);
  CHECK(m.sentence_variety == Approx(.5401).margin(.001));  // lengths 3, 7, 2
  CHECK(m.capitals == Approx(2.0 / 3));
  CHECK_FALSE(m.complete);
}

TEST_CASE("language: only what is recognized as another language is one", "[scorer][text]") {
  using Row = std::pair<std::string, std::string>;
  const auto [text, expected] = GENERATE(values<Row>({
      {"The old man went down to the sea, and nobody saw him again.", ""},
      {"Der alte Mann ging hinunter an das Meer, und niemand hat ihn je wieder gesehen, denn es war Nacht.", "German"},
      {"Le vieil homme est descendu vers la mer, et personne ne l'a plus vu dans le village.", "French"},
      {"El viejo no volvió del mar y en la aldea se dijo que era por su culpa.", "Spanish"},
      {"De oude man ging naar de zee, en niemand in het dorp zag hem ooit weer, maar dat was niet erg.", "Dutch"},
      {"\xD0\xA1\xD1\x82\xD0\xB0\xD1\x80\xD0\xB8\xD0\xBA", "another script"},
      {"asdf jkl qwer sdfg hjkl zxcv uiop asd lkj fdsa wert bnm ghj", ""},
      {"", ""},
  }));
  CAPTURE(text);
  const auto guess = guessLanguage(readDocument(text));
  CHECK(guess.other == expected);
  CHECK(guess.english == expected.empty());
}
