#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace troupe::pipeline {

/// What a plugin said, fit for JSON: at most `max_bytes` of it, not cut within a character, each byte that is no UTF-8
/// replaced by U+FFFD.
std::string utf8Text(std::string_view text, std::size_t max_bytes);

}  // namespace troupe::pipeline
