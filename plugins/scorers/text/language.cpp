#include "language.hpp"

#include <algorithm>
#include <array>

#include "lexicon.hpp"
#include "signal.hpp"

namespace troupe::text {

double functionWordShare(const Document& document) {
  const auto& lexicon = Lexicon::instance();
  const auto count = std::count_if(document.words.begin(), document.words.end(),
                                   [&](const Word& word) { return (lexicon.classes(word.hash) & kFunction) != 0; });
  return share(static_cast<double>(count), static_cast<double>(document.words.size()));
}

LanguageGuess guessLanguage(const Document& document) {
  constexpr double kEnglish = .2;     // prose has .35 to .6
  constexpr double kOther = .12;      // of a list of some 20 words; prose has .15 to .35
  constexpr std::size_t kFewest = 8;  // words; fewer say nothing
  if (2 * document.latin_letters < document.letters) return {false, "another script"};
  const double english = functionWordShare(document);
  if (english >= kEnglish || document.words.size() < kFewest) return {};

  const auto& lexicon = Lexicon::instance();
  std::array<double, 32> counts{};
  for (const auto& word : document.words) {
    const auto bits = lexicon.languages(word.hash);
    for (std::size_t i = 0; i < otherLanguages().size(); ++i) counts[i] += (bits >> i) & 1U;
  }
  const auto best = std::max_element(counts.begin(), counts.end());
  const double other = share(*best, static_cast<double>(document.words.size()));
  if (other < kOther || other < english) return {};
  return {false, otherLanguages()[static_cast<std::size_t>(best - counts.begin())].name};
}

}  // namespace troupe::text
