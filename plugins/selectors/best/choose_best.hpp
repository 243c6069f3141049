#ifndef TROUPE_BEST_CHOOSE_BEST_HPP
#define TROUPE_BEST_CHOOSE_BEST_HPP

#include <optional>
#include <string>
#include <vector>

#include "ballot.hpp"

namespace troupe::best {

/// Qualities that differ by no more are equal: a mean has no more exact digits.
constexpr double kEqual = 1e-9;

enum class TieBreak {
  kFirst,  // the pipeline's order of the candidates
  kSeed,   // by the sample's seed: repeatable, and no candidate is favoured over a run
};

/// Which candidate one scorer would have chosen.
struct Vote {
  std::string scorer;
  std::string candidate;
  std::optional<double> margin;  // to its second choice; none when it scored one candidate only
};

struct Decision {
  std::string winner;
  std::vector<std::string> ranking;    // all candidates, the best first; those without quality last
  std::optional<double> margin;        // to the runner-up; none when no other candidate has a quality
  std::vector<std::string> ties;       // candidates whose quality equals the winner's, without it
  std::vector<std::string> abstained;  // "judge on 17/llama"
  std::vector<std::string> unscored;   // ids of candidates without quality
  std::vector<Vote> votes;
};

/// Chooses the candidate of the highest quality. Throws troupe::Error when no candidate has one.
Decision chooseBest(const Ballot& ballot, TieBreak tie_break);

}  // namespace troupe::best

#endif
