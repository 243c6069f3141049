#include "support/ballot.hpp"

#include <algorithm>
#include <cmath>

namespace troupe::selectors {

namespace {

double finite(double value, const char* what) {
  if (!std::isfinite(value)) throw Error(TROUPE_E_INTERNAL, std::string(what) + " is no finite number");
  return value;
}

Candidate readCandidate(const Fields& json) {
  Candidate out;
  out.id = json.text("id");
  out.node = json.text("node", out.id);
  if (json.has("quality")) out.quality = finite(json.number("quality"), "a quality");
  return out;
}

Score readScore(const Fields& json) {
  Score out;
  out.candidate = json.text("candidate");
  out.scorer = json.text("scorer");
  out.abstained = json.boolean("abstained", false);
  if (!out.abstained) out.value = finite(json.number("value"), "a score");
  out.reason = json.text("reason", "");
  if (out.abstained || !json.has("pairs")) return out;
  for (const auto element : json.array("pairs")) {
    const Fields pair(element);
    out.pairs.push_back({pair.text("other"), finite(pair.number("result"), "the result of a pair")});
  }
  return out;
}

}  // namespace

std::size_t Ballot::position(std::string_view id) const {
  const auto found = std::find_if(candidates.begin(), candidates.end(), [&](const auto& c) { return c.id == id; });
  if (found == candidates.end())
    throw Error(TROUPE_E_INTERNAL, "\"" + std::string(id) + "\" is none of the candidates");
  return static_cast<std::size_t>(found - candidates.begin());
}

std::vector<Scorer> scorersOf(const std::vector<Score>& scores) {
  std::vector<Scorer> out;
  for (const auto& score : scores) {
    const auto known = [&](const auto& scorer) { return scorer.name == score.scorer; };
    if (std::none_of(out.begin(), out.end(), known)) out.push_back({score.scorer, 1});
  }
  return out;
}

std::vector<Scorer> byName(std::vector<Scorer> scorers) {
  std::sort(scorers.begin(), scorers.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return scorers;
}

Ballot readBallot(const Fields& input) {
  Ballot out;
  for (const auto candidate : input.array("candidates")) out.candidates.push_back(readCandidate(Fields(candidate)));
  for (const auto score : input.array("scores")) out.scores.push_back(readScore(Fields(score)));
  if (input.has("sample")) out.seed = static_cast<std::uint64_t>(input.object("sample").number("seed", 0));
  out.scorers = scorersOf(out.scores);
  if (!input.has("weights")) return out;
  const auto weights = input.object("weights");
  for (auto& scorer : out.scorers) scorer.weight = finite(weights.number(scorer.name, 1), "a weight");
  return out;
}

}  // namespace troupe::selectors
