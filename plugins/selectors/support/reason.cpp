#include "support/reason.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string_view>

namespace troupe::selectors {

namespace {

std::string margin(double value) { return value > 0 && value < .01 ? "less than 0.01" : floored(value); }

std::vector<std::string> nodesOf(const Ballot& ballot, const std::vector<std::string>& ids) {
  std::vector<std::string> out;
  for (const auto& id : ids) out.push_back(ballot.candidates[ballot.position(id)].node);
  return out;
}

/// The scorers that judged the winner.
std::string signals(const Ballot& ballot, const std::string& winner) {
  constexpr std::string_view kTextOnly = "text signals only";
  std::vector<std::string> scorers;
  bool text_only = true;
  for (const auto& scorer : ballot.scorers) {
    for (const auto& score : ballot.scores) {
      if (score.scorer != scorer.name || score.candidate != winner || score.abstained) continue;
      scorers.push_back(score.scorer);
      if (score.reason.compare(0, kTextOnly.size(), kTextOnly) != 0) text_only = false;
    }
  }
  if (scorers.empty()) return "";
  return "; judged by " + listed(scorers) + (text_only ? " (text signals only)" : "");
}

}  // namespace

std::string floored(double value) {
  const auto hundredths = static_cast<std::int64_t>(std::floor(std::clamp(value, -1e6, 1e6) * 100 + 1e-7));
  const auto rest = std::abs(hundredths % 100);
  return (hundredths < 0 ? "-" : "") + std::to_string(std::abs(hundredths) / 100) + (rest < 10 ? ".0" : ".") +
         std::to_string(rest);
}

std::string listed(const std::vector<std::string>& items) {
  std::string out;
  for (std::size_t i = 0; i < items.size(); ++i) {
    out += (i == 0 ? "" : i + 1 == items.size() ? " and " : ", ") + items[i];
  }
  return out;
}

std::string explain(const Ballot& ballot, const Decision& decision, const Points& points, TieBreak tie_break,
                    const Wording& wording) {
  const auto winner = ballot.position(decision.winner);
  const auto own = wording.measure + " " + floored(wording.sign * *points[winner]);
  std::string out = ballot.candidates[winner].node;
  if (!decision.ties.empty()) {
    out += " ties with " + listed(nodesOf(ballot, decision.ties)) + " at " + own + " and wins " +
           (tie_break == TieBreak::kSeed ? "by the sample's seed" : "as the first in the pipeline's order");
  } else if (decision.margin) {
    const auto& second = ballot.candidates[ballot.position(decision.ranking[1])];
    out += " wins with " + own + ", " + margin(*decision.margin) + " ahead of " + second.node;
  } else {
    out += " wins with " + own + ", as the only candidate" +
           (decision.pointless.empty() ? "" : " with a " + wording.measure);
  }
  if (!decision.pointless.empty()) {
    out += "; " + listed(nodesOf(ballot, decision.pointless)) + " could not win: " + wording.missing;
  }
  return wording.scorers ? out + signals(ballot, decision.winner) : out;
}

}  // namespace troupe::selectors
