#include "votes.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numeric>

#include "../support/asking.hpp"

namespace troupe::judging {
namespace {

std::string shown(double value) {
  char text[16];
  std::snprintf(text, sizeof text, "%.3g", value);
  return text;
}

double meanOf(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double deviationOf(const std::vector<double>& values, double mean) {
  double sum = 0;
  for (const double value : values) sum += (value - mean) * (value - mean);
  return std::sqrt(sum / static_cast<double>(values.size()));
}

std::vector<double> valuesOf(const std::vector<Vote>& votes) {
  std::vector<double> values;
  for (const auto& vote : votes)
    if (vote.value) values.push_back(*vote.value);
  return values;
}

// A judge's votes on the candidates of the sample, brought to the panel's mean and spread: so a mild and a strict judge
// weigh the same. Who has voted once only, or the same for all, tells nothing but the panel's mean.
std::vector<std::vector<Vote>> normalised(std::vector<std::vector<Vote>> votes) {
  std::vector<double> all, deviations;
  std::size_t judges = 0;
  for (const auto& row : votes) {
    judges = std::max(judges, row.size());
    const auto values = valuesOf(row);
    all.insert(all.end(), values.begin(), values.end());
  }
  if (all.empty()) return votes;
  struct Scale {
    double mean = 0, deviation = 0;
  };
  std::vector<Scale> scales(judges);
  for (std::size_t j = 0; j < judges; ++j) {
    std::vector<double> own;
    for (const auto& row : votes)
      if (j < row.size() && row[j].value) own.push_back(*row[j].value);
    if (own.empty()) continue;
    scales[j].mean = meanOf(own);
    scales[j].deviation = deviationOf(own, scales[j].mean);
    if (scales[j].deviation > 0) deviations.push_back(scales[j].deviation);
  }
  const double mean = meanOf(all);
  const double spread = deviations.empty() ? 0 : meanOf(deviations);
  for (auto& row : votes)
    for (std::size_t j = 0; j < row.size(); ++j)
      if (row[j].value)
        row[j].value =
            mean + (scales[j].deviation > 0 ? spread * (*row[j].value - scales[j].mean) / scales[j].deviation : 0.0);
  return votes;
}

double trimmedMean(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  if (values.size() < 3) return meanOf(values);
  return meanOf({values.begin() + 1, values.end() - 1});
}

std::string listOf(const std::vector<Vote>& votes) {
  std::string text;
  for (const auto& vote : votes)
    if (vote.value) text += (text.empty() ? "" : ", ") + vote.judge + " " + shown(*vote.value);
  return text;
}

// A model's name without its maker, in lower case.
std::string bare(std::string_view name) {
  if (const auto slash = name.rfind('/'); slash != name.npos) name.remove_prefix(slash + 1);
  std::string out(name);
  std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : static_cast<char>(c);
  });
  return out;
}

// "-2024-08-06", "-20240806", "-001", "-latest", ":latest"
bool isVersion(std::string_view rest) {
  if (rest.empty()) return true;
  if (rest.front() != '-' && rest.front() != ':' && rest.front() != '@') return false;
  rest.remove_prefix(1);
  return rest == "latest" || (rest.size() >= 3 && std::all_of(rest.begin(), rest.end(), [](char c) {
                                return (c >= '0' && c <= '9') || c == '-';
                              }));
}

}  // namespace

Method methodNamed(std::string_view name) {
  if (name == "z_mean") return Method::z_mean;
  if (name == "median") return Method::median;
  if (name == "trimmed_mean") return Method::trimmed_mean;
  if (name == "veto") return Method::veto;
  return Method::mean;
}

std::vector<std::optional<Verdict>> verdictsOn(const std::vector<std::vector<Vote>>& votes, Method method,
                                               double veto_below, std::size_t min_votes) {
  const auto scaled = method == Method::z_mean ? normalised(votes) : votes;
  std::vector<std::optional<Verdict>> verdicts(votes.size());
  for (std::size_t c = 0; c < votes.size(); ++c) {
    auto values = valuesOf(scaled[c]);
    if (values.size() < std::max<std::size_t>(min_votes, 1)) continue;
    Verdict verdict;
    std::string how = "mean";
    switch (method) {
      case Method::mean:
        verdict.value = meanOf(values);
        break;
      case Method::z_mean:
        verdict.value = meanOf(values);
        how = "mean on the panel's scale";
        break;
      case Method::median:
        verdict.value = median(values);
        how = "median";
        break;
      case Method::trimmed_mean:
        verdict.value = trimmedMean(values);
        how = values.size() < 3 ? "mean" : "mean without the highest and the lowest";
        break;
      case Method::veto:
        verdict.value = meanOf(values);
        break;
    }
    verdict.value = std::clamp(verdict.value, 0.0, 10.0);
    verdict.reason = how + " of " + listOf(votes[c]);
    if (method == Method::veto) {
      for (const auto& vote : votes[c]) {
        if (!vote.value || *vote.value >= veto_below) continue;
        verdict.value = 0;
        verdict.reason = "vetoed by " + vote.judge + ": " + shown(*vote.value) + " is below " + shown(veto_below) +
                         " (votes: " + listOf(votes[c]) + ")";
        break;
      }
    }
    verdicts[c] = std::move(verdict);
  }
  return verdicts;
}

bool sameModel(std::string_view a, std::string_view b) {
  const auto x = bare(a), y = bare(b);
  if (x.empty() || y.empty()) return false;
  const auto& shorter = x.size() <= y.size() ? x : y;
  const auto& longer = x.size() <= y.size() ? y : x;
  return longer.compare(0, shorter.size(), shorter) == 0 && isVersion(std::string_view(longer).substr(shorter.size()));
}

}  // namespace troupe::judging
