#include "config/json_scan.hpp"

#include <charconv>
#include <system_error>

namespace troupe::config {
namespace {

constexpr std::uint32_t kNoDigits = 0xFFFFFFFF;

std::uint32_t fourHexDigits(std::string_view text, std::size_t at) {
  if (at + 4 > text.size()) return kNoDigits;
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data() + at, text.data() + at + 4, value, 16);
  return error == std::errc() && end == text.data() + at + 4 ? value : kNoDigits;
}

void appendUtf8(std::string& out, std::uint32_t code) {
  const auto put = [&out](std::uint32_t byte) { out += static_cast<char>(byte); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0 | (code >> 6));
    put(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    put(0xE0 | (code >> 12));
    put(0x80 | ((code >> 6) & 0x3F));
    put(0x80 | (code & 0x3F));
  } else {
    put(0xF0 | (code >> 18));
    put(0x80 | ((code >> 12) & 0x3F));
    put(0x80 | ((code >> 6) & 0x3F));
    put(0x80 | (code & 0x3F));
  }
}

bool isDigit(char c) { return c >= '0' && c <= '9'; }

/// Reads one escape, whose backslash is at `at`; returns the offset after it.
std::size_t scanEscape(std::string_view text, std::size_t at, StringToken& token) {
  const auto wrong = [&](std::string fact, std::string repair) {
    if (!token.error) token.error = ScanError{at, std::move(fact), std::move(repair)};
  };
  const char kind = at + 1 < text.size() ? text[at + 1] : '\n';
  switch (kind) {
    case '"':
    case '\\':
    case '/':
      token.value += kind;
      return at + 2;
    case 'b':
      token.value += '\b';
      return at + 2;
    case 'f':
      token.value += '\f';
      return at + 2;
    case 'n':
      token.value += '\n';
      return at + 2;
    case 'r':
      token.value += '\r';
      return at + 2;
    case 't':
      token.value += '\t';
      return at + 2;
    case 'u':
      break;
    default:
      wrong("a backslash that begins no escape", R"(write \\ for a backslash)");
      return at + 1;
  }
  const auto first = fourHexDigits(text, at + 2);
  if (first == kNoDigits) {
    wrong(R"(\u without four hexadecimal digits)", R"(write for example \u00e9)");
    return at + 2;
  }
  if (first < 0xD800 || first > 0xDFFF) {
    appendUtf8(token.value, first);
    return at + 6;
  }
  const bool pair = first < 0xDC00 && text.substr(at + 6, 2) == "\\u";
  const auto second = pair ? fourHexDigits(text, at + 8) : kNoDigits;
  if (second == kNoDigits || second < 0xDC00 || second > 0xDFFF) {
    wrong("half of a surrogate pair", R"(write the character itself, or both halves as \uD83D\uDE00)");
    return at + 6;
  }
  appendUtf8(token.value, 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00));
  return at + 12;
}

/// Whether the word is a number as JSON writes it; `integer` tells that it has neither fraction nor exponent.
bool isJsonNumber(std::string_view word, bool& integer) {
  std::size_t i = 0;
  const auto digits = [&] {
    const auto begin = i;
    while (i < word.size() && isDigit(word[i])) ++i;
    return i - begin;
  };
  if (i < word.size() && word[i] == '-') ++i;
  const auto lead = i;
  const auto whole = digits();
  if (whole == 0 || (whole > 1 && word[lead] == '0')) return false;
  integer = i == word.size();
  if (i < word.size() && word[i] == '.') {
    ++i;
    if (digits() == 0) return false;
  }
  if (i < word.size() && (word[i] == 'e' || word[i] == 'E')) {
    ++i;
    if (i < word.size() && (word[i] == '+' || word[i] == '-')) ++i;
    if (digits() == 0) return false;
  }
  return i == word.size();
}

/// Of a number beyond a double's range: whether it is too small rather than too large, which from_chars does not tell.
bool isTiny(std::string_view word) {
  const auto exponent = word.find_first_of("eE");
  if (exponent != std::string_view::npos) return word[exponent + 1] == '-';
  return word.substr(word[0] == '-' ? 1 : 0, 2) == "0.";
}

