#ifndef TROUPE_TEXT_LEXICON_HPP
#define TROUPE_TEXT_LEXICON_HPP

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "flat_table.hpp"

namespace troupe::text {

/// What an English function word is; a word may be several.
enum WordClass : std::uint32_t {
  kFunction = 1U << 0U,      // any function word
  kDeterminer = 1U << 1U,    // the, a, an, my, your, our, their, its, every: a noun phrase follows
  kBond = 1U << 2U,          // of, with, from, into, at: an object follows
  kFinite = 1U << 3U,        // is, was, had, did, ...: never behind a bond
  kSubject = 1U << 4U,       // I, he, she, we, they: never behind a bond
  kNoNounPhrase = 1U << 5U,  // never behind a determiner
  kGopher = 1U << 6U,        // the eight stop words of Gopher's rule
  kInstruction = 1U << 7U,   // says how to write, not about what: "write", "story", "words"
};

/// Languages other than English whose function words are known.
struct Language {
  std::string_view name;
  std::string_view words;
};

/// The word lists as tables, made once and then only read.
class Lexicon {
 public:
  static const Lexicon& instance();

  /// Bits of WordClass. `word` is Word::hash.
  std::uint32_t classes(std::uint64_t word) const { return classes_.find(word); }
  /// A bit for each of otherLanguages() that has the word.
  std::uint32_t languages(std::uint64_t word) const { return languages_.find(word); }
  /// The over-used phrases that begin with the word, as hashes of all their words.
  const std::vector<std::vector<std::uint64_t>>& phrases(std::uint64_t word) const {
    return phrases_[phrase_index_.find(word)];
  }
  /// The phrase that phrases() gave, as text.
  std::string_view phraseText(const std::vector<std::uint64_t>& phrase) const;

 private:
  Lexicon();
  void addClasses();
  void addLanguages();
  void addPhrases();

  FlatTable classes_;
  FlatTable languages_;
  FlatTable phrase_index_;                                        // first word -> index in phrases_
  std::vector<std::vector<std::vector<std::uint64_t>>> phrases_;  // 0: none
  FlatTable phrase_texts_;                                        // hash of hashes -> index + 1 in the phrase list
};

const std::vector<Language>& otherLanguages();
const std::vector<std::string_view>& overusedPhrases();

}  // namespace troupe::text

#endif
