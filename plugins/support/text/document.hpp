#ifndef TROUPE_TEXT_DOCUMENT_HPP
#define TROUPE_TEXT_DOCUMENT_HPP

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::text {

/// Longer texts are judged by their first part, so that time and memory stay bounded.
constexpr std::size_t kMaxBytes = 4U << 20U;

/// A word: a run of letters and digits with apostrophes inside ("don't"); a hyphen or a dash ends it. Each Han or kana
/// character is a word of its own.
struct Word {
  std::uint64_t hash;   // of the lower-case word
  std::uint64_t stem;   // of the word without its English ending: "lantern" and "lanterns" share it
  std::uint32_t begin;  // in Document::lower
  std::uint16_t bytes;
  std::uint16_t chars;
  bool adjacent;  // nothing but space between it and the word before
};

/// A line or a paragraph with something in it.
struct Block {
  std::uint64_t hash;
  std::size_t chars;
};

/// A text taken apart once, for all signals to read.
struct Document {
  std::string lower;  // the words, in lower case and with straight apostrophes, one after the other
  std::vector<Word> words;
  std::vector<std::uint32_t> sentences;  // for each sentence the index behind its last word; ascending
  std::vector<Block> lines;              // without blank ones
  std::vector<Block> paragraphs;         // separated by blank lines

  std::size_t chars = 0;               // code points between the first and the last that is no space
  std::size_t letters = 0;             // of all scripts
  std::size_t latin_letters = 0;       // of these, Latin ones
  std::size_t ill_formed = 0;          // bytes that are no UTF-8
  std::size_t chunks = 0;              // pieces between spaces
  std::size_t chunks_with_letter = 0;  // of these, with at least one letter
  std::size_t hashes = 0;              // "#"
  std::size_t ellipses = 0;            // "..." and "…"
  std::size_t bullet_lines = 0;
  std::size_t ellipsis_lines = 0;     // lines that end in "..." or "…"
  std::size_t capital_sentences = 0;  // sentences that begin with a capital letter or a digit
  bool complete = false;              // the last sentence has an end mark
  bool cut = false;                   // the text is longer than kMaxBytes

  std::string_view word(const Word& w) const { return std::string_view(lower).substr(w.begin, w.bytes); }
};

/// Takes a text apart; linear in its length. Ill-formed UTF-8 is counted and otherwise a separator.
Document readDocument(std::string_view text);

/// The word (lower case) without plural, -ed, -ing, -ly or possessive: crude, the same for texts and word lists.
std::string_view stemOf(std::string_view word);

}  // namespace troupe::text

#endif
