#include "pipeline/ensemble_history.hpp"

#include <algorithm>
#include <utility>

#include "support/split_mix.hpp"

namespace troupe::pipeline {

EnsembleHistory::EnsembleHistory(Bandit::Options options, std::int64_t lag) : lag_(lag), bandit_(options) {}

void EnsembleHistory::decided(std::int64_t index, const std::string& genre, std::vector<Bandit::Trial> trials) {
  const std::lock_guard lock(mutex_);
  if (index < known_) return;
  waiting_.emplace(index, Result{genre, std::move(trials)});
  while (waiting_.count(known_) != 0) ++known_;
}

bool EnsembleHistory::ready(std::int64_t index) const {
  const std::lock_guard lock(mutex_);
  return index - lag_ < known_;
}

void EnsembleHistory::foldUpTo(std::int64_t index) {
  const std::lock_guard lock(mutex_);
  fold(index);
}

// With the mutex held.
void EnsembleHistory::fold(std::int64_t index) {
  for (const auto end = std::min(index - lag_ + 1, known_); folded_ < end; ++folded_) {
    const auto result = waiting_.find(folded_);
    bandit_.learn(result->second.genre, result->second.trials);
    waiting_.erase(result);
  }
}

Bandit::Draw EnsembleHistory::draw(std::int64_t index, std::int64_t seed, const std::string& genre) {
  const std::lock_guard lock(mutex_);
  fold(index);
  // Another sequence than what the sample's own calls draw from.
  return bandit_.draw(splitMix64(splitMix64(static_cast<std::uint64_t>(seed)) ^ 0x656e73656d626c65ULL), genre);
}

}  // namespace troupe::pipeline
