#include "choose_best.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace troupe::best {

namespace {

bool equal(double a, double b) { return std::abs(a - b) <= kEqual; }

/// splitmix64: spreads neighbouring seeds, so that ties of a run go to all candidates alike.
std::uint64_t mixed(std::uint64_t seed) {
  std::uint64_t z = seed + 0x9e3779b97f4a7c15ULL;
  z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27U)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31U);
}

/// The candidates with a quality, best first; equal ones in the pipeline's order.
std::vector<const Candidate*> ranked(const std::vector<Candidate>& candidates) {
  std::vector<const Candidate*> out;
  for (const auto& candidate : candidates) {
    if (candidate.quality) out.push_back(&candidate);
  }
  std::stable_sort(out.begin(), out.end(), [](auto* a, auto* b) { return *a->quality > *b->quality; });
  return out;
}

/// The scorers in the order in which they first appear.
std::vector<std::string> scorersOf(const std::vector<Score>& scores) {
  std::vector<std::string> out;
  for (const auto& score : scores) {
    if (std::find(out.begin(), out.end(), score.scorer) == out.end()) out.push_back(score.scorer);
  }
  return out;
}

/// A scorer that puts several candidates first votes for the winner if that is among them, with margin 0.
std::optional<Vote> voteOf(const std::string& scorer, const std::vector<Score>& scores, const std::string& winner) {
  const Score* best = nullptr;
  const Score* second = nullptr;
  for (const auto& score : scores) {
    if (score.scorer != scorer || score.abstained) continue;
    const bool better = best == nullptr || score.value > best->value + kEqual;
    const bool same_for_winner = best != nullptr && equal(score.value, best->value) && score.candidate == winner;
    if (better || same_for_winner) {
      second = std::exchange(best, &score);
    } else if (second == nullptr || score.value > second->value) {
      second = &score;
    }
  }
  if (best == nullptr) return std::nullopt;
  Vote vote{scorer, best->candidate, std::nullopt};
  if (second != nullptr) vote.margin = std::max(best->value - second->value, 0.0);
  return vote;
}

}  // namespace

Decision chooseBest(const Ballot& ballot, TieBreak tie_break) {
  auto order = ranked(ballot.candidates);
  if (order.empty()) {
    throw Error(TROUPE_E_INTERNAL, "none of the " + std::to_string(ballot.candidates.size()) +
                                       " candidates has a quality, so there is nothing to choose by");
  }
  const double best = *order.front()->quality;
  const auto tied_end =
      std::find_if(order.begin(), order.end(), [best](auto* candidate) { return !equal(*candidate->quality, best); });
  const auto tied = static_cast<std::size_t>(tied_end - order.begin());
  // Equal within 1e-9 is equal: among these the pipeline's order holds, not the ninth decimal.
  std::sort(order.begin(), tied_end);
  if (tied > 1 && tie_break == TieBreak::kSeed) {
    const auto chosen = static_cast<std::ptrdiff_t>(mixed(ballot.seed) % tied);
    std::rotate(order.begin(), order.begin() + chosen, order.begin() + chosen + 1);
  }

  Decision out;
  out.winner = order.front()->id;
  for (const auto* candidate : order) out.ranking.push_back(candidate->id);
  for (std::size_t i = 1; i < tied; ++i) out.ties.push_back(order[i]->id);
  if (order.size() > 1) out.margin = tied > 1 ? 0 : *order[0]->quality - *order[1]->quality;
  for (const auto& candidate : ballot.candidates) {
    if (candidate.quality) continue;
    out.unscored.push_back(candidate.id);
    out.ranking.push_back(candidate.id);
  }
  for (const auto& score : ballot.scores) {
    if (score.abstained) out.abstained.push_back(score.scorer + " on " + score.candidate);
  }
  for (const auto& scorer : scorersOf(ballot.scores)) {
    if (auto vote = voteOf(scorer, ballot.scores, out.winner)) out.votes.push_back(std::move(*vote));
  }
  return out;
}

}  // namespace troupe::best
