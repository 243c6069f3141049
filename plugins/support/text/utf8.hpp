#ifndef TROUPE_TEXT_UTF8_HPP
#define TROUPE_TEXT_UTF8_HPP

#include <cstddef>
#include <string>
#include <string_view>

namespace troupe::text {

/// What an ill-formed byte is read as: no letter, no space, counted by itself.
constexpr char32_t kIllFormed = 0xFFFD;

struct CodePoint {
  char32_t value;
  std::size_t bytes;  // 1 to 4; an ill-formed sequence takes one byte, so that reading always goes on
};

/// The code point at `at`, which must be inside the text.
CodePoint decode(std::string_view text, std::size_t at);
void append(std::string& out, char32_t code_point);

bool isSpace(char32_t c);
bool isDigit(char32_t c);
/// Letters and marks of all scripts. Beyond Latin this goes by block, which is exact enough to tell words from symbols.
bool isLetter(char32_t c);
bool isLatin(char32_t c);
/// Scripts written without spaces, of which each character counts as a word: Han, Hiragana, Katakana.
bool isIdeograph(char32_t c);
/// Lower case for Latin, Greek and Cyrillic; other letters stay as they are.
char32_t lower(char32_t c);
inline bool isUpper(char32_t c) { return c < 0x80 ? c >= 'A' && c <= 'Z' : lower(c) != c; }

}  // namespace troupe::text

#endif
