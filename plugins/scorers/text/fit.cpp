#include "fit.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>

#include "genres.hpp"
#include "lexicon.hpp"

namespace troupe::text {

namespace {

bool isContent(const Word& word, std::string_view text) {
  constexpr std::uint16_t kShortest = 3;
  constexpr std::uint32_t kNone = kFunction | kInstruction;
  const auto& lexicon = Lexicon::instance();
  if (word.chars < kShortest || (lexicon.classes(word.hash) & kNone) != 0) return false;
  const std::size_t apostrophe = text.find('\'');  // "else's" has as little content as "else"
  return apostrophe == std::string_view::npos || (lexicon.classes(hashOf(text.substr(0, apostrophe))) & kNone) == 0;
}

FlatTable stemsOf(const Document& document) {
  FlatTable stems;
  stems.reset(document.words.size());
  for (const auto& word : document.words) stems[word.stem] = 1;
  return stems;
}

}  // namespace

Part promptFit(const Document& document, std::string_view prompt, std::string_view genre) {
  const auto asked = readDocument(prompt);
  const auto stems = stemsOf(document);
  const auto genre_stems = stemsOf(readDocument(genre));
  FlatTable seen;
  seen.reset(asked.words.size());
  double all = 0;
  double found = 0;
  std::string missing;
  int named = 0;
  for (const auto& word : asked.words) {
    const auto text = asked.word(word);
    if (!isContent(word, text) || std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; }))
      continue;
    if (genre_stems.find(word.stem) != 0 || seen[word.stem]++ > 0) continue;
    all += 1;
    if (stems.find(word.stem) != 0) {
      found += 1;
      continue;
    }
    constexpr int kNamed = 3;
    constexpr std::size_t kLongest = 40;
    if (named++ < kNamed && text.size() <= kLongest) missing += (missing.empty() ? "" : ", ") + std::string(text);
  }
  if (all == 0) return notCounted("the prompt has no content words");
  Part part;
  part.value = curve(found / all, {{0, 2}, {.25, 5.5}, {.5, 8}, {.75, 9.3}, {1, 10}});
  part.reason = "takes up " + fixed(found, 0) + " of the prompt's " + fixed(all, 0) + " content words";
  if (!missing.empty()) part.reason += " (not: " + missing + ")";
  return part;
}

Part genreFit(const Document& document, std::string_view genre) {
  const auto& table = GenreTable::instance();
  if (genre.empty() || genre == "-") return notCounted("the prompt names no genre");
  const std::size_t index = table.indexOf(genre);
  if (index == GenreTable::kUnknown) return notCounted("no vocabulary for this genre");
  FlatTable seen;
  seen.reset(document.words.size());
  double hits = 0;
  double different = 0;
  for (const auto& word : document.words) {
    if (((table.genresOf(word.stem) >> index) & 1U) == 0) continue;
    hits += 1;
    if (seen[word.stem]++ == 0) different += 1;
  }
  const auto words = static_cast<double>(document.words.size());
  const double density = different / (1 + words / 100);
  const double stuffed = share(hits, words);  // a story is not made of its genre's words alone
  Part part;
  part.value = (2 + 8 * (1 - std::exp(-density / 1.7))) * curve(stuffed, {{.2, 1}, {.5, .2}});
  part.reason =
      fixed(different, 0) + " different words of " + std::string(genres()[index].name) + " in " + fixed(words, 0);
  if (stuffed > .2) part.reason += ", which is stuffed with them";
  return part;
}

}  // namespace troupe::text
