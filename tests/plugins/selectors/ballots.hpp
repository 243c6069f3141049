#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "support/ballot.hpp"

/// Ballots as tests write them.
namespace troupe::test {

inline selectors::Candidate candidate(const std::string& node, std::optional<double> quality) {
  return {"0/" + node, node, quality};
}

inline selectors::Score score(const std::string& scorer, const std::string& node, double value,
                              const std::string& reason = "", std::vector<selectors::Pair> pairs = {}) {
  return {"0/" + node, scorer, value, false, reason, std::move(pairs)};
}

inline selectors::Score abstention(const std::string& scorer, const std::string& node) {
  return {"0/" + node, scorer, 0, true, "", {}};
}

inline selectors::Ballot ballotOf(std::vector<selectors::Candidate> candidates, std::vector<selectors::Score> scores,
                                  const std::map<std::string, double>& weights = {}, std::uint64_t seed = 1) {
  selectors::Ballot ballot;
  ballot.candidates = std::move(candidates);
  ballot.scores = std::move(scores);
  ballot.seed = seed;
  ballot.scorers = selectors::scorersOf(ballot.scores);
  for (auto& scorer : ballot.scorers) {
    if (const auto found = weights.find(scorer.name); found != weights.end()) scorer.weight = found->second;
  }
  return ballot;
}

}  // namespace troupe::test
