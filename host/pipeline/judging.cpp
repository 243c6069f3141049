#include "pipeline/judging.hpp"

#include <algorithm>
#include <mutex>
#include <optional>
#include <utility>

#include "pipeline/ensemble_record.hpp"
#include "pipeline/flow_helpers.hpp"

namespace troupe::pipeline {
namespace {

bool contains(const std::vector<std::string>& ids, const std::string& id) {
  return std::find(ids.begin(), ids.end(), id) != ids.end();
}

// The candidates that a scorer of whole samples is given.
std::vector<std::string> givenTo(const Graph& graph, Sample& sample, int node) {
  const std::lock_guard lock(sample.mutex);
  std::vector<std::string> ids;
  for (const auto& edge : graph.nodes[at(node)].inputs)
    if (sample.answers[at(edge.from)].state == Sample::State::value)
      ids.push_back(sample.candidateId(graph, edge.from));
  return ids;
}

// A judge compares what it was given, and nothing with itself.
void checkCompared(const ScoreValue& score, const std::vector<std::string>& given) {
  for (const auto& other : score.compared)
    if (other == score.candidate || !contains(given, other))
      throw BadValue("compares \"" + score.candidate.substr(0, 200) + "\" with \"" + other.substr(0, 200) +
                     "\", which is no other candidate that it was given");
}

}  // namespace

std::vector<ScoreValue> takeScores(const Graph& graph, Sample& sample, int node, int candidate,
                                   const Call::Result& result) {
  const auto& name = graph.name(node);
  std::vector<ScoreValue> scores;
  if (candidate >= 0) {
    const auto id = sample.candidateId(graph, graph.candidates[at(candidate)]);
    scores.push_back(completeScore(single(result, "score"), id, name));
    checkCompared(scores.back(), {id});
    return scores;
  }
  const auto given = givenTo(graph, sample, node);
  auto due = given;
  for (const auto& value : result.values) {
    auto score = completeScore(value.json, {}, name);
    const auto place = std::find(due.begin(), due.end(), score.candidate);
    if (place == due.end())
      throw BadValue("scores a candidate that it was not given, or one twice: \"" + score.candidate.substr(0, 200) +
                     "\"");
    due.erase(place);
    checkCompared(score, given);
    scores.push_back(std::move(score));
  }
  inOrder(graph, sample, scores);
  return scores;
}

std::vector<ScoreValue> abstentions(const Graph& graph, const Sample& sample, int node, int candidate,
                                    const FailureInfo& failure) {
  const auto reason = "failed: " + std::string(codeName(failure.code)) + ": " + failure.message;
  std::vector<ScoreValue> scores;
  for (const auto& edge : graph.nodes[at(node)].inputs) {
    if (candidate >= 0 ? edge.from != graph.candidates[at(candidate)]
                       : sample.answers[at(edge.from)].state != Sample::State::value)
      continue;
    scores.push_back(abstention(sample.candidateId(graph, edge.from), graph.name(node), reason));
  }
  inOrder(graph, sample, scores);
  return scores;
}

void inOrder(const Graph& graph, const Sample& sample, std::vector<ScoreValue>& scores) {
  if (scores.size() < 2) return;
  std::vector<std::string> ids;
  for (const int node : graph.candidates) ids.push_back(sample.candidateId(graph, node));
  const auto place = [&](const ScoreValue& score) { return std::find(ids.begin(), ids.end(), score.candidate); };
  std::stable_sort(scores.begin(), scores.end(), [&](const auto& a, const auto& b) { return place(a) < place(b); });
}

std::string unscoredReason(const Graph& graph, const Sample& sample) {
  const std::string reason = "unscored: every scorer abstained";
  for (const int scorer : graph.scorers)
    for (const auto& scoring : sample.scorings[at(scorer)])
      for (const auto& score : scoring.scores)
        return reason + "; " + graph.name(scorer) + " on " + score.candidate + ": " + score.reason;
  return reason;
}

SelectionValue takeSelection(const Graph& graph, const Sample& sample, const Call::Result& result) {
  std::vector<std::string> ids;
  for (const int node : graph.candidates)
    if (sample.answers[at(node)].state == Sample::State::value) ids.push_back(sample.candidateId(graph, node));
  auto selection = completeSelection(single(result, "selection"), ids);
  for (std::size_t c = 0; c < graph.candidates.size(); ++c)
    if (selection.winner == sample.candidateId(graph, graph.candidates[c]) && !sample.qualities[c])
      throw BadValue("chose a candidate that no scorer has judged");
  return selection;
}

void decide(const Graph& graph, Sample& sample, SelectionValue selection) {
  for (std::size_t c = 0; c < graph.candidates.size(); ++c)
    if (selection.winner == sample.candidateId(graph, graph.candidates[c])) sample.winner = static_cast<int>(c);
  sample.selection = sample.ensemble ? ensembleMember(*sample.ensemble) + "," : "";
  sample.selection += selection.members;
  sample.margin = selection.margin;
  sample.decided = sample.ok = true;
}

bool reaches(const Graph& graph, const Sample& sample, int node) {
  const auto& inputs = graph.nodes[at(node)].inputs;
  return std::any_of(inputs.begin(), inputs.end(), [&](const Graph::Edge& edge) {
    if (edge.from == graph.selector) return true;
    const auto& verdict = sample.verdicts[at(edge.from)];
    return verdict && verdict->pass;
  });
}

bool isKept(const Graph& graph, const Sample& sample) {
  if (graph.stores.empty() && graph.feedback.empty()) {
    return std::none_of(graph.filters.begin(), graph.filters.end(),
                        [&](int node) { return sample.verdicts[at(node)] && !sample.verdicts[at(node)]->pass; });
  }
  const auto reached = [&](int node) { return reaches(graph, sample, node); };
  return std::any_of(graph.stores.begin(), graph.stores.end(), reached) ||
         std::any_of(graph.feedback.begin(), graph.feedback.end(), reached);
}

}  // namespace troupe::pipeline
