#pragma once

#include <string_view>

namespace troupe::file_prompts {

/// True for well-formed UTF-8: no overlong forms, no surrogates, nothing above U+10FFFF.
bool isUtf8(std::string_view text);

}  // namespace troupe::file_prompts
