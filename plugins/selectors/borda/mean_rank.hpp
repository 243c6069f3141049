#ifndef TROUPE_BORDA_MEAN_RANK_HPP
#define TROUPE_BORDA_MEAN_RANK_HPP

#include <vector>

#include "support/ballot.hpp"
#include "support/decision.hpp"

namespace troupe::selectors {

/// The rank of each value among all, 1 for the highest; equal ones share the mean of their ranks.
std::vector<double> ranksOf(const std::vector<double>& values);

/// Minus the weighted mean of the ranks that the scorers gave a candidate: among n of N candidates rank r counts
/// r (N + 1) / (n + 1), its expectation when those that the scorer abstained on stood anywhere.
Points meanRanks(const Ballot& ballot);

}  // namespace troupe::selectors

#endif
