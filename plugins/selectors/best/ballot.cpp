#include "ballot.hpp"

#include <cmath>

namespace troupe::best {

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
  return out;
}

}  // namespace

Ballot readBallot(const Fields& input) {
  Ballot out;
  for (const auto candidate : input.array("candidates")) out.candidates.push_back(readCandidate(Fields(candidate)));
  for (const auto score : input.array("scores")) out.scores.push_back(readScore(Fields(score)));
  if (input.has("sample")) out.seed = static_cast<std::uint64_t>(input.object("sample").number("seed", 0));
  return out;
}

}  // namespace troupe::best
