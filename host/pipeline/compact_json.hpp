#pragma once

#include <string_view>

namespace troupe::pipeline {

/// Values are written by recursion, so their depth is bounded.
inline constexpr int kMaxDepth = 128;

/// Whether the text is one JSON value exactly as our writer would write it anew: without white space, strings in valid
/// UTF-8 with the writer's escapes, numbers in their one shortest form, not nested deeper than kMaxDepth. What this
/// says yes to needs no parser to be checked and no writer to be made compact; where it says no, the text may still be
/// good JSON that somebody else's writer made.
bool isCompactJson(std::string_view json);

}  // namespace troupe::pipeline
