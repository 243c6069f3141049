#include "overused.hpp"

#include <algorithm>

#include "lexicon.hpp"

namespace troupe::text {

OverusedCount countOverused(const Document& document) {
  const auto& lexicon = Lexicon::instance();
  const auto& words = document.words;
  OverusedCount out;
  for (std::size_t i = 0; i < words.size();) {
    const std::vector<std::uint64_t>* longest = nullptr;
    for (const auto& phrase : lexicon.phrases(words[i].hash)) {
      if (phrase.size() > words.size() - i || (longest != nullptr && phrase.size() <= longest->size())) continue;
      const bool same = std::equal(phrase.begin(), phrase.end(), words.begin() + static_cast<std::ptrdiff_t>(i),
                                   [](std::uint64_t hash, const Word& word) { return hash == word.hash; });
      if (same) longest = &phrase;
    }
    if (longest == nullptr) {
      ++i;
      continue;
    }
    if (out.count++ == 0) out.first = lexicon.phraseText(*longest);
    i += longest->size();
  }
  return out;
}

Part overused(const Document& document) {
  constexpr double kFewest = 200;
  const auto found = countOverused(document);
  const double rate =
      1000 * static_cast<double>(found.count) / std::max(kFewest, static_cast<double>(document.words.size()));
  Part part;
  part.value = curve(rate, {{0, 10}, {3, 8.3}, {10, 5}, {40, 0}});
  if (found.count == 0) {
    part.reason = "no worn-out phrase";
  } else {
    part.reason = fixed(rate, 1) + " worn-out phrases per 1000 words, first \"" + std::string(found.first) + "\"";
  }
  return part;
}

}  // namespace troupe::text
