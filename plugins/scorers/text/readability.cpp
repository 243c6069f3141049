#include "readability.hpp"

#include "syllables.hpp"

namespace troupe::text {

double fleschKincaidGrade(double words, double sentences, double syllables) {
  if (words <= 0 || sentences <= 0) return 0;
  return .39 * words / sentences + 11.8 * syllables / words - 15.59;
}

std::size_t countSyllables(const Document& document) {
  std::size_t out = 0;
  for (const auto& word : document.words) out += static_cast<std::size_t>(countSyllables(document.word(word)));
  return out;
}

double fleschKincaidGrade(const Document& document) {
  return fleschKincaidGrade(static_cast<double>(document.words.size()), static_cast<double>(document.sentences.size()),
                            static_cast<double>(countSyllables(document)));
}

Part readability(const Document& document) {
  const double grade = fleschKincaidGrade(document);
  Part part;
  part.value = curve(grade, {{-4, 0}, {0, 4.5}, {2, 7.5}, {4, 10}, {7, 10}, {10, 7.5}, {14, 4}, {22, 0}});
  part.reason = "Flesch-Kincaid grade " + fixed(grade, 1);
  return part;
}

}  // namespace troupe::text
