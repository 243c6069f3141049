#include "quality.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "lexicon.hpp"

namespace troupe::text {

namespace {

struct Rule {
  double grade;  // 0 to 10; below 5 the rule is broken
  std::string what;
};

}  // namespace

QualityMeasures measureQuality(const Document& document) {
  const auto& lexicon = Lexicon::instance();
  QualityMeasures out;
  double chars = 0;
  for (const auto& word : document.words) {
    chars += word.chars;
    if ((lexicon.classes(word.hash) & kGopher) != 0) out.stop_words += 1;
  }
  const auto lines = static_cast<double>(document.lines.size());
  out.words = static_cast<double>(document.words.size());
  out.mean_word_length = share(chars, out.words);
  out.symbols_per_word = share(static_cast<double>(std::max(document.hashes, document.ellipses)), out.words);
  out.bullet_lines = share(static_cast<double>(document.bullet_lines), lines);
  out.ellipsis_lines = share(static_cast<double>(document.ellipsis_lines), lines);
  out.letter_words = share(static_cast<double>(document.chunks_with_letter), static_cast<double>(document.chunks));
  return out;
}

Part quality(const Document& document, const QualityLimits& limits, bool english) {
  const auto m = measureQuality(document);
  const double too_few = share(m.words, limits.min_words);
  const double too_many = share(m.words, limits.max_words);
  std::vector<Rule> rules;
  rules.reserve(8);
  rules.push_back({std::min(limits.min_words > 0 ? curve(too_few, {{0, 0}, {1, 5}, {1.5, 10}}) : 10,
                            curve(too_many, {{.9, 10}, {1, 5}, {2, 0}})),
                   fixed(m.words, 0) + " words"});
  // English rules: other scripts have other word lengths.
  if (2 * document.latin_letters >= document.letters) {
    rules.push_back(
        {curve(m.mean_word_length, {{2, 0}, {3, 5}, {3.7, 9.5}, {4.2, 10}, {5.2, 10}, {6.5, 8.5}, {10, 5}, {14, 0}}),
         "mean word length " + fixed(m.mean_word_length, 1)});
  }
  rules.push_back({curve(m.symbols_per_word, {{0, 10}, {.02, 9}, {.1, 5}, {.3, 0}}),
                   "symbols per word " + fixed(m.symbols_per_word, 2)});
  rules.push_back(
      {curve(m.bullet_lines, {{0, 10}, {.3, 7}, {.9, 5}, {1, 4}}), "bullet lines " + percent(m.bullet_lines)});
  rules.push_back({curve(m.ellipsis_lines, {{0, 10}, {.1, 8}, {.3, 5}, {.8, 0}}),
                   "lines that end in an ellipsis " + percent(m.ellipsis_lines)});
  rules.push_back({curve(m.letter_words, {{0, 0}, {.8, 5}, {.95, 9.5}, {1, 10}}),
                   "words with a letter " + percent(m.letter_words)});
  if (english) {
    const double per_100 = 100 * share(m.stop_words, m.words);
    const double grade = m.stop_words < 2 ? 2.5 * m.stop_words : curve(per_100, {{0, 5}, {4, 7}, {8, 9.5}, {11, 10}});
    rules.push_back({grade, fixed(m.stop_words, 0) + " of Gopher's stop words"});
  }

  double sum = 0;
  int broken = 0;
  for (const auto& rule : rules) {
    sum += rule.grade;
    if (rule.grade < 5) ++broken;
  }
  const auto worst =
      std::min_element(rules.begin(), rules.end(), [](const Rule& a, const Rule& b) { return a.grade < b.grade; });
  const double mean = sum / static_cast<double>(rules.size());
  Part part;
  part.value = (mean + worst->grade) / 2;
  if (broken > 0) part.cap = curve(worst->grade, {{0, 3.5}, {5, 6}}) - .5 * std::min(broken - 1, 2);
  part.reason = (broken > 0 ? "broken rule: " : worst->grade < 9 ? "weakest rule: " : "all rules kept; ") + worst->what;
  return part;
}

}  // namespace troupe::text
