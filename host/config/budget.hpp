#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "support/money.hpp"

namespace troupe::config {

struct BudgetLimits {
  std::optional<money::Nano> usd;
  std::optional<std::int64_t> tokens;
  std::optional<std::int64_t> calls;  ///< attempts that left for a provider
  bool any() const { return usd || tokens || calls; }
};

/// What a run may spend; never exceeded.
struct Budget {
  BudgetLimits run;
  std::map<std::string, BudgetLimits> nodes;  ///< of single providers, within the run's
  bool unknown_allowed = false;               ///< calls without a known price count 0 USD
  bool any() const { return run.any() || !nodes.empty(); }
};

}  // namespace troupe::config
