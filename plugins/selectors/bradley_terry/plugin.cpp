#include <troupe/troupe.hpp>

#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "abilities.hpp"
#include "comparisons.hpp"
#include "support/ballot.hpp"
#include "support/decision.hpp"
#include "support/reason.hpp"

namespace {

using namespace troupe::selectors;

std::string chance(const Abilities& abilities, const Ballot& ballot, const Decision& decision) {
  const auto of = [&](std::size_t place) { return *abilities.points[ballot.position(decision.ranking[place])]; };
  return floored(1 / (1 + std::exp(of(1) - of(0))));
}

std::string basis(const Ballot& ballot, const Comparisons& comparisons, const Abilities& abilities) {
  double met = 0;
  std::vector<std::string> judges;
  for (const auto& scorer : ballot.scorers) {
    const auto own = comparisonsOf(ballot, scorer.name);
    if (own.empty() || scorer.weight <= 0) continue;
    judges.push_back(scorer.name);
    for (const auto& [pair, wins] : own) met += wins.first + wins.second;
  }
  auto out = "; Bradley-Terry over " + std::to_string(std::llround(met)) +
             (std::llround(met) == 1 ? " comparison of " : " comparisons of ") + std::to_string(comparisons.size()) +
             (comparisons.size() == 1 ? " pair by " : " pairs by ") + listed(judges);
  if (abilities.with_prior)
    out += "; not everybody both won and lost, so a tenth of a tie with an average one is added";
  if (!abilities.converged) out += "; stopped after " + std::to_string(abilities.rounds) + " rounds";
  return out;
}

class BradleyTerrySelector final : public troupe::Node {
 public:
  explicit BradleyTerrySelector(const troupe::Options& options)
      : tie_break_(tieBreakOf(options)), fails_without_pairs_(options.text("without_pairs", "quality") == "fail") {}

  void run(troupe::Call& call) override {
    const auto ballot = readBallot(call.fields());
    const auto comparisons = allComparisons(ballot);
    if (comparisons.empty()) return withoutPairs(call, ballot);
    const auto abilities = abilitiesOf(comparisons, ballot.candidates.size(), [&call] { call.throwIfCancelled(); });
    auto decision = decide(ballot, abilities.points, tie_break_);
    decision.votes = votesByWins(ballot, decision.winner);
    auto reason = explain(ballot, decision, abilities.points, tie_break_, {"ability", "nobody compared it", 1, false});
    if (decision.margin && decision.ties.empty()) {
      const auto& second = ballot.candidates[ballot.position(decision.ranking[1])];
      reason += "; chance to beat " + second.node + " " + chance(abilities, ballot, decision);
    }
    reason += basis(ballot, comparisons, abilities);
    call.emit("sample", selectionJson(ballot, decision, reason, &abilities.points));
  }

 private:
  void withoutPairs(troupe::Call& call, const Ballot& ballot) const {
    if (fails_without_pairs_)
      throw troupe::Error(TROUPE_E_UNSUPPORTED, "no scorer compared candidates, and \"without_pairs\" is \"fail\"");
    Points qualities;
    for (const auto& candidate : ballot.candidates) qualities.push_back(candidate.quality);
    const auto decision = decide(ballot, qualities, tie_break_);
    call.emit("sample", selectionJson(ballot, decision,
                                      "no scorer compared candidates, so quality decides: " +
                                          explain(ballot, decision, qualities, tie_break_)));
  }

  const TieBreak tie_break_;
  const bool fails_without_pairs_;
};

}  // namespace

TROUPE_PLUGIN(BradleyTerrySelector, "troupe.selector.bradley_terry")
