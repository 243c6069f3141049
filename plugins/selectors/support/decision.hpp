#ifndef TROUPE_SELECTORS_DECISION_HPP
#define TROUPE_SELECTORS_DECISION_HPP

#include <troupe/troupe.hpp>

#include <optional>
#include <string>
#include <vector>

#include "support/ballot.hpp"

namespace troupe::selectors {

/// Points that differ by no more are equal: a mean has no more exact digits.
constexpr double kEqual = 1e-9;

enum class TieBreak {
  kFirst,  // the pipeline's order of the candidates
  kSeed,   // by the sample's seed: repeatable, and no candidate is favoured over a run
};

/// Of the option `tie_break`.
TieBreak tieBreakOf(const Options& options);

/// What a rule gives each candidate, by its position in the ballot; more is better. Who has none cannot win.
using Points = std::vector<std::optional<double>>;

/// Which candidate one scorer would have chosen.
struct Vote {
  std::string scorer;
  std::string candidate;
  std::optional<double> margin;  // to its second choice; none when it judged one candidate only
};

struct Decision {
  std::string winner;
  std::vector<std::string> ranking;    // all candidates, the best first; those without points last
  std::optional<double> margin;        // to the runner-up; none when no other candidate has points
  std::vector<std::string> ties;       // candidates whose points equal the winner's, without it
  std::vector<std::string> abstained;  // "judge on 17/llama"
  std::vector<std::string> pointless;  // ids of candidates without points
  std::vector<Vote> votes;
};

/// Chooses the candidate of the most points; the votes are those by the scorers' values. Throws troupe::Error when
/// none has points.
Decision decide(const Ballot& ballot, const Points& points, TieBreak tie_break);

/// How one scorer values a candidate.
struct Grade {
  std::string candidate;
  double value = 0;
};
/// A scorer that puts several candidates first votes for the winner if that is among them, with margin 0. Nothing for
/// one that grades none.
std::optional<Vote> voteOf(const std::string& scorer, const std::vector<Grade>& grades, const std::string& winner);

/// The decision as a selector emits it. `points`: also what each candidate was given, times `sign`.
std::string selectionJson(const Ballot& ballot, const Decision& decision, const std::string& reason,
                          const Points* points = nullptr, double sign = 1);

}  // namespace troupe::selectors

#endif
