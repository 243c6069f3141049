#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace troupe::config {

/// Which providers are asked for a prompt, and when it is enough.
struct Ensemble {
  enum class Policy { all, cascade, bandit };

  Policy policy = Policy::all;
  std::vector<std::string> order;  ///< cascade: every candidate's node, the first to be asked first
  double stop_at = 8;              ///< quality at which nobody else is asked
  std::size_t min_candidates = 1;  ///< asked in any case
  std::size_t max_candidates = 0;  ///< asked at most; 0: no limit
  double explore = 0.1;            ///< bandit: share of samples whose first provider is drawn uniformly
  std::int64_t lag = kDefaultLag;  ///< bandit: sample i knows the results up to i - lag
  bool by_genre = false;           ///< bandit: learns per genre

  /// Does not follow run.in_flight: a resume with another one must not change what a sample knows.
  static constexpr std::int64_t kDefaultLag = 16;

  /// Whether providers may be left out.
  bool stopsEarly() const { return policy != Policy::all; }
};

/// "all", "cascade" or "bandit".
constexpr const char* policyName(Ensemble::Policy policy) {
  if (policy == Ensemble::Policy::all) return "all";
  return policy == Ensemble::Policy::cascade ? "cascade" : "bandit";
}

}  // namespace troupe::config
