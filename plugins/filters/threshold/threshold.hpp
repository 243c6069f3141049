#ifndef TROUPE_THRESHOLD_THRESHOLD_HPP
#define TROUPE_THRESHOLD_THRESHOLD_HPP

#include <string>

namespace troupe::threshold {

struct Verdict {
  bool pass;
  std::string reason;
};

/// Compares the unrounded quality. The sentence shows as many decimals, up to nine, as tell the two numbers apart.
Verdict check(double quality, double min_quality);

}  // namespace troupe::threshold

#endif
