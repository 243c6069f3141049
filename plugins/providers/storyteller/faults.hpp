#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "random.hpp"

namespace troupe::storyteller {

/// A failure that somebody asked for by an option, so that a pipeline can be seen to cope.
struct Fault {
  int code;  // TROUPE_E_*
  std::string_view message;
};

enum class FaultKind { kTransient, kPermanentRequest };

/// Which calls fail: a share of them by chance, and every n-th sample.
class FaultPlan {
 public:
  /// `rate` is in [0, 1]; `every` is 0 for none, else sample n - 1, 2n - 1, ... fail.
  FaultPlan(double rate, std::int64_t every, FaultKind kind) : rate_(rate), every_(every), kind_(kind) {}

  /// The failure of this sample, or nothing. The numbers of `random` are the same for every attempt, so a retry fails
  /// again.
  std::optional<Fault> decide(std::int64_t index, Random& random) const;

 private:
  const double rate_;
  const std::int64_t every_;
  const FaultKind kind_;
};

}  // namespace troupe::storyteller
