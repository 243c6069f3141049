#include "comparisons.hpp"

#include <optional>

namespace troupe::selectors {

namespace {

struct Sides {
  Wins low;   // from the entries with the candidate of the lower position
  Wins high;  // from those with the other one
};

double count(const Wins& wins) { return wins.first + wins.second; }

}  // namespace

Comparisons comparisonsOf(const Ballot& ballot, const std::string& scorer) {
  std::map<std::pair<std::size_t, std::size_t>, Sides> sides;
  for (const auto& score : ballot.scores) {
    if (score.scorer != scorer || score.abstained) continue;
    const auto own = ballot.position(score.candidate);
    for (const auto& pair : score.pairs) {
      const auto other = ballot.position(pair.other);
      if (own == other) throw Error(TROUPE_E_INTERNAL, "a pair of a candidate with itself");
      if (!ballot.candidates[own].quality || !ballot.candidates[other].quality) continue;
      if (own < other) {
        auto& wins = sides[{own, other}].low;
        wins.first += pair.result;
        wins.second += 1 - pair.result;
      } else {
        auto& wins = sides[{other, own}].high;
        wins.first += 1 - pair.result;
        wins.second += pair.result;
      }
    }
  }
  Comparisons out;
  for (const auto& [pair, side] : sides) {
    const double share = count(side.low) > 0 && count(side.high) > 0 ? .5 : 1;
    out[pair] = {share * (side.low.first + side.high.first), share * (side.low.second + side.high.second)};
  }
  return out;
}

Comparisons allComparisons(const Ballot& ballot) {
  std::vector<std::pair<double, Comparisons>> weighted;
  double sum = 0;
  for (const auto& scorer : byName(ballot.scorers)) {
    if (scorer.weight <= 0) continue;
    auto own = comparisonsOf(ballot, scorer.name);
    if (own.empty()) continue;
    sum += scorer.weight;
    weighted.emplace_back(scorer.weight, std::move(own));
  }
  Comparisons out;
  for (const auto& [weight, own] : weighted) {
    const double factor = weight * static_cast<double>(weighted.size()) / sum;
    for (const auto& [pair, wins] : own) {
      out[pair].first += factor * wins.first;
      out[pair].second += factor * wins.second;
    }
  }
  return out;
}

std::vector<Vote> votesByWins(const Ballot& ballot, const std::string& winner) {
  std::vector<Vote> out;
  for (const auto& scorer : ballot.scorers) {
    std::map<std::size_t, double> wins;
    for (const auto& [pair, counted] : comparisonsOf(ballot, scorer.name)) {
      wins[pair.first] += counted.first;
      wins[pair.second] += counted.second;
    }
    std::vector<Grade> grades;
    for (const auto& [position, value] : wins) grades.push_back({ballot.candidates[position].id, value});
    if (auto vote = voteOf(scorer.name, grades, winner)) out.push_back(std::move(*vote));
  }
  return out;
}

}  // namespace troupe::selectors
