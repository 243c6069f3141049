#pragma once

#include <cstddef>
#include <vector>

/// Whom to ask next, for policies that leave providers out. Pure: knows no node, no sample and no thread.
namespace troupe::pipeline {

/// How it stands with a candidate of a sample.
enum class Standing {
  unasked,
  asked,     ///< its provider has not answered
  answered,  ///< scores are missing
  reached,   ///< judged good enough
  missed,    ///< judged, or not to be judged, and not good enough
  failed     ///< its provider gave none
};

/// When it is enough.
struct StopRule {
  std::size_t min_candidates = 1;  ///< answers that are wanted in any case
  std::size_t max_candidates = 0;  ///< providers asked at most; 0: no limit
};

struct NextStep {
  enum class Kind {
    ask,   ///< `candidate`, and then look again: another one may be due at once
    wait,  ///< until one of those asked stands otherwise
    over   ///< nobody else is asked
  };
  Kind kind = Kind::over;
  int candidate = -1;
};

/// `order` names candidates, the first to be asked first. Whom it asks in the end depends on what each would answer
/// alone, not on who answers first: always a part of the order from its front.
NextStep nextStep(const StopRule& rule, const std::vector<int>& order, const std::vector<Standing>& standings);

}  // namespace troupe::pipeline
