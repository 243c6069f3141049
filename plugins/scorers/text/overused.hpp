#ifndef TROUPE_TEXT_OVERUSED_HPP
#define TROUPE_TEXT_OVERUSED_HPP

#include <cstddef>
#include <string_view>

#include "signal.hpp"

namespace troupe::text {

struct OverusedCount {
  std::size_t count = 0;
  std::string_view first;  // the first such phrase, of our own list
};

/// Worn-out phrases in the text; where several begin at one word the longest counts, and its words are not looked at
/// again.
OverusedCount countOverused(const Document& document);

/// 10 without any, 5 at ten per 1000 words, 0 at forty. Texts below 200 words count as 200.
Part overused(const Document& document);

}  // namespace troupe::text

#endif
