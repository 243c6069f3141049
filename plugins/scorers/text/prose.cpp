#include "prose.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "language.hpp"
#include "lexicon.hpp"

namespace troupe::text {

ProseMeasures measureProse(const Document& document) {
  const auto& lexicon = Lexicon::instance();
  ProseMeasures out;
  double function_words = 0;
  double broken = 0;
  std::uint32_t before = 0;
  for (const auto& word : document.words) {
    const auto classes = lexicon.classes(word.hash);
    if ((classes & kFunction) != 0) function_words += 1;
    if (word.adjacent && (before & (kDeterminer | kBond)) != 0) {
      out.chances += 1;
      const auto never = (before & kDeterminer) != 0 ? kNoNounPhrase : (kFinite | kSubject);
      if ((classes & never) != 0) broken += 1;
    }
    before = classes;
  }
  out.function_words = share(function_words, static_cast<double>(document.words.size()));
  out.broken = share(broken, out.chances);

  const auto sentences = static_cast<double>(document.sentences.size());
  double sum = 0;
  double squares = 0;
  std::uint32_t begin = 0;
  for (const auto end : document.sentences) {
    const double words = end - begin;
    sum += words;
    squares += words * words;
    begin = end;
  }
  out.sentence_words = share(sum, sentences);
  const double variance = share(squares, sentences) - out.sentence_words * out.sentence_words;
  out.sentence_variety = share(std::sqrt(std::max(variance, 0.0)), out.sentence_words);
  out.capitals = share(static_cast<double>(document.capital_sentences), sentences);
  out.complete = document.complete;
  return out;
}

Part prose(const Document& document) {
  struct Grade {
    double value;
    std::string_view what;
  };
  const auto m = measureProse(document);
  const std::array<Grade, 6> grades = {{
      {curve(m.function_words, {{.1, 0}, {.25, 5}, {.38, 9}, {.44, 10}, {.58, 10}, {.68, 7}, {.85, 0}}),
       "share of function words"},
      {curve(m.broken, {{0, 10}, {.03, 8.5}, {.1, 5}, {.3, 0}}), "word order"},
      {curve(m.sentence_words, {{1, 0}, {5, 5}, {9, 9}, {11, 10}, {18, 10}, {24, 8}, {35, 5}, {80, 0}}),
       "sentence length"},
      {curve(m.sentence_variety, {{0, 2}, {.25, 6.5}, {.45, 9}, {.6, 10}, {1.2, 10}, {2.5, 5}}),
       "variety of sentence lengths"},
      {curve(m.capitals, {{.2, 0}, {.8, 7}, {1, 10}}), "capital letters"},
      {m.complete ? 10.0 : 4.0, "an end mark"},
  }};
  double sum = 0;
  for (const auto& grade : grades) sum += grade.value;
  const auto worst =
      std::min_element(grades.begin(), grades.end(), [](const Grade& a, const Grade& b) { return a.value < b.value; });
  Part part;
  part.value = (sum / static_cast<double>(grades.size()) + worst->value) / 2;
  constexpr double kEnoughChances = 8;
  if (m.chances >= kEnoughChances && m.broken > .15) part.cap = curve(m.broken, {{.15, 6}, {.35, 3}});
  if (m.function_words < .15) part.cap = std::min(part.cap, curve(m.function_words, {{0, 1}, {.05, 2}, {.15, 5}}));
  part.reason = fixed(m.sentence_words, 1) + " words per sentence (variety " + fixed(m.sentence_variety, 2) +
                "), function words " + percent(m.function_words) + ", broken word pairs " + percent(m.broken) +
                "; weakest: " + std::string(worst->what);
  return part;
}

}  // namespace troupe::text
