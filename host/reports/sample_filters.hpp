#pragma once

#include <rapidjson/document.h>

#include <optional>
#include <string>

#include "journal/rows.hpp"

namespace troupe::reports {

/// Which samples of a run are wanted.
struct SampleFilters {
  std::optional<double> min_quality;
  bool saved_only = false;
  std::string genre;
  std::string model;                   ///< of the winner: name of its node, or of the model that answered
  std::optional<double> min_margin{};  ///< of the vote; a sample without one is not wanted then

  /// False when the record alone tells that it is not wanted: cheaper than take().
  bool mayTake(const journal::SampleRecord& record) const;
  bool take(const journal::SampleRecord& record, const rapidjson::Document& sample) const;
};

/// Qualities that differ by no more are equal: a mean has no more exact digits.
inline constexpr double kEqualQuality = 1e-9;
/// A margin is a difference of two means, so that 8.1 - 7.1 counts as 1.
inline bool reaches(double margin, double least) { return margin >= least - kEqualQuality; }

}  // namespace troupe::reports
