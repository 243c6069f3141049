#include "pipeline/ensemble_policy.hpp"

#include <algorithm>

namespace troupe::pipeline {

NextStep nextStep(const StopRule& rule, const std::vector<int>& order, const std::vector<Standing>& standings) {
  const auto count = [&](Standing standing) {
    return static_cast<std::size_t>(std::count(standings.begin(), standings.end(), standing));
  };
  const auto unjudged = count(Standing::asked) + count(Standing::answered);
  const auto hoped_for = unjudged + count(Standing::reached) + count(Standing::missed);
  const bool enough = hoped_for >= rule.min_candidates;
  const auto asked = hoped_for + count(Standing::failed);
  const auto next = std::find_if(order.begin(), order.end(), [&](int candidate) {
    return standings[static_cast<std::size_t>(candidate)] == Standing::unasked;
  });
  const bool may_ask = next != order.end() && (rule.max_candidates == 0 || asked < rule.max_candidates);
  if (may_ask && !enough) return {NextStep::Kind::ask, *next};
  if (unjudged > 0) return {NextStep::Kind::wait, -1};
  if (may_ask && count(Standing::reached) == 0) return {NextStep::Kind::ask, *next};
  return {NextStep::Kind::over, -1};
}

}  // namespace troupe::pipeline
