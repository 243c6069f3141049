#include "utf8.hpp"

namespace troupe::text {

namespace {

bool between(char32_t c, char32_t first, char32_t last) { return c >= first && c <= last; }

unsigned byteAt(std::string_view text, std::size_t at) { return static_cast<unsigned char>(text[at]); }

}  // namespace

CodePoint decode(std::string_view text, std::size_t at) {
  const unsigned first = byteAt(text, at);
  if (first < 0x80) return {first, 1};
  const std::size_t bytes = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || at + bytes > text.size()) return {kIllFormed, 1};
  char32_t value = first & (0xFFU >> (bytes + 1));
  for (std::size_t i = 1; i < bytes; ++i) {
    const unsigned next = byteAt(text, at + i);
    if ((next & 0xC0U) != 0x80U) return {kIllFormed, 1};
    value = (value << 6U) | (next & 0x3FU);
  }
  constexpr char32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
  if (value < kSmallest[bytes] || value > 0x10FFFF || between(value, 0xD800, 0xDFFF)) return {kIllFormed, 1};
  return {value, bytes};
}

void append(std::string& out, char32_t c) {
  const auto put = [&out](char32_t byte) { out.push_back(static_cast<char>(static_cast<unsigned char>(byte))); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xC0 | (c >> 6U));
    put(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    put(0xE0 | (c >> 12U));
    put(0x80 | ((c >> 6U) & 0x3F));
    put(0x80 | (c & 0x3F));
  } else {
    put(0xF0 | (c >> 18U));
    put(0x80 | ((c >> 12U) & 0x3F));
    put(0x80 | ((c >> 6U) & 0x3F));
    put(0x80 | (c & 0x3F));
  }
}

bool isSpace(char32_t c) {
  return c == ' ' || between(c, '\t', '\r') || c == 0x85 || c == 0xA0 || between(c, 0x2000, 0x200B) || c == 0x2028 ||
         c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000 || c == 0xFEFF;
}

bool isDigit(char32_t c) { return between(c, '0', '9'); }

bool isLatin(char32_t c) {
  if (c < 0x80) return between(c | 0x20U, 'a', 'z');
  return (between(c, 0xC0, 0x24F) && c != 0xD7 && c != 0xF7) || c == 0xAA || c == 0xBA || between(c, 0x1E00, 0x1EFF);
}

bool isIdeograph(char32_t c) {
  return between(c, 0x3041, 0x30FF) || between(c, 0x3400, 0x4DBF) || between(c, 0x4E00, 0x9FFF) ||
         between(c, 0xF900, 0xFAFF) || between(c, 0x20000, 0x323AF);
}

bool isLetter(char32_t c) {
  if (c < 0x250) return isLatin(c);
  return between(c, 0x250, 0x2AF) || between(c, 0x300, 0x1FFF) || between(c, 0x2C00, 0x2DFF) || isIdeograph(c) ||
         between(c, 0x3105, 0x318F) || between(c, 0xA000, 0xABFF) || between(c, 0xAC00, 0xD7FF) ||
         between(c, 0xFB00, 0xFDFF) || between(c, 0xFE70, 0xFEFC) || between(c, 0x10000, 0x1CFFF);
}

char32_t lower(char32_t c) {
  if (c < 0x80) return between(c, 'A', 'Z') ? c + 32 : c;
  if (between(c, 0xC0, 0xDE) && c != 0xD7) return c + 32;
  if (between(c, 0x100, 0x137) || between(c, 0x14A, 0x177) || between(c, 0x1E00, 0x1E95) ||
      between(c, 0x1EA0, 0x1EFF)) {
    return c | 1U;
  }
  if (between(c, 0x139, 0x148) || between(c, 0x179, 0x17E)) return (c % 2 == 1) ? c + 1 : c;
  if (between(c, 0x391, 0x3A9) && c != 0x3A2) return c + 32;
  if (between(c, 0x410, 0x42F)) return c + 32;
  if (between(c, 0x400, 0x40F)) return c + 80;
  return c;
}

}  // namespace troupe::text
