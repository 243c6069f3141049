#pragma once

#include <rapidjson/document.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/problem.hpp"

namespace troupe::config {

inline constexpr std::size_t kMaxBytes = std::size_t{16} << 20;
inline constexpr std::size_t kMaxLevels = 64;
inline constexpr std::size_t kMaxValues = 1'000'000;  ///< bounds the memory of a text that is all commas

/// Bytes [begin, end) of a text.
struct Span {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
};

struct Position {
  int line = 0;    ///< from 1
  int column = 0;  ///< from 1, in code points; a tab counts as one
};

/// Where the lines of a text begin. A byte order mark takes no column.
class LineIndex {
 public:
  /// `text` must outlive the index.
  explicit LineIndex(std::string_view text);
  Position position(std::size_t offset) const;

 private:
  std::string_view text_;
  std::vector<std::uint32_t> starts_;
};

/// A value of the text. Values stand in the order of the text, so the first child follows its parent.
struct ValueSpan {
  Span key;  ///< with its quotes; empty in an array
  Span value;
  std::uint32_t next = 0;  ///< index of the first value that is not inside this one
};

/// JSON with comments and trailing commas, read once and checked: the document, and where in the text each value
/// stands.
class JsonText {
 public:
  /// Comments are // and /* */; one comma may follow the last member. Refused: duplicate keys, invalid UTF-8, lone
  /// surrogates, NaN, integers beyond 64 bits, more than kMaxBytes, kMaxLevels or kMaxValues. Never throws for bad
  /// input: mistakes go to `problems`.
  static std::optional<JsonText> parse(std::string text, std::vector<Problem>& problems);

  const std::string& text() const { return text_; }
  const rapidjson::Document& document() const { return document_; }
  /// All values in the order of the text; the first is the whole document.
  const std::vector<ValueSpan>& spans() const { return spans_; }

  /// Its place in spans(), of the value that a JSON pointer names, or nothing.
  std::optional<std::uint32_t> find(std::string_view pointer) const;

  /// Of the value that a JSON pointer names, or nothing.
  std::optional<Span> value(std::string_view pointer) const;
  std::optional<Span> key(std::string_view pointer) const;
  /// Where a message about a value points at: its key, else the value; for one that is not in the text, of the
  /// innermost one around it.
  std::size_t offset(std::string_view pointer) const;

 private:
  JsonText() = default;
  /// The deepest value on the pointer's way; `complete` tells whether it is the value itself.
  const ValueSpan& walk(std::string_view pointer, bool& complete) const;

  std::string text_;
  rapidjson::Document document_;
  std::vector<ValueSpan> spans_;
};

/// The text with one value replaced; all else stays as it is, comments too. Nothing, and a problem, when the text or
/// the new value is no JSON, or the pointer names nothing.
std::optional<std::string> replaceValue(const std::string& text, std::string_view pointer, const std::string& new_json,
                                        std::vector<Problem>& problems);

/// The tokens of a JSON pointer, unescaped.
std::vector<std::string> pointerTokens(std::string_view pointer);
/// Begins with "/" or is empty, and has no "~" but in "~0" and "~1".
bool isPointer(std::string_view pointer);
/// The index that a token of a pointer stands for: digits without a zero in front; nothing when it is none.
std::optional<std::uint32_t> arrayIndex(std::string_view token);

}  // namespace troupe::config
