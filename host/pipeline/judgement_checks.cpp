#include "pipeline/judgement_checks.hpp"

#include "pipeline/values.hpp"

namespace troupe::pipeline {

void checkArray(JsonView value, std::string_view name) {
  if (!value.isArray()) throw BadValue("\"" + std::string(name) + "\" is no array");
}

std::vector<std::string> checkPairs(JsonView pairs) {
  checkArray(pairs, "pairs");
  std::vector<std::string> others;
  for (const auto& element : pairs.elements()) {
    const JsonMembers pair(element);
    const auto other = pair.at("other");
    const auto result = pair.at("result");
    if (!other.isString() || other.json() == "\"\"") throw BadValue("a pair needs \"other\", the id of a candidate");
    const double outcome = result.isNumber() ? result.number() : -1;
    if (outcome != 0 && outcome != 0.5 && outcome != 1)
      throw BadValue("\"result\" of a pair is none of 1 (won), 0.5 (tie), 0 (lost)");
    others.push_back(other.text());
  }
  return others;
}

void checkJudgements(JsonView votes) {
  checkArray(votes, "votes");
  for (const auto& element : votes.elements()) {
    const JsonMembers vote(element);
    if (!vote.at("judge").isString() || vote.at("judge").json() == "\"\"") throw BadValue("a vote needs \"judge\"");
    if (vote.at("value") && !isGrade(vote.at("value"))) throw BadValue("\"value\" of a vote is not within 0 and 10");
    for (const auto name : {"model", "reason"})
      if (!isOptionalText(vote.at(name))) throw BadValue("\"" + std::string(name) + "\" of a vote is no string");
    if (vote.at("abstained") && !vote.at("abstained").isBool())
      throw BadValue("\"abstained\" of a vote is neither true nor false");
  }
}

void checkPoints(JsonView points) {
  checkArray(points, "points");
  for (const auto& element : points.elements()) {
    const JsonMembers point(element);
    if (!point.at("candidate").isString() || !point.at("value").isNumber())
      throw BadValue("a point needs \"candidate\" and \"value\"");
  }
}

}  // namespace troupe::pipeline
