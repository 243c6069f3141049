#include "text_score.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <string>

#include "document.hpp"
#include "text_corpus.hpp"

using namespace troupe::text;

namespace {

std::string times(const std::string& piece, std::size_t n) {
  std::string out;
  for (std::size_t i = 0; i < n; ++i) out += piece;
  return out;
}

const TextScore::Line& part(const TextScore& score, std::string_view name) {
  return *std::find_if(score.parts.begin(), score.parts.end(), [&](const auto& line) { return line.name == name; });
}

void checkSound(const TextScore& score) {
  CHECK(std::isfinite(score.value));
  CHECK(score.value >= 0);
  CHECK(score.value <= 10);
  CHECK_THAT(score.reason, Catch::StartsWith("text signals only: "));
  REQUIRE(score.parts.size() == kSignals.size());
  for (const auto& line : score.parts) {
    CAPTURE(line.name);
    CHECK(std::isfinite(line.part.value));
    CHECK(line.part.value >= 0);
    CHECK(line.part.value <= 10);
    CHECK_FALSE(line.part.reason.empty());
    CHECK(line.part.counted == (line.weight > 0));
  }
}

const std::string kGerman =
    "Der alte Leuchtturm stand leer, und niemand im Dorf wollte dort wohnen. Als Marta den Dienst antrat, hörte sie in "
    "der dritten "
    "Nacht Schritte auf der Treppe. Sie hielt die Kerze an die Tür und sah nur Staub. Am nächsten Morgen suchte sie im "
    "ganzen Haus, "
    "hinter der Uhr, unter dem Herd und in dem Keller. Zuletzt drehte sie das alte Bild um, das im Flur hing. Dort war "
    "der Brief, "
    "vergilbt und versiegelt, für Anna aus dem Dorf bestimmt. Anna war neunzig und las ihn zweimal. Dann lachte sie, "
    "bis sie sich setzen "
    "musste. In dieser Nacht kamen die Stiefel noch einmal herauf, und jemand klopfte leise an die Tür, wie ein Mann, "
    "der danken will.";

}  // namespace

TEST_CASE("score: odd texts have a defined, finite score", "[scorer][text]") {
  const auto text = GENERATE(values<std::string>({
      "",
      " ",
      "\n\n\n",
      "word",
      "a",
      "7",
      "...",
      "#",
      "\xFF\xFE\xC3",
      "!!! ??? ***",
      "\xF0\x9F\x98\x80\xF0\x9F\x98\x80",
      std::string("a\0b", 3),
      std::string(70000, 'x'),
      std::string(70000, '\''),
      "\xE6\x98\xA5\xE5\xA4\xA9",
  }));
  CAPTURE(text.substr(0, 20));
  const auto score = scoreText({text, text, text}, {});
  checkSound(score);
  CHECK(score.value < 3);
}

TEST_CASE("score: no words, no points, and the reason says so", "[scorer][text]") {
  CHECK(scoreText({"", "", ""}, {}).value == 0);
  CHECK(scoreText({"", "", ""}, {}).reason == "text signals only: the text is empty");
  CHECK(scoreText({"?! --", "", ""}, {}).value == 0);
  CHECK(scoreText({"?! --", "", ""}, {}).reason == "text signals only: the text has no words");
}

TEST_CASE("score: large texts are read once, and only up to a bound", "[scorer][text]") {
  const auto good = troupe::test::readCorpus("good").front();
  std::string megabyte;
  while (megabyte.size() < (1U << 20U)) megabyte += good.text + "\n\n";
  checkSound(scoreText({megabyte, good.prompt, good.genre}, {}));
  checkSound(scoreText({std::string(1U << 20U, '\n'), "", ""}, {}));
  const auto endless = scoreText({times("all work and no play ", 300000), "", ""}, {});
  checkSound(endless);
  CHECK_THAT(endless.reason, Catch::EndsWith("only the first 4 MiB were read"));
}