template <typename T>
bool convert(std::string_view word, T& value) {
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  return error == std::errc() && end == word.data() + word.size();
}

}  // namespace

std::size_t firstInvalidUtf8(std::string_view text) {
  const auto byte = [&](std::size_t i) -> unsigned {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0;
  };
  std::size_t i = 0;
  while (i < text.size()) {
    const unsigned lead = byte(i);
    if (lead < 0x80) {
      ++i;
      continue;
    }
    // The second byte's range excludes overlong forms, surrogates and what lies beyond U+10FFFF.
    unsigned low = 0x80, high = 0xBF;
    std::size_t length = 0;
    if (lead >= 0xC2 && lead <= 0xDF) length = 2;
    if (lead >= 0xE0 && lead <= 0xEF) length = 3;
    if (lead >= 0xF0 && lead <= 0xF4) length = 4;
    if (lead == 0xE0) low = 0xA0;
    if (lead == 0xED) high = 0x9F;
    if (lead == 0xF0) low = 0x90;
    if (lead == 0xF4) high = 0x8F;
    if (length == 0 || byte(i + 1) < low || byte(i + 1) > high) return i;
    for (std::size_t k = 2; k < length; ++k)
      if ((byte(i + k) & 0xC0) != 0x80) return i;
    i += length;
  }
  return std::string_view::npos;
}

StringToken scanString(std::string_view text, std::size_t begin) {
  StringToken token;
  std::size_t i = begin + 1;
  while (i < text.size()) {
    std::size_t plain = i;
    while (plain < text.size() && text[plain] != '"' && text[plain] != '\\' &&
           static_cast<unsigned char>(text[plain]) >= 0x20)
      ++plain;
    token.value.append(text, i, plain - i);
    i = plain;
    if (i == text.size() || text[i] == '\n' || text[i] == '\r') break;
    if (text[i] == '"') {
      token.closed = true;
      token.end = i + 1;
      return token;
    }
    if (text[i] == '\\') {
      i = scanEscape(text, i, token);
    } else {
      if (!token.error)
        token.error = ScanError{i, "a control character in a string", R"(write it as an escape, a tab as \t)"};
      ++i;
    }
  }
  token.end = i;
  return token;
}

std::variant<Number, ScanError> scanNumber(std::string_view word) {
  const std::string quoted = "\"" + shortened(word) + "\"";
  bool integer = false;
  if (!isJsonNumber(word, integer))
    return ScanError{0, quoted + " is no JSON number",
                     "write it like 8, -0.5 or 1e3, or in double quotes if it is text"};
  if (integer) {
    std::int64_t value = 0;
    if (convert(word, value)) return Number(value);
    std::uint64_t large = 0;
    if (word[0] != '-' && convert(word, large)) return Number(large);
    return ScanError{0, "the integer " + quoted + " does not fit into 64 bits",
                     "write it with an exponent if it need not be exact"};
  }
  double value = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (error == std::errc::result_out_of_range) {
    if (!isTiny(word)) return ScanError{0, "the number " + quoted + " is too large", "at most 1.7e308 can be stored"};
    value = 0;
  }
  return Number(value);
}

std::size_t wordEnd(std::string_view text, std::size_t begin) {
  std::size_t i = begin;
  while (i < text.size()) {
    const auto c = static_cast<unsigned char>(text[i]);
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c >= 0x80;
    if (!letter && !isDigit(text[i]) && text[i] != '+' && text[i] != '-' && text[i] != '.' && text[i] != '_' &&
        text[i] != '$')
      break;
    ++i;
  }
  return i;
}

std::string shortened(std::string_view text) {
  constexpr std::size_t kLimit = 60;
  if (text.size() <= kLimit) return std::string(text);
  std::size_t end = kLimit;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return std::string(text.substr(0, end)) + "…";
}

}  // namespace troupe::config
