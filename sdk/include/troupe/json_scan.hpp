/// Finds the members of a JSON object and the elements of an array as pieces of its text: one scan, no copy, nothing
/// parsed. A piece is not checked: give it to a parser, or know who wrote it. Whatever the text is, no piece reaches
/// beyond it.
#ifndef TROUPE_JSON_SCAN_HPP
#define TROUPE_JSON_SCAN_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace troupe {
namespace detail {

constexpr std::size_t kNoEnd = static_cast<std::size_t>(-1);

inline std::size_t skipSpace(std::string_view json, std::size_t i) {
  while (i < json.size() && (json[i] == ' ' || json[i] == '\n' || json[i] == '\r' || json[i] == '\t')) ++i;
  return i;
}

/// The place of the first quote or backslash among eight bytes; 8 when there is none.
inline std::size_t quoteOrBackslash(const char* eight) {
#if defined(__GNUC__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  constexpr std::uint64_t kOnes = 0x0101010101010101ULL;
  std::uint64_t bytes = 0;
  std::memcpy(&bytes, eight, sizeof bytes);
  const std::uint64_t quotes = bytes ^ (kOnes * '"');
  const std::uint64_t slashes = bytes ^ (kOnes * '\\');
  // A byte of zero sets its highest bit here; the lowest bit that is set is right, which is all that is asked.
  const std::uint64_t hits = (((quotes - kOnes) & ~quotes) | ((slashes - kOnes) & ~slashes)) & (kOnes * 0x80);
  return hits == 0 ? 8 : static_cast<std::size_t>(__builtin_ctzll(hits)) / 8;
#else
  std::size_t place = 0;
  while (place < 8 && eight[place] != '"' && eight[place] != '\\') ++place;
  return place;
#endif
}

/// Behind the string whose opening quote is at `begin`.
inline std::size_t endOfString(std::string_view json, std::size_t begin) {
  std::size_t i = begin + 1;
  while (i < json.size()) {
    if (json.size() - i >= 8) {
      const std::size_t place = quoteOrBackslash(json.data() + i);
      i += place;
      if (place == 8) continue;
    }
    if (json[i] == '"') return i + 1;
    i += json[i] == '\\' ? 2 : 1;
  }
  return kNoEnd;
}

/// Behind the object or array that begins at `i`. Whether brackets match is for a parser to say.
inline std::size_t endOfContainer(std::string_view json, std::size_t i) {
  std::size_t depth = 0;
  while (i < json.size()) {
    const char c = json[i];
    if (c == '"') {
      i = endOfString(json, i);
      if (i == kNoEnd) return kNoEnd;
      continue;
    }
    ++i;
    const int brace = c | 0x20;  // '[' becomes '{', ']' becomes '}'
    if (brace == '{') ++depth;
    if (brace == '}' && --depth == 0) return i;
  }
  return kNoEnd;
}

/// Behind the value that begins at `i`.
inline std::size_t endOfValue(std::string_view json, std::size_t i) {
  if (i >= json.size()) return kNoEnd;
  if (json[i] == '"') return endOfString(json, i);
  if (json[i] == '{' || json[i] == '[') return endOfContainer(json, i);
  const std::size_t end = std::min(json.find_first_of(",]} \t\r\n", i), json.size());
  return end == i ? kNoEnd : end;
}

/// The pieces between `open` and its end; visit(name, value) with an empty name in arrays. False when the text is cut
/// or ill-formed.
template <typename Visit>
bool scanPieces(std::string_view json, char open, Visit visit) {
  std::size_t i = skipSpace(json, 0);
  if (i == json.size() || json[i] != open) return false;
  const char close = open == '{' ? '}' : ']';
  i = skipSpace(json, i + 1);
  if (i < json.size() && json[i] == close) return skipSpace(json, i + 1) == json.size();
  for (;;) {
    std::string_view name;
    if (open == '{') {
      if (i == json.size() || json[i] != '"') return false;
      const std::size_t end = endOfString(json, i);
      if (end == kNoEnd) return false;
      name = json.substr(i + 1, end - i - 2);
      i = skipSpace(json, end);
      if (i == json.size() || json[i] != ':') return false;
      i = skipSpace(json, i + 1);
    }
    const std::size_t end = endOfValue(json, i);
    if (end == kNoEnd) return false;
    visit(name, json.substr(i, end - i));
    i = skipSpace(json, end);
    if (i == json.size()) return false;
    if (json[i] == close) return skipSpace(json, i + 1) == json.size();
    if (json[i] != ',') return false;
    i = skipSpace(json, i + 1);
  }
}

}  // namespace detail

/// Calls visit(name, value) for each member of the object: the name as written between its quotes, the value's text.
/// False when the text is no object; some members may have been visited then.
template <typename Visit>
bool scanObject(std::string_view json, Visit visit) {
  return detail::scanPieces(json, '{', visit);
}

/// Calls visit(value) for each element of the array. False when the text is no array; some may have been visited then.
template <typename Visit>
bool scanArray(std::string_view json, Visit visit) {
  return detail::scanPieces(json, '[', [&visit](std::string_view, std::string_view value) { visit(value); });
}

}  // namespace troupe

#endif
