#ifndef TROUPE_TEXT_LENGTH_HPP
#define TROUPE_TEXT_LENGTH_HPP

#include "signal.hpp"

namespace troupe::text {

struct LengthBand {
  double min_words = 80;
  double max_words = 400;
};

/// 8 at the ends of the band, 10 in its middle half, falling outside. Less than 0.8 of the minimum, or more than 1.5
/// times the maximum, caps the total below 8: the band is a wish of the user, not of this plugin.
Part length(double words, const LengthBand& band);

}  // namespace troupe::text

#endif
