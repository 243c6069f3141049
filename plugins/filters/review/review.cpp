#include "review.hpp"

namespace troupe::review {

bool isDoubtful(double quality, const Bounds& bounds) {
  const bool too_low = bounds.above && quality < *bounds.above;
  const bool too_high = bounds.below && quality >= *bounds.below;
  return !too_low && !too_high;
}

}  // namespace troupe::review
