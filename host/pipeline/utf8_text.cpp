#include "pipeline/utf8_text.hpp"

namespace troupe::pipeline {
namespace {

unsigned char byteAt(std::string_view text, std::size_t i) {
  return i < text.size() ? static_cast<unsigned char>(text[i]) : 0;
}

}  // namespace

std::size_t utf8Length(std::string_view text, std::size_t i) {
  const auto first = byteAt(text, i);
  const auto within = [&](std::size_t offset, unsigned low, unsigned high) {
    const auto b = byteAt(text, i + offset);
    return b >= low && b <= high;
  };
  if (first < 0x80) return 1;
  if (first < 0xC2 || first > 0xF4) return 0;
  if (first < 0xE0) return within(1, 0x80, 0xBF) ? 2 : 0;
  if (first < 0xF0)
    return within(1, first == 0xE0 ? 0xA0 : 0x80, first == 0xED ? 0x9F : 0xBF) && within(2, 0x80, 0xBF) ? 3 : 0;
  return within(1, first == 0xF0 ? 0x90 : 0x80, first == 0xF4 ? 0x8F : 0xBF) && within(2, 0x80, 0xBF) &&
                 within(3, 0x80, 0xBF)
             ? 4
             : 0;
}

std::string utf8Text(std::string_view text, std::size_t max_bytes) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const auto length = utf8Length(text, i);
    const auto piece = length > 0 ? text.substr(i, length) : std::string_view("\xEF\xBF\xBD");
    if (out.size() + piece.size() > max_bytes) break;
    out += piece;
    i += length > 0 ? length : 1;
  }
  return out;
}

}  // namespace troupe::pipeline
