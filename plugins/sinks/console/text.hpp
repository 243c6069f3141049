#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace troupe::console {

/// Columns of a terminal that a code point takes: 0 (combining), 1, or 2 (East Asian wide, emoji).
int columns(char32_t code);
/// Columns of UTF-8 text without control characters.
int columns(std::string_view text);

/// Text that a terminal shows and never obeys: no C0, C1, ESC or bidirectional controls; bytes that are no UTF-8 become
/// U+FFFD. White space becomes blanks; line feeds are kept when `keep_lines`.
std::string clean(std::string_view text, bool keep_lines = false);

/// The longest beginning of clean text that takes at most `width` columns; where something is cut, it ends with `mark`
/// if that fits.
std::string fit(std::string_view text, int width, std::string_view mark = "\xe2\x80\xa6");

/// Clean text in lines of at most `width` columns, broken at blanks, inside a word only when it is longer than a line.
/// An empty line stays an empty line.
std::vector<std::string> wrap(std::string_view text, int width);

}  // namespace troupe::console
