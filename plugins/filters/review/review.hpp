#ifndef TROUPE_REVIEW_REVIEW_HPP
#define TROUPE_REVIEW_REVIEW_HPP

#include <optional>

namespace troupe::review {

/// Which samples are doubtful enough for a person to look at. A bound that is absent does not restrict.
struct Bounds {
  std::optional<double> above;  // held only when quality >= above
  std::optional<double> below;  // held only when quality < below
};

/// A quality that is not a number is always doubtful.
bool isDoubtful(double quality, const Bounds& bounds);

}  // namespace troupe::review

#endif
