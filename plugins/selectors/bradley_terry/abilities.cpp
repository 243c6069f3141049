#include "abilities.hpp"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

namespace troupe::selectors {

namespace {

constexpr double kConverged = 1e-11;  // of a logarithm, from round to round

struct Opponent {
  std::size_t who;
  double meetings;
};

/// The candidates that were compared, numbered anew.
struct Field {
  std::vector<std::size_t> candidates;
  std::vector<double> wins;
  std::vector<std::vector<Opponent>> opponents;
  std::vector<std::vector<std::size_t>> beaten;
};

Field fieldOf(const Comparisons& comparisons) {
  Field out;
  for (const auto& [pair, wins] : comparisons) {
    out.candidates.push_back(pair.first);
    out.candidates.push_back(pair.second);
  }
  std::sort(out.candidates.begin(), out.candidates.end());
  out.candidates.erase(std::unique(out.candidates.begin(), out.candidates.end()), out.candidates.end());
  const auto number = [&](std::size_t candidate) {
    return static_cast<std::size_t>(std::lower_bound(out.candidates.begin(), out.candidates.end(), candidate) -
                                    out.candidates.begin());
  };
  out.wins.resize(out.candidates.size());
  out.opponents.resize(out.candidates.size());
  out.beaten.resize(out.candidates.size());
  for (const auto& [pair, wins] : comparisons) {
    const auto a = number(pair.first);
    const auto b = number(pair.second);
    out.wins[a] += wins.first;
    out.wins[b] += wins.second;
    out.opponents[a].push_back({b, wins.first + wins.second});
    out.opponents[b].push_back({a, wins.first + wins.second});
    if (wins.first > 0) out.beaten[a].push_back(b);
    if (wins.second > 0) out.beaten[b].push_back(a);
  }
  return out;
}

std::size_t reachedFrom(const std::vector<std::vector<std::size_t>>& edges) {
  std::vector<bool> seen(edges.size(), false);
  std::vector<std::size_t> open{0};
  seen[0] = true;
  std::size_t count = 1;
  while (!open.empty()) {
    const auto at = open.back();
    open.pop_back();
    for (const auto next : edges[at]) {
      if (seen[next]) continue;
      seen[next] = true;
      ++count;
      open.push_back(next);
    }
  }
  return count;
}

/// Whether everybody has beaten everybody, if by way of others.
bool stronglyConnected(const std::vector<std::vector<std::size_t>>& beaten) {
  std::vector<std::vector<std::size_t>> beaten_by(beaten.size());
  for (std::size_t i = 0; i < beaten.size(); ++i) {
    for (const auto other : beaten[i]) beaten_by[other].push_back(i);
  }
  return reachedFrom(beaten) == beaten.size() && reachedFrom(beaten_by) == beaten.size();
}

/// Shifted so that the mean is 0.
void centre(std::vector<double>& logarithms) {
  double mean = 0;
  for (const double value : logarithms) mean += value / static_cast<double>(logarithms.size());
  for (double& value : logarithms) value -= mean;
}

}  // namespace

Abilities abilitiesOf(const Comparisons& comparisons, std::size_t candidates, const std::function<void()>& each_round) {
  Abilities out;
  out.points.resize(candidates);
  const auto field = fieldOf(comparisons);
  if (field.candidates.empty()) return out;
  out.with_prior = !stronglyConnected(field.beaten);
  const double prior = out.with_prior ? kPrior : 0;
  std::vector<double> logarithms(field.candidates.size(), 0);
  out.converged = false;
  while (!out.converged && out.rounds < kMaxRounds) {
    if (each_round) each_round();
    ++out.rounds;
    std::vector<double> next(logarithms.size());
    for (std::size_t i = 0; i < next.size(); ++i) {
      const double own = std::exp(logarithms[i]);
      double expected = prior / (own + 1);
      for (const auto& [who, meetings] : field.opponents[i]) expected += meetings / (own + std::exp(logarithms[who]));
      next[i] = std::log((field.wins[i] + prior / 2) / expected);
    }
    // The opponent of the prior has ability 1; without it only differences mean something.
    if (!out.with_prior) centre(next);
    double change = 0;
    for (std::size_t i = 0; i < next.size(); ++i) change = std::max(change, std::abs(next[i] - logarithms[i]));
    logarithms = std::move(next);
    out.converged = change < kConverged;
  }
  centre(logarithms);
  for (std::size_t i = 0; i < logarithms.size(); ++i) out.points[field.candidates[i]] = logarithms[i];
  return out;
}

}  // namespace troupe::selectors
