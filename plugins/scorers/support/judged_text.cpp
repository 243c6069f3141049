#include "judged_text.hpp"

#include <algorithm>

namespace troupe::judging {
namespace {

bool isContinuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

std::size_t countChars(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return !isContinuation(c); }));
}

// The byte at which character `n` begins.
std::size_t placeOf(std::string_view text, std::size_t n) {
  std::size_t chars = 0;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (!isContinuation(text[i]) && chars++ == n) return i;
  return text.size();
}

}  // namespace

std::string excerpt(std::string_view text, std::size_t max_chars) {
  const auto chars = countChars(text);
  if (chars <= max_chars) return std::string(text);
  const auto head = max_chars - max_chars / 3;  // Beginnings set up what ends pay off: two thirds, and one.
  const auto tail = max_chars / 3;
  return std::string(text.substr(0, placeOf(text, head))) + "\n[… " + std::to_string(chars - max_chars) +
         " characters left out …]\n" + std::string(text.substr(placeOf(text, chars - tail)));
}

std::string fenceFor(const std::function<std::uint64_t()>& random, const std::vector<std::string_view>& texts) {
  for (;;) {
    std::string fence = "=====";
    for (std::uint64_t bits = random(), i = 0; i < 16; ++i, bits >>= 4) fence += "0123456789abcdef"[bits & 15U];
    fence += "=====";
    if (std::none_of(texts.begin(), texts.end(), [&](std::string_view text) { return text.find(fence) != text.npos; }))
      return fence;
  }
}

std::string fenced(const std::string& fence, std::string_view text) {
  return fence + "\n" + std::string(text) + "\n" + fence + "\n";
}

std::string oneLine(std::string_view text, std::size_t max_bytes) {
  std::string out;
  for (const char c : text) {
    const bool space = static_cast<unsigned char>(c) <= 0x20 || c == 0x7f;
    if (space && (out.empty() || out.back() == ' ')) continue;
    out += space ? ' ' : c;
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  if (out.size() <= max_bytes) return out;
  auto end = max_bytes;
  while (end > 0 && isContinuation(out[end])) --end;
  return out.substr(0, end) + "…";
}

}  // namespace troupe::judging
