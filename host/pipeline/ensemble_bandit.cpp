#include "pipeline/ensemble_bandit.hpp"

#include <algorithm>
#include <numeric>
#include <random>

namespace troupe::pipeline {
namespace {

constexpr std::size_t kMaxGenres = 500;  // A source may invent any number; the rest is one.
const std::string kOtherGenres = "(other)";

// A belief that is borrowed from elsewhere counts as at most so many trials.
constexpr double kBorrowed = 8;

double drawBeta(std::pair<double, double> shape, std::mt19937_64& random) {
  const double good = std::gamma_distribution<double>(shape.first, 1)(random);
  const double bad = std::gamma_distribution<double>(shape.second, 1)(random);
  return good + bad > 0 ? good / (good + bad) : 0.5;
}

}  // namespace

Bandit::Bandit(Options options) : options_(options), first_(options.candidates), later_(options.candidates) {}

// The distribution of a rate after `own` trials, believed beforehand to be about that of `others`.
Bandit::Shape Bandit::shapeOf(const Tally& own, const Tally& others) {
  const double mean = (1 + others.reached) / (2 + others.tried());
  const double weight = std::min(kBorrowed, 2 + others.tried());
  return {weight * mean + own.reached, weight * (1 - mean) + own.missed};
}

const std::string& Bandit::known(const std::string& genre) const {
  return genres_.count(genre) != 0 || genres_.size() < kMaxGenres ? genre : kOtherGenres;
}

void Bandit::learn(const std::string& genre, const std::vector<Trial>& trials) {
  for (const auto& trial : trials) {
    const auto candidate = static_cast<std::size_t>(trial.candidate);
    if (!trial.first) {
      later_[candidate].add(trial.reached);
      continue;
    }
    first_[candidate].add(trial.reached);
    if (!options_.by_genre) continue;
    auto& tallies = genres_[known(genre)];
    tallies.resize(options_.candidates);
    tallies[candidate].add(trial.reached);
  }
}

Bandit::Shape Bandit::firstShape(std::size_t candidate, const std::string& genre) const {
  const auto& all = first_[candidate];
  if (!options_.by_genre) return shapeOf(all, {});
  const auto found = genres_.find(known(genre));
  const auto own = found != genres_.end() ? found->second[candidate] : Tally();
  return shapeOf(own, {all.reached - own.reached, all.missed - own.missed});
}

Bandit::Draw Bandit::draw(std::uint64_t seed, const std::string& genre) const {
  std::mt19937_64 random(seed);
  std::vector<double> first, later;
  for (std::size_t c = 0; c < options_.candidates; ++c) {
    first.push_back(drawBeta(firstShape(c, genre), random));
    later.push_back(drawBeta(shapeOf(later_[c], first_[c]), random));
  }
  const auto by = [](const std::vector<double>& rates) {
    return [&rates](int a, int b) { return rates[static_cast<std::size_t>(a)] > rates[static_cast<std::size_t>(b)]; };
  };
  Draw draw;
  draw.order.resize(options_.candidates);
  std::iota(draw.order.begin(), draw.order.end(), 0);
  std::stable_sort(draw.order.begin(), draw.order.end(), by(first));
  draw.explored = std::uniform_real_distribution<double>(0, 1)(random) < options_.explore;
  if (draw.explored && !draw.order.empty()) {
    const auto chosen = std::uniform_int_distribution<std::size_t>(0, options_.candidates - 1)(random);
    const auto place = std::find(draw.order.begin(), draw.order.end(), static_cast<int>(chosen));
    std::rotate(draw.order.begin(), place, place + 1);
  }
  const auto rest = draw.order.begin() + static_cast<std::ptrdiff_t>(std::min(options_.first, draw.order.size()));
  std::stable_sort(rest, draw.order.end(), by(later));
  return draw;
}

}  // namespace troupe::pipeline
