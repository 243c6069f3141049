#include "pipeline/compact_json.hpp"

#include <rapidjson/internal/dtoa.h>

#include <array>
#include <charconv>
#include <cstdint>
#include <cstring>

#include "pipeline/utf8_text.hpp"

namespace troupe::pipeline {
namespace {

// Whether none of eight bytes ends a string, begins an escape, is a control character, or is beyond ASCII.
bool arePlain(const char* eight) {
  constexpr std::uint64_t kOnes = 0x0101010101010101ULL;
  std::uint64_t bytes = 0;
  std::memcpy(&bytes, eight, sizeof bytes);
  const auto quotes = bytes ^ (kOnes * '"');
  const auto slashes = bytes ^ (kOnes * '\\');
  const auto hits = (bytes - kOnes * 0x20) | (quotes - kOnes) | (slashes - kOnes) | bytes;
  return (hits & (kOnes * 0x80)) == 0;
}

// Reads on through the text; every function is false at the first byte that our writer would not have written.
class Scan {
 public:
  explicit Scan(std::string_view json) : json_(json) {}

  bool document() {
    std::array<char, kMaxDepth> closing{};
    std::size_t depth = 0;
    for (;;) {
      const char first = peek();
      if (first == '{' || first == '[') {
        if (depth == closing.size()) return false;
        closing[depth++] = first == '{' ? '}' : ']';
        ++at_;
        if (peek() != closing[depth - 1]) {
          if (first == '{' && !name()) return false;
          continue;
        }
      } else if (!scalar(first)) {
        return false;
      }
      // A value has ended, or is an empty one that is about to.
      while (depth > 0 && peek() == closing[depth - 1]) {
        ++at_;
        --depth;
      }
      if (depth == 0) return at_ == json_.size();
      if (!take(',')) return false;
      if (closing[depth - 1] == '}' && !name()) return false;
    }
  }

 private:
  // NUL at the end, and nowhere else that is good.
  char peek() const { return at_ < json_.size() ? json_[at_] : '\0'; }
  bool take(char c) {
    if (peek() != c) return false;
    ++at_;
    return true;
  }
  bool take(std::string_view word) {
    if (json_.substr(at_, word.size()) != word) return false;
    at_ += word.size();
    return true;
  }

  bool name() { return string() && take(':'); }

  bool scalar(char first) {
    switch (first) {
      case '"':
        return string();
      case 't':
        return take("true");
      case 'f':
        return take("false");
      case 'n':
        return take("null");
      default:
        return number();
    }
  }

  bool string() {
    if (!take('"')) return false;
    for (;;) {
      while (json_.size() - at_ >= 8 && arePlain(json_.data() + at_)) at_ += 8;
      const auto c = static_cast<unsigned char>(peek());
      if (c == '"') {
        ++at_;
        return true;
      }
      if (c == '\\') {
        if (!escape()) return false;
      } else if (c < 0x20) {
        return false;
      } else {
        const auto length = utf8Length(json_, at_);
        if (length == 0) return false;
        at_ += length;
      }
    }
  }

  bool escape() {
    ++at_;
    const char c = peek();
    if (c != 'u') return c != '\0' && std::strchr("\"\\bfnrt", c) != nullptr && take(c);
    // A control character that has no letter.
    if (!take("u00") || (peek() != '0' && peek() != '1')) return false;
    const bool low = json_[at_++] == '0';
    const char digit = peek();
    if (digit == '\0' || std::strchr(low ? "01234567BEF" : "0123456789ABCDEF", digit) == nullptr) return false;
    ++at_;
    return true;
  }

  bool number() {
    const auto begin = at_;
    if (peek() == '-') ++at_;
    const auto first_digit = at_;
    while (peek() >= '0' && peek() <= '9') ++at_;
    const auto digits = at_ - first_digit;
    if (digits == 0 || (digits > 1 && json_[first_digit] == '0')) return false;
    if (peek() != '.' && peek() != 'e') {
      // One digit more might not fit an integer, and -0 is none.
      return digits <= 18 && !(json_[first_digit] == '0' && first_digit != begin);
    }
    double value = 0;
    const char* const start = json_.data() + begin;
    const auto [end, error] = std::from_chars(start, json_.data() + json_.size(), value);
    if (error != std::errc()) return false;
    at_ = static_cast<std::size_t>(end - json_.data());
    std::array<char, 32> again{};
    const char* const again_end = rapidjson::internal::dtoa(value, again.data());
    return std::string_view(start, at_ - begin) ==
           std::string_view(again.data(), static_cast<std::size_t>(again_end - again.data()));
  }

  const std::string_view json_;
  std::size_t at_ = 0;
};

}  // namespace

bool isCompactJson(std::string_view json) { return Scan(json).document(); }

}  // namespace troupe::pipeline
