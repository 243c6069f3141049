#include "document.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "flat_table.hpp"
#include "utf8.hpp"

namespace troupe::text {

namespace {

constexpr char32_t kEllipsis = 0x2026;

bool endsWith(std::string_view text, std::string_view end) {
  if (text.size() < end.size() || text.back() != end.back()) return false;  // mostly decided by the last byte
  return text.substr(text.size() - end.size()) == end;
}

bool startsWith(std::string_view text, std::string_view start) { return text.substr(0, start.size()) == start; }

bool isApostrophe(char32_t c) { return c == '\'' || c == 0x2019; }

/// Quotation marks and brackets that may stand between an end mark and the space behind it.
bool isCloser(char32_t c) {
  return c == '"' || isApostrophe(c) || c == ')' || c == ']' || c == 0x201D || c == 0xBB || c == '*' || c == '_';
}

/// A period that is followed by a space ends the sentence at once only in these scripts' marks.
bool isWideEndMark(char32_t c) { return c == 0x3002 || c == 0xFF01 || c == 0xFF1F; }

bool isEndMark(char32_t c) { return c == '.' || c == '!' || c == '?' || c == kEllipsis || isWideEndMark(c); }

bool isAbbreviation(std::string_view word) {
  constexpr std::array<std::string_view, 12> kAbbreviations = {"mr", "mrs", "ms", "dr", "st",   "jr",
                                                               "sr", "vs",  "no", "lt", "prof", "capt"};
  return std::find(kAbbreviations.begin(), kAbbreviations.end(), word) != kAbbreviations.end();
}

/// Reads words and sentences in one pass.
class WordReader {
 public:
  WordReader(std::string_view text, Document& out) : text_(text), out_(out) {
    out_.lower.reserve(text.size());
    out_.words.reserve(text.size() / 5 + 1);
  }

  void read() {
    std::size_t at = 0;
    while (at < text_.size()) {
      const auto [c, bytes] = decode(text_, at);
      const std::size_t next = at + bytes;
      ++position_;
      if (c == kIllFormed && bytes == 1) ++out_.ill_formed;
      if (isSpace(c)) {
        space(c);
      } else {
        visible(c, next);
      }
      at = next;
    }
    endWord();
    endChunk();
    out_.complete = end_mark_ != 0;
    endSentence();
    out_.chars = last_visible_ == 0 ? 0 : last_visible_ - first_visible_ + 1;
  }

 private:
  void space(char32_t c) {
    endWord();
    endChunk();
    if (c == '\n') ++newlines_;
    after_space_ = true;
  }

  void visible(char32_t c, std::size_t next) {
    if (first_visible_ == 0) first_visible_ = position_;
    last_visible_ = position_;
    if (after_space_) beginAfterSpace(c);
    in_chunk_ = true;
    if (isLetter(c)) {
      letter(c);
    } else if (isDigit(c)) {
      put(c, c, false);
    } else if (!(isApostrophe(c) && in_word_ && letterAt(next))) {
      endWord();
      mark(c, next);
    } else {
      out_.lower.push_back('\'');
    }
  }

  /// Only here it is known whether an end mark before the space has ended a sentence.
  void beginAfterSpace(char32_t c) {
    const bool paragraph = newlines_ >= 2;
    const bool lower_case = isLatin(c) && !isUpper(c);
    if (paragraph || (end_mark_ != 0 && !lower_case && !abbreviated_)) endSentence();
    after_space_ = false;
    newlines_ = 0;
  }

  void letter(char32_t c) {
    ++out_.letters;
    if (isLatin(c)) ++out_.latin_letters;
    chunk_has_letter_ = true;
    if (isIdeograph(c)) {
      endWord();
      put(c, c, false);
      endWord();
      return;
    }
    put(lower(c), c, isUpper(c));
  }

  void put(char32_t lowered, char32_t c, bool upper) {
    if (!in_word_) {
      in_word_ = true;
      word_begin_ = out_.lower.size();
      word_chars_ = 0;
      word_upper_ = upper;
      word_adjacent_ = !mark_before_ && !out_.words.empty();
      mark_before_ = false;
      if (!sentence_begun_) {
        sentence_begun_ = true;
        capital_ = upper || !isLatin(c);
      }
    }
    end_mark_ = 0;
    append(out_.lower, lowered);
    ++word_chars_;
  }

  void mark(char32_t c, std::size_t next) {
    mark_before_ = true;
    if (c == '#') ++out_.hashes;
    if (c == kEllipsis) ++out_.ellipses;
    dots_ = c == '.' ? dots_ + 1 : 0;
    if (dots_ == 3) ++out_.ellipses;
    if (isEndMark(c)) {
      abbreviated_ = c == '.' && last_word_abbreviates_;
      end_mark_ = c;
      if (isWideEndMark(c) && next < text_.size()) endSentence();
    } else if (!isCloser(c)) {
      end_mark_ = 0;
    }
    last_word_abbreviates_ = false;
  }

