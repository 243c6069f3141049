#ifndef TROUPE_BEST_MEASURE_HPP
#define TROUPE_BEST_MEASURE_HPP

#include <string>
#include <string_view>

#include "support/ballot.hpp"
#include "support/decision.hpp"

namespace troupe::selectors {

/// What the best candidate is the best by.
enum class Measure {
  kQuality,      // the host's: the weighted mean
  kMedian,       // the weighted median of its scores
  kTrimmedMean,  // the weighted mean without its highest and its lowest score, where it has three or more
  kZMean,        // the weighted mean of the scores in standard deviations from their scorer's mean in the sample
};

/// Of the option `by`.
Measure measureOf(std::string_view option);
/// As it is told to people.
std::string nameOf(Measure measure);

/// The measure of each candidate that has a quality.
Points measured(const Ballot& ballot, Measure measure);

}  // namespace troupe::selectors

#endif
