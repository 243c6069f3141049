#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace troupe::pipeline {

/// Length of the character at `i` (Unicode 15, table 3-7), or 0 when there is none.
std::size_t utf8Length(std::string_view text, std::size_t i);

/// What a plugin said, fit for JSON: at most `max_bytes` of it, not cut within a character, each byte that is no UTF-8
/// replaced by U+FFFD.
std::string utf8Text(std::string_view text, std::size_t max_bytes);

}  // namespace troupe::pipeline
