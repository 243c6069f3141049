#include "support/decision.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

namespace troupe::selectors {

namespace {

bool equal(double a, double b) { return std::abs(a - b) <= kEqual; }

/// splitmix64: spreads neighbouring seeds, so that ties of a run go to all candidates alike.
std::uint64_t mixed(std::uint64_t seed) {
  std::uint64_t z = seed + 0x9e3779b97f4a7c15ULL;
  z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27U)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31U);
}

/// Positions of the candidates with points, best first. Equal within 1e-9 is equal: among these the pipeline's order
/// holds, not the ninth decimal.
std::vector<std::size_t> ranked(const Points& points) {
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (points[i]) out.push_back(i);
  }
  std::stable_sort(out.begin(), out.end(), [&](auto a, auto b) { return *points[a] > *points[b]; });
  for (auto begin = out.begin(); begin != out.end();) {
    const double best = *points[*begin];
    const auto end = std::find_if(begin, out.end(), [&](auto i) { return !equal(*points[i], best); });
    std::sort(begin, end);
    begin = end;
  }
  return out;
}

void writeIds(JsonWriter& json, std::string_view key, const std::vector<std::string>& ids) {
  json.key(key).beginArray();
  for (const auto& id : ids) json.value(std::string_view(id));
  json.endArray();
}

}  // namespace

TieBreak tieBreakOf(const Options& options) {
  return options.text("tie_break", "seed") == "first" ? TieBreak::kFirst : TieBreak::kSeed;
}

std::optional<Vote> voteOf(const std::string& scorer, const std::vector<Grade>& grades, const std::string& winner) {
  const Grade* best = nullptr;
  const Grade* second = nullptr;
  for (const auto& grade : grades) {
    const bool better = best == nullptr || grade.value > best->value + kEqual;
    const bool same_for_winner = best != nullptr && equal(grade.value, best->value) && grade.candidate == winner;
    if (better || same_for_winner) {
      second = std::exchange(best, &grade);
    } else if (second == nullptr || grade.value > second->value) {
      second = &grade;
    }
  }
  if (best == nullptr) return std::nullopt;
  Vote vote{scorer, best->candidate, std::nullopt};
  if (second != nullptr) vote.margin = std::max(best->value - second->value, 0.0);
  return vote;
}

Decision decide(const Ballot& ballot, const Points& points, TieBreak tie_break) {
  auto order = ranked(points);
  if (order.empty()) {
    throw Error(TROUPE_E_INTERNAL, "none of the " + std::to_string(ballot.candidates.size()) +
                                       " candidates has a quality, so there is nothing to choose by");
  }
  const double best = **std::max_element(points.begin(), points.end());
  const auto tied = static_cast<std::size_t>(
      std::count_if(order.begin(), order.end(), [&](auto i) { return equal(*points[i], best); }));
  if (tied > 1 && tie_break == TieBreak::kSeed) {
    const auto chosen = static_cast<std::ptrdiff_t>(mixed(ballot.seed) % tied);
    std::rotate(order.begin(), order.begin() + chosen, order.begin() + chosen + 1);
  }

  Decision out;
  for (const auto i : order) out.ranking.push_back(ballot.candidates[i].id);
  out.winner = out.ranking.front();
  out.ties.assign(out.ranking.begin() + 1, out.ranking.begin() + static_cast<std::ptrdiff_t>(tied));
  if (order.size() > 1) out.margin = tied > 1 ? 0 : best - *points[order[1]];
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (points[i]) continue;
    out.pointless.push_back(ballot.candidates[i].id);
    out.ranking.push_back(ballot.candidates[i].id);
  }
  for (const auto& score : ballot.scores) {
    if (score.abstained) out.abstained.push_back(score.scorer + " on " + score.candidate);
  }
  for (const auto& scorer : ballot.scorers) {
    std::vector<Grade> grades;
    for (const auto& score : ballot.scores) {
      if (score.scorer == scorer.name && !score.abstained) grades.push_back({score.candidate, score.value});
    }
    if (auto vote = voteOf(scorer.name, grades, out.winner)) out.votes.push_back(std::move(*vote));
  }
  return out;
}

std::string selectionJson(const Ballot& ballot, const Decision& decision, const std::string& reason,
                          const Points* points, double sign) {
  JsonWriter json;
  json.beginObject().member("winner", std::string_view(decision.winner));
  writeIds(json, "ranking", decision.ranking);
  if (decision.margin) json.member("margin", *decision.margin);
  writeIds(json, "ties", decision.ties);
  writeIds(json, "abstained", decision.abstained);
  json.member("reason", std::string_view(reason)).key("votes").beginArray();
  for (const auto& vote : decision.votes) {
    json.beginObject().member("scorer", std::string_view(vote.scorer)).member("for", std::string_view(vote.candidate));
    if (vote.margin) json.member("margin", *vote.margin);
    json.endObject();
  }
  json.endArray();
  if (points != nullptr) {
    json.key("points").beginArray();
    for (std::size_t i = 0; i < points->size(); ++i) {
      if (!(*points)[i]) continue;
      json.beginObject().member("candidate", std::string_view(ballot.candidates[i].id));
      json.member("value", sign * *(*points)[i]).endObject();
    }
    json.endArray();
  }
  json.endObject();
  return std::string(json.text());
}

}  // namespace troupe::selectors
