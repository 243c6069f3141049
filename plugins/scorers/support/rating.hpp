#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rubric.hpp"

namespace troupe::judging {

/// What a judge said of one text, on its scale from 1 to 10.
struct Rating {
  double overall = 0;            ///< weighted mean of the criteria, where there are any
  std::vector<double> criteria;  ///< in the rubric's order; empty when only the whole was rated
  std::string reason;
};

/// A rating, or why there is none: never a guess. A number off the scale is refused, not clamped; ratings that
/// contradict each other are none.
struct ReadRating {
  std::optional<Rating> rating;
  std::string why_not;
};
ReadRating readRating(const Rubric& rubric, std::string_view answer);

/// From the judge's scale to the host's: 1 is 0, 10 is 10.
inline double valueOf(double rating) { return (rating - 1) * 10 / 9; }

}  // namespace troupe::judging
