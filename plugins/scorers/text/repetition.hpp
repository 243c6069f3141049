#ifndef TROUPE_TEXT_REPETITION_HPP
#define TROUPE_TEXT_REPETITION_HPP

#include <array>
#include <string_view>

#include "signal.hpp"

namespace troupe::text {

struct RepetitionRule {
  std::string_view name;
  double limit;  // a share; above it the text counts as repetitive
};

/// The rules of Gopher (arXiv 2112.11446, table A1).
constexpr std::array<RepetitionRule, 13> kRepetitionRules = {{
    {"repeated lines", .30},
    {"repeated paragraphs", .30},
    {"characters in repeated lines", .20},
    {"characters in repeated paragraphs", .20},
    {"characters in the commonest 2-word phrase", .20},
    {"characters in the commonest 3-word phrase", .18},
    {"characters in the commonest 4-word phrase", .16},
    {"characters in repeated 5-word phrases", .15},
    {"characters in repeated 6-word phrases", .14},
    {"characters in repeated 7-word phrases", .13},
    {"characters in repeated 8-word phrases", .12},
    {"characters in repeated 9-word phrases", .11},
    {"characters in repeated 10-word phrases", .10},
}};

/// What each rule measures, in the rules' order: a share from 0 to 1.
std::array<double, kRepetitionRules.size()> measureRepetition(const Document& document);

/// The grade of the worst rule: 10 without repetition, 5 at its limit, 0 at three times the limit. Above a limit the
/// total is capped, the lower the grosser the repetition.
Part repetition(const Document& document);

}  // namespace troupe::text

#endif