  void endWord() {
    if (!in_word_) return;
    in_word_ = false;
    dots_ = 0;
    constexpr std::size_t kMost = std::numeric_limits<std::uint16_t>::max();
    const std::size_t bytes = std::min(out_.lower.size() - word_begin_, kMost);
    const auto word = std::string_view(out_.lower).substr(word_begin_, bytes);
    out_.words.push_back({hashOf(word), hashOf(stemOf(word)), static_cast<std::uint32_t>(word_begin_),
                          static_cast<std::uint16_t>(bytes), static_cast<std::uint16_t>(std::min(word_chars_, kMost)),
                          word_adjacent_});
    last_word_abbreviates_ = word_upper_ && ((word_chars_ == 1 && word != "i") || isAbbreviation(word));
  }

  void endChunk() {
    if (!in_chunk_) return;
    ++out_.chunks;
    if (chunk_has_letter_) ++out_.chunks_with_letter;
    in_chunk_ = chunk_has_letter_ = false;
  }

  void endSentence() {
    const std::size_t before = out_.sentences.empty() ? 0 : out_.sentences.back();
    end_mark_ = 0;
    abbreviated_ = false;
    if (out_.words.size() == before) return;
    out_.sentences.push_back(static_cast<std::uint32_t>(out_.words.size()));
    if (capital_) ++out_.capital_sentences;
    sentence_begun_ = capital_ = false;
  }

  bool letterAt(std::size_t at) const { return at < text_.size() && isLetter(decode(text_, at).value); }

  const std::string_view text_;
  Document& out_;
  std::size_t position_ = 0;  // code points read
  std::size_t first_visible_ = 0;
  std::size_t last_visible_ = 0;
  std::size_t newlines_ = 0;  // since the last visible character
  bool after_space_ = false;

  bool in_chunk_ = false;
  bool chunk_has_letter_ = false;

  bool in_word_ = false;
  std::size_t word_begin_ = 0;
  std::size_t word_chars_ = 0;
  bool word_upper_ = false;
  bool word_adjacent_ = false;
  bool mark_before_ = false;  // since the last word
  bool last_word_abbreviates_ = false;

  int dots_ = 0;
  char32_t end_mark_ = 0;  // the end mark since which only closers and spaces came, or 0
  bool abbreviated_ = false;
  bool sentence_begun_ = false;
  bool capital_ = false;
};

std::string_view trim(std::string_view line) {
  const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f'; };
  while (!line.empty() && blank(line.front())) line.remove_prefix(1);
  while (!line.empty() && blank(line.back())) line.remove_suffix(1);
  return line;
}

std::size_t countChars(std::string_view bytes) {
  return static_cast<std::size_t>(std::count_if(
      bytes.begin(), bytes.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

bool isBullet(std::string_view line) {
  return startsWith(line, "\xE2\x80\xA2") || startsWith(line, "- ") || startsWith(line, "* ");
}

void readLines(std::string_view text, Document& out) {
  Block paragraph{0, 0};
  const auto endParagraph = [&] {
    if (paragraph.chars > 0) out.paragraphs.push_back(paragraph);
    paragraph = {0, 0};
  };
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const auto line = trim(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty()) {
      endParagraph();
      continue;
    }
    out.lines.push_back({hashOf(line), countChars(line)});
    paragraph.hash = paragraph.hash * 0x9e3779b97f4a7c15ULL + out.lines.back().hash;
    paragraph.chars += out.lines.back().chars;
    if (isBullet(line)) ++out.bullet_lines;
    if (endsWith(line, "...") || endsWith(line, "\xE2\x80\xA6")) ++out.ellipsis_lines;
  }
  endParagraph();
}

}  // namespace

Document readDocument(std::string_view text) {
  Document out;
  out.cut = text.size() > kMaxBytes;
  if (out.cut) text = text.substr(0, kMaxBytes);
  WordReader(text, out).read();
  readLines(text, out);
  return out;
}

std::string_view stemOf(std::string_view word) {
  const auto drop = [&word](std::string_view ending, std::size_t keep) {
    if (word.size() < ending.size() + keep || !endsWith(word, ending)) return false;
    word.remove_suffix(ending.size());
    return true;
  };
  const auto isDoubled = [&word] {
    const std::size_t n = word.size();
    return n > 3 && word[n - 1] == word[n - 2] && word[n - 1] != 'l' && word[n - 1] != 's' && word[n - 1] != 'e';
  };
  drop("'s", 2);
  drop("ly", 4);
  if (!endsWith(word, "ss") && !endsWith(word, "us")) drop("s", 3);
  if (drop("ing", 3) || drop("ed", 3)) {
    if (isDoubled()) word.remove_suffix(1);
  }
  drop("e", 3);
  if (word.size() > 3 && (word.back() == 'y' || word.back() == 'i')) word.remove_suffix(1);
  return word;
}

}  // namespace troupe::text
