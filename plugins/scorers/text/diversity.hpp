#ifndef TROUPE_TEXT_DIVERSITY_HPP
#define TROUPE_TEXT_DIVERSITY_HPP

#include <array>

#include "signal.hpp"

namespace troupe::text {

/// distinct-1, -2 and -3 (Li et al. 2016): different n-grams by all n-grams, as the mean over windows of 200 to 399
/// words, so that long texts do not lose by their length. 0 where the text has no n-gram.
struct Distinct {
  std::array<double, 3> n{};
  double window = 0;  // words in a window
};

Distinct measureDistinct(const Document& document);

/// distinct-1 is compared with what prose of that length has (1.558 * words^-0.18); far above it is no prose either.
Part diversity(const Document& document);

}  // namespace troupe::text

#endif
