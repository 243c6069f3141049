#include "reason.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string_view>
#include <vector>

namespace troupe::best {

namespace {

/// Two decimals, rounded down: 7.996 never reads 8.00.
std::string floored(double value) {
  const auto hundredths = static_cast<std::int64_t>(std::floor(std::clamp(value, -1000.0, 1000.0) * 100 + 1e-7));
  const auto rest = std::abs(hundredths % 100);
  return (hundredths < 0 ? "-" : "") + std::to_string(std::abs(hundredths) / 100) + (rest < 10 ? ".0" : ".") +
         std::to_string(rest);
}

std::string margin(double value) { return value > 0 && value < .01 ? "less than 0.01" : floored(value); }

std::string list(const std::vector<std::string>& items) {
  std::string out;
  for (std::size_t i = 0; i < items.size(); ++i) {
    out += (i == 0 ? "" : i + 1 == items.size() ? " and " : ", ") + items[i];
  }
  return out;
}

const Candidate& candidateOf(const Ballot& ballot, const std::string& id) {
  return *std::find_if(ballot.candidates.begin(), ballot.candidates.end(), [&](const auto& c) { return c.id == id; });
}

std::vector<std::string> nodesOf(const Ballot& ballot, const std::vector<std::string>& ids) {
  std::vector<std::string> out;
  for (const auto& id : ids) out.push_back(candidateOf(ballot, id).node);
  return out;
}

/// The scorers behind the winner's quality.
std::string signals(const Ballot& ballot, const std::string& winner) {
  constexpr std::string_view kTextOnly = "text signals only";
  std::vector<std::string> scorers;
  bool text_only = true;
  for (const auto& score : ballot.scores) {
    if (score.candidate != winner || score.abstained) continue;
    scorers.push_back(score.scorer);
    if (score.reason.compare(0, kTextOnly.size(), kTextOnly) != 0) text_only = false;
  }
  if (scorers.empty()) return "";
  return "; judged by " + list(scorers) + (text_only ? " (text signals only)" : "");
}

}  // namespace

std::string explain(const Ballot& ballot, const Decision& decision, TieBreak tie_break) {
  const auto& winner = candidateOf(ballot, decision.winner);
  std::string out = winner.node;
  if (!decision.ties.empty()) {
    out += " ties with " + list(nodesOf(ballot, decision.ties)) + " at quality " + floored(*winner.quality) +
           " and wins " +
           (tie_break == TieBreak::kSeed ? "by the sample's seed" : "as the first in the pipeline's order");
  } else if (decision.margin) {
    const auto& second = candidateOf(ballot, decision.ranking[1]);
    out +=
        " wins with quality " + floored(*winner.quality) + ", " + margin(*decision.margin) + " ahead of " + second.node;
  } else {
    out += " wins with quality " + floored(*winner.quality) + ", as the only candidate" +
           (decision.unscored.empty() ? "" : " with a quality");
  }
  if (!decision.unscored.empty()) {
    out += "; " + list(nodesOf(ballot, decision.unscored)) + " could not win: every scorer abstained";
  }
  return out + signals(ballot, decision.winner);
}

}  // namespace troupe::best
