#include "pipeline/sample_ensemble.hpp"

#include <troupe/troupe.h>

#include <algorithm>

#include "pipeline/flow_helpers.hpp"

namespace troupe::pipeline {
namespace {

// Judged by all that judge it alone: whether the weighted mean of their scores is high enough. It must not be asked
// before, or it would depend on who is faster.
Standing judged(const Graph& graph, const Sample& sample, std::size_t candidate) {
  double sum = 0, weights = 0;
  for (const int scorer : graph.scorers) {
    const auto& plan = graph.nodes[at(scorer)];
    const bool judges =
        plan.per_candidate && std::any_of(plan.inputs.begin(), plan.inputs.end(),
                                          [&](const auto& edge) { return edge.from == graph.candidates[candidate]; });
    if (!judges) continue;
    const auto& scoring = sample.scorings[at(scorer)][candidate];
    if (scoring.state != Sample::State::value) return Standing::answered;
    for (const auto& score : scoring.scores) {
      if (!score.value) continue;
      sum += plan.config->weight * *score.value;
      weights += plan.config->weight;
    }
  }
  return weights > 0 && sum / weights >= graph.ensemble->stop_at ? Standing::reached : Standing::missed;
}

Standing standing(const Graph& graph, const Sample& sample, std::size_t candidate) {
  const auto& answer = sample.answers[at(graph.candidates[candidate])];
  if (!answer.asked) return Standing::unasked;
  if (answer.state == Sample::State::failed) return Standing::failed;
  return answer.state == Sample::State::value ? judged(graph, sample, candidate) : Standing::asked;
}

bool isOfTheService(int code) {
  return code == TROUPE_E_RATE_LIMITED || code == TROUPE_E_OVERLOADED || code == TROUPE_E_TRANSIENT ||
         code == TROUPE_E_AUTH || code == TROUPE_E_QUOTA_GONE || code == TROUPE_E_CANCELLED;
}

// Whether a candidate is missing since a service failed that it, or what it is made from, needs.
bool isUnavailable(const Graph& graph, const Sample& sample, std::size_t candidate) {
  const auto& chain = graph.chains[candidate];
  return std::any_of(chain.begin(), chain.end(), [&](int provider) {
    const auto& answer = sample.answers[at(provider)];
    return answer.state == Sample::State::failed && isOfTheService(answer.failure.code);
  });
}

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

std::vector<Standing> standings(const Graph& graph, const Sample& sample) {
  std::vector<Standing> all;
  for (std::size_t c = 0; c < graph.candidates.size(); ++c) all.push_back(standing(graph, sample, c));
  return all;
}

void askNext(const Graph& graph, Sample& sample) {
  if (!graph.ensemble->stopsEarly()) return;
  const StopRule rule{graph.ensemble->min_candidates, graph.ensemble->max_candidates};
  for (;;) {
    const auto step = nextStep(rule, sample.order, standings(graph, sample));
    if (step.kind == NextStep::Kind::wait) return;
    if (step.kind == NextStep::Kind::over) break;
    for (const int provider : graph.chains[at(step.candidate)]) sample.answers[at(provider)].asked = true;
  }
  for (const int provider : graph.providers)
    if (auto& answer = sample.answers[at(provider)]; !answer.asked) answer.state = Sample::State::skipped;
}

EnsembleRecord recordOf(const Graph& graph, const Sample& sample) {
  EnsembleRecord record;
  record.policy = config::policyName(graph.ensemble->policy);
  record.explored = sample.explored;
  for (const int candidate : sample.order) record.order.push_back(graph.name(graph.candidates[at(candidate)]));
  const auto all = standings(graph, sample);
  for (std::size_t c = 0; c < all.size(); ++c) {
    if (all[c] == Standing::reached) record.reached.push_back(graph.name(graph.candidates[c]));
    if (all[c] == Standing::unasked) record.skipped.push_back(graph.name(graph.candidates[c]));
    if (all[c] == Standing::failed && isUnavailable(graph, sample, c))
      record.unavailable.push_back(graph.name(graph.candidates[c]));
  }
  return record;
}

std::vector<Bandit::Trial> trialsOf(const Graph& graph, const EnsembleRecord& record) {
  std::vector<bool> first(graph.candidates.size(), false);
  const auto asked_at_once = std::min(graph.ensemble->min_candidates, record.order.size());
  for (std::size_t i = 0; i < asked_at_once; ++i)
    for (std::size_t c = 0; c < graph.candidates.size(); ++c) {
      if (graph.name(graph.candidates[c]) != record.order[i]) continue;
      for (const int provider : graph.chains[c]) {
        const auto place = std::find(graph.candidates.begin(), graph.candidates.end(), provider);
        if (place != graph.candidates.end()) first[static_cast<std::size_t>(place - graph.candidates.begin())] = true;
      }
    }
  std::vector<Bandit::Trial> trials;
  for (std::size_t c = 0; c < graph.candidates.size(); ++c) {
    const auto& name = graph.name(graph.candidates[c]);
    if (contains(record.order, name) && !contains(record.skipped, name) && !contains(record.unavailable, name))
      trials.push_back({static_cast<int>(c), first[c], contains(record.reached, name)});
  }
  return trials;
}

}  // namespace troupe::pipeline
