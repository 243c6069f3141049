#include "measure.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

namespace troupe::selectors {

namespace {

struct Weighted {
  double value;
  double weight;
};

bool less(const Weighted& a, const Weighted& b) { return a.value != b.value ? a.value < b.value : a.weight < b.weight; }

double mean(const std::vector<Weighted>& values) {
  double sum = 0;
  double weight = 0;
  for (const auto& v : values) {
    sum += v.weight * v.value;
    weight += v.weight;
  }
  return sum / weight;
}

/// Where half of the weight lies below; the middle between two values when it lies between them. [sorted]
double median(const std::vector<Weighted>& values) {
  double half = 0;
  for (const auto& v : values) half += v.weight / 2;
  double below = 0;
  for (std::size_t i = 0; i + 1 < values.size(); ++i) {
    below += values[i].weight;
    if (std::abs(below - half) <= kEqual * half) return (values[i].value + values[i + 1].value) / 2;
    if (below > half) return values[i].value;
  }
  return values.back().value;
}

/// [sorted]
double trimmedMean(const std::vector<Weighted>& values) {
  if (values.size() < 3) return mean(values);
  return mean({values.begin() + 1, values.end() - 1});
}

/// The scores of one scorer, in standard deviations from their mean; all 0 where it does not tell them apart.
void normalize(std::vector<Score*>& scores) {
  double middle = 0;
  for (const auto* score : scores) middle += score->value / static_cast<double>(scores.size());
  double variance = 0;
  for (const auto* score : scores) {
    variance += (score->value - middle) * (score->value - middle) / static_cast<double>(scores.size());
  }
  const double deviation = std::sqrt(variance);
  for (auto* score : scores) score->value = deviation > kEqual ? (score->value - middle) / deviation : 0;
}

std::vector<Score> normalized(std::vector<Score> scores) {
  for (const auto& scorer : scorersOf(scores)) {
    std::vector<Score*> own;
    for (auto& score : scores) {
      if (score.scorer == scorer.name && !score.abstained) own.push_back(&score);
    }
    std::sort(own.begin(), own.end(), [](const auto* a, const auto* b) { return a->value < b->value; });
    normalize(own);
  }
  return scores;
}

}  // namespace

Measure measureOf(std::string_view option) {
  if (option == "median") return Measure::kMedian;
  if (option == "trimmed_mean") return Measure::kTrimmedMean;
  if (option == "z_mean") return Measure::kZMean;
  return Measure::kQuality;
}

std::string nameOf(Measure measure) {
  switch (measure) {
    case Measure::kMedian:
      return "median";
    case Measure::kTrimmedMean:
      return "trimmed mean";
    case Measure::kZMean:
      return "z-mean";
    case Measure::kQuality:
      break;
  }
  return "quality";
}

Points measured(const Ballot& ballot, Measure measure) {
  Points out(ballot.candidates.size());
  if (measure == Measure::kQuality) {
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = ballot.candidates[i].quality;
    return out;
  }
  const auto scores = measure == Measure::kZMean ? normalized(ballot.scores) : ballot.scores;
  for (std::size_t i = 0; i < out.size(); ++i) {
    std::vector<Weighted> values;
    for (const auto& scorer : ballot.scorers) {
      for (const auto& score : scores) {
        if (score.scorer == scorer.name && score.candidate == ballot.candidates[i].id && !score.abstained &&
            scorer.weight > 0)
          values.push_back({score.value, scorer.weight});
      }
    }
    if (values.empty() || !ballot.candidates[i].quality) continue;
    std::sort(values.begin(), values.end(), less);
    out[i] = measure == Measure::kMedian        ? median(values)
             : measure == Measure::kTrimmedMean ? trimmedMean(values)
                                                : mean(values);
  }
  return out;
}

}  // namespace troupe::selectors
