#include "length.hpp"

#include <algorithm>

namespace troupe::text {

Part length(double words, const LengthBand& band) {
  const double low = std::max(band.min_words, 1.0);
  const double high = std::max(band.max_words, low);
  Part part;
  part.reason = fixed(words, 0) + " words, wanted " + fixed(band.min_words, 0) + " to " + fixed(band.max_words, 0);
  if (words < low) {
    const double ratio = words / low;
    part.value = curve(ratio, {{0, 0}, {.5, 2}, {.8, 5}, {1, 8}});
    if (ratio < .8) part.cap = curve(ratio, {{0, 1}, {.5, 5.5}, {.8, 7.8}});
  } else if (words > high) {
    const double ratio = words / high;
    part.value = curve(ratio, {{1, 8}, {1.5, 5}, {2, 3}, {10, 0}});
    if (ratio > 1.5) part.cap = curve(ratio, {{1.5, 7.8}, {2, 7}, {10, 5}, {100, 3}});
  } else {
    const double at = high > low ? (words - low) / (high - low) : .5;
    part.value = curve(at, {{0, 8}, {.25, 10}, {.75, 10}, {1, 8}});
  }
  return part;
}

}  // namespace troupe::text
