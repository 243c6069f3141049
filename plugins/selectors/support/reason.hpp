#ifndef TROUPE_SELECTORS_REASON_HPP
#define TROUPE_SELECTORS_REASON_HPP

#include <string>
#include <vector>

#include "support/ballot.hpp"
#include "support/decision.hpp"

namespace troupe::selectors {

/// How a rule calls its points.
struct Wording {
  std::string measure = "quality";
  std::string missing = "every scorer abstained";  // why a candidate has none
  double sign = 1;                                 // -1: less is better, such as a rank
  bool scorers = true;                             // who judged the winner is named
};

/// Why the winner won, as one sentence for a person. Ends with the scorers that judged it, and "text signals only" when
/// all of them say so of themselves.
std::string explain(const Ballot& ballot, const Decision& decision, const Points& points, TieBreak tie_break,
                    const Wording& wording = {});

/// Two decimals, rounded down: 7.996 never reads 8.00.
std::string floored(double value);
/// "a, b and c"
std::string listed(const std::vector<std::string>& items);

}  // namespace troupe::selectors

#endif