TEST_CASE("score: the formula is the documented one", "[scorer][text]") {
  const auto text = troupe::test::readCorpus("good").front();
  double sum = 0;
  double weights = 0;
  double weakest = 10;
  for (const auto& line : text.score.parts) {
    REQUIRE(line.part.cap == 10);
    if (!line.part.counted) continue;
    sum += line.weight * line.part.value;
    weights += line.weight;
    weakest = std::min(weakest, line.part.value);
  }
  const double mean = sum / weights;
  CHECK(text.score.value == Approx(mean - .15 * (mean - weakest)).margin(.00006));
  CHECK_THAT(text.score.reason, Catch::Contains("strongest ") && Catch::Contains("weakest "));
}

TEST_CASE("score: a hard fault caps the total and is named", "[scorer][text]") {
  const auto good = troupe::test::readCorpus("good").front();
  const auto looped = scoreText({good.text + "\n\n" + good.text + "\n\n" + good.text, good.prompt, good.genre}, {});
  CHECK(looped.value < 4);
  CHECK_THAT(looped.reason, Catch::Contains("by a hard fault in repetition"));
  TextOptions lenient;
  lenient.weights[0] = 0;  // a signal without weight does not cap either
  lenient.length.max_words = 2000;
  CHECK(scoreText({good.text + "\n\n" + good.text + "\n\n" + good.text, good.prompt, good.genre}, lenient).value > 6);
}

TEST_CASE("score: a worse text scores less, everything else being equal", "[scorer][text]") {
  const auto text = troupe::test::readCorpus("good").front();
  const auto score = [&](const std::string& changed) {
    return scoreText({changed, text.prompt, text.genre}, {}).value;
  };
  std::string lower = text.text;
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  CHECK(score(lower) < text.score.value);
  CHECK(score(text.text.substr(0, text.text.size() - 1)) < text.score.value);  // without the last end mark
  CHECK(score(text.text + " Time stood still. It was a testament to the calm before the storm.") <
        text.score.value - .1);
  CHECK(score(text.text.substr(0, 200)) < 8);
  CHECK(scoreText({text.text, text.prompt, "romance"}, {}).value < text.score.value);
  CHECK(scoreText({text.text, "Write about a submarine.", text.genre}, {}).value < text.score.value);
}

TEST_CASE("score: what has nothing to say is not counted", "[scorer][text]") {
  const auto text = troupe::test::readCorpus("good").front();
  const auto score = scoreText({text.text, "", ""}, {});
  CHECK_FALSE(part(score, "genre_fit").part.counted);
  CHECK_FALSE(part(score, "prompt_fit").part.counted);
  CHECK_THAT(part(score, "genre_fit").part.reason, Catch::StartsWith("not counted: "));
  CHECK(score.value > 8);

  TextOptions only_genre;
  only_genre.weights.fill(0);
  only_genre.weights[6] = 1;
  CHECK(scoreText({text.text, "", ""}, only_genre).abstained);
  CHECK_FALSE(scoreText({text.text, "", text.genre}, only_genre).abstained);
}

TEST_CASE("score: English rules leave other languages alone", "[scorer][text]") {
  const auto score = scoreText({kGerman, "Schreibe eine Geschichte.", "ghost story"}, {});
  checkSound(score);
  CHECK(score.value > 8);
  for (const auto* name : {"readability", "prompt_fit", "genre_fit", "overused", "prose"}) {
    CHECK(part(score, name).part.reason == "not counted: the text is not English (German)");
  }
  TextOptions english;
  english.rules = Rules::kEnglish;
  CHECK(scoreText({kGerman, "", ""}, english).value < 6);
  TextOptions other;
  other.rules = Rules::kOther;
  CHECK_FALSE(part(scoreText({"The cat sat on the mat, and that was all.", "", ""}, other), "prose").part.counted);
}

TEST_CASE("score: the same text has the same score, whatever was scored before", "[scorer][text]") {
  const auto texts = troupe::test::readCorpus("good");
  for (const auto& text : texts) {
    const auto again = scoreText({text.text, text.prompt, text.genre}, {});
    CHECK(again.value == text.score.value);
    CHECK(again.reason == text.score.reason);
  }
}
