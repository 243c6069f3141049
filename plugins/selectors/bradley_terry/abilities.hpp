#ifndef TROUPE_BRADLEY_TERRY_ABILITIES_HPP
#define TROUPE_BRADLEY_TERRY_ABILITIES_HPP

#include <cstddef>
#include <functional>

#include "comparisons.hpp"
#include "support/decision.hpp"

namespace troupe::selectors {

/// Comparisons with an average opponent, half of them won, that each candidate is given where the maximum likelihood
/// does not exist otherwise.
constexpr double kPrior = .1;
constexpr int kMaxRounds = 10'000;

struct Abilities {
  Points points;  // the logarithms, their mean 0; none for who was never compared
  bool with_prior = false;
  int rounds = 0;
  bool converged = true;
};

/// Maximum likelihood of the Bradley-Terry model, in which i beats j with probability p_i / (p_i + p_j), by the MM
/// algorithm (Hunter 2004). It exists when, however the candidates are split in two, each side has won against the
/// other; if not, as with an undefeated one, the prior above is added for all. `each_round` may throw to give up.
Abilities abilitiesOf(const Comparisons& comparisons, std::size_t candidates,
                      const std::function<void()>& each_round = nullptr);

}  // namespace troupe::selectors

#endif
