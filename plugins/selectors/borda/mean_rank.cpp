#include "mean_rank.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>

namespace troupe::selectors {

std::vector<double> ranksOf(const std::vector<double>& values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return values[a] > values[b]; });
  std::vector<double> ranks(values.size());
  for (std::size_t begin = 0; begin < order.size();) {
    std::size_t end = begin + 1;
    while (end < order.size() && std::abs(values[order[end]] - values[order[begin]]) <= kEqual) ++end;
    // 1-based: of the ranks begin + 1 to end.
    for (std::size_t i = begin; i < end; ++i) ranks[order[i]] = static_cast<double>(begin + 1 + end) / 2;
    begin = end;
  }
  return ranks;
}

Points meanRanks(const Ballot& ballot) {
  const auto total = static_cast<double>(std::count_if(ballot.candidates.begin(), ballot.candidates.end(),
                                                       [](const auto& c) { return c.quality.has_value(); }));
  std::vector<double> sums(ballot.candidates.size());
  std::vector<double> weights(ballot.candidates.size());
  for (const auto& scorer : byName(ballot.scorers)) {
    if (scorer.weight <= 0) continue;
    std::vector<std::size_t> places;
    std::vector<double> values;
    for (const auto& score : ballot.scores) {
      if (score.scorer != scorer.name || score.abstained) continue;
      const auto place = ballot.position(score.candidate);
      if (!ballot.candidates[place].quality) continue;
      places.push_back(place);
      values.push_back(score.value);
    }
    const auto ranks = ranksOf(values);
    for (std::size_t i = 0; i < places.size(); ++i) {
      sums[places[i]] += scorer.weight * ranks[i] * (total + 1) / (static_cast<double>(places.size()) + 1);
      weights[places[i]] += scorer.weight;
    }
  }
  Points out(ballot.candidates.size());
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (weights[i] > 0) out[i] = -sums[i] / weights[i];
  }
  return out;
}

}  // namespace troupe::selectors
