#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace troupe::config {

/// Offset of the first byte that is no valid UTF-8, or npos.
std::size_t firstInvalidUtf8(std::string_view text);

/// Something wrong inside a token, at an offset of the text.
struct ScanError {
  std::size_t at = 0;
  std::string fact;
  std::string repair;
};

/// A string token, from quote to quote.
struct StringToken {
  std::string value;
  std::size_t end = 0;  ///< after the closing quote
  bool closed = false;
  std::optional<ScanError> error;  ///< the first one
};

/// Reads the string whose opening quote is at `begin`. The text is valid UTF-8.
StringToken scanString(std::string_view text, std::size_t begin);

using Number = std::variant<std::int64_t, std::uint64_t, double>;

/// The value of a word such as "12" or "-0.5e3", or why it is no number.
std::variant<Number, ScanError> scanNumber(std::string_view word);

/// End of the word (letters, digits, + - . _ $ and all beyond ASCII) that begins at `begin`.
std::size_t wordEnd(std::string_view text, std::size_t begin);

/// At most 60 bytes of a text for a message, cut between characters, with an ellipsis when something is missing.
std::string shortened(std::string_view text);

}  // namespace troupe::config
