#ifndef TROUPE_BRADLEY_TERRY_COMPARISONS_HPP
#define TROUPE_BRADLEY_TERRY_COMPARISONS_HPP

#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "support/ballot.hpp"
#include "support/decision.hpp"

namespace troupe::selectors {

/// How often the first of a pair came off better, and the other: a tie counts half for both.
struct Wins {
  double first = 0;
  double second = 0;
};
/// By positions of candidates, the lower one first.
using Comparisons = std::map<std::pair<std::size_t, std::size_t>, Wins>;

/// What one scorer compared. A comparison that stands with both of its candidates is counted once: where both have
/// entries about each other, each entry counts half.
Comparisons comparisonsOf(const Ballot& ballot, const std::string& scorer);

/// Those of all scorers together, each times its weight over the mean weight of those that compare.
Comparisons allComparisons(const Ballot& ballot);

/// Each scorer's vote: for whom it preferred most often; the margin is in wins.
std::vector<Vote> votesByWins(const Ballot& ballot, const std::string& winner);

}  // namespace troupe::selectors

#endif
