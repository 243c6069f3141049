#include "cli/recount.hpp"

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <tuple>
#include <utility>

#include <troupe/troupe.h>

#include "pipeline/flow_helpers.hpp"
#include "pipeline/judging.hpp"
#include "support/problem.hpp"

namespace troupe::cli {

using pipeline::at;
using pipeline::BadValue;
using pipeline::FailureInfo;
using pipeline::Sample;

namespace {

std::optional<FailureInfo> malformed(const BadValue& e) {
  return FailureInfo{TROUPE_E_MALFORMED, "its answer is malformed: " + std::string(e.what()), -1};
}

const journal::HoldDecided* decisionOf(const journal::SampleRecord& record, const std::string& filter) {
  const auto found = std::find_if(record.decisions.begin(), record.decisions.end(),
                                  [&](const auto& decision) { return decision.node == filter; });
  return found == record.decisions.end() ? nullptr : &*found;
}

}  // namespace

Recount::Recount(const pipeline::Graph& graph, loader::Catalog& catalog, const journal::Journal& journal,
                 const journal::Run& run, const std::set<std::string>& scorers)
    : graph_(graph), journal_(journal), run_(run) {
  const auto make = [&](int node) { nodes_[node] = std::make_unique<Trial>(*graph.nodes[at(node)].config, catalog); };
  for (const int scorer : graph.scorers)
    if (scorers.count(graph.name(scorer)) != 0) make(scorer);
  make(graph.selector);
  for (const int node : graph.filters) make(node);
}

Trial::Result Recount::call(int node, std::int64_t index, const std::string& input) {
  auto& trial = *nodes_.at(node);
  auto result = trial.call(input, pipeline::callSeed(run_.seed, index, graph_.name(node)));
  if (trial.stuck()) {
    std::cerr << "troupe: " << graph_.name(node) << ": sample " << index << ": " << result.failure->message
              << std::endl;
    std::_Exit(static_cast<int>(ExitCode::plugin_unusable));  // A thread is still inside the plugin.
  }
  return result;
}

void Recount::scoreOne(Sample& sample, int scorer, int candidate) {
  auto& scoring = sample.scorings[at(scorer)][candidate >= 0 ? at(candidate) : 0];
  const auto result = call(scorer, sample.index,
                           candidate >= 0 ? pipeline::scorerInput(graph_, sample, scorer, candidate)
                                          : pipeline::sampleScorerInput(graph_, sample, scorer));
  auto failure = result.failure;
  if (!failure) {
    try {
      scoring.scores = pipeline::takeScores(graph_, sample, scorer, candidate, result);
    } catch (const BadValue& e) {
      failure = malformed(e);
    }
  }
  if (failure) scoring.scores = pipeline::abstentions(graph_, sample, scorer, candidate, *failure);
  scoring.state = Sample::State::value;
}

void Recount::score(Sample& sample, int scorer) {
  for (auto& scoring : sample.scorings[at(scorer)]) scoring = {};
  const auto& node = graph_.nodes[at(scorer)];
  const auto is_there = [&](int provider) { return sample.answers[at(provider)].state == Sample::State::value; };
  if (!node.per_candidate) {
    if (std::any_of(node.inputs.begin(), node.inputs.end(), [&](const auto& edge) { return is_there(edge.from); }))
      scoreOne(sample, scorer, -1);
    return;
  }
  for (const auto& edge : node.inputs) {
    const auto place = std::find(graph_.candidates.begin(), graph_.candidates.end(), edge.from);
    if (place != graph_.candidates.end() && is_there(edge.from))
      scoreOne(sample, scorer, static_cast<int>(place - graph_.candidates.begin()));
  }
}

// "" when it has a winner, else why not.
std::string Recount::vote(Sample& sample) {
  if (std::none_of(sample.qualities.begin(), sample.qualities.end(), [](const auto& q) { return q.has_value(); }))
    return pipeline::unscoredReason(graph_, sample);
  const auto result = call(graph_.selector, sample.index, pipeline::selectorInput(graph_, sample));
  auto failure = result.failure;
  if (!failure) {
    try {
      pipeline::decide(graph_, sample, pipeline::takeSelection(graph_, sample, result));
    } catch (const BadValue& e) {
      failure = malformed(e);
    }
  }
  return failure ? "no vote: " + pipeline::describe(graph_.name(graph_.selector), *failure) : std::string();
}

// What a person decided stands as long as it was about this winner.
void Recount::filter(Sample& sample, const journal::SampleRecord& before, journal::SampleRecord& now) {
  now.verdicts.clear();
  now.decisions.clear();
  for (const int node : graph_.filters) {
    if (!pipeline::reaches(graph_, sample, node)) continue;
    const auto& name = graph_.name(node);
    const auto* decision = before.ok && before.winner == now.winner ? decisionOf(before, name) : nullptr;
    if (decision != nullptr) {
      now.decisions.push_back(*decision);
      sample.verdicts[at(node)] = Sample::Verdict{decision->pass, "decided by " + decision->by};
      continue;
    }
    const auto result = call(node, sample.index, pipeline::sampleInput(graph_, sample, node, run_.id));
    Sample::Verdict verdict;
    auto failure = result.failure;
    try {
      if (result.hold) {
        verdict.reason = "a person would have to decide: " + pipeline::readHold(*result.hold).why;
      } else if (!failure) {
        const auto given = pipeline::readVerdict(pipeline::single(result, "verdict"));
        verdict = {given.pass, given.reason};
      }
    } catch (const BadValue& e) {
      failure = malformed(e);
    }
    if (failure) verdict = {false, "the filter failed: " + failure->message};
    sample.verdicts[at(node)] = verdict;
    now.verdicts.push_back({run_.key, sample.index, name, verdict.pass, verdict.reason, 0});
  }
  std::sort(now.verdicts.begin(), now.verdicts.end(), [](const auto& a, const auto& b) { return a.node < b.node; });
}

// In the order in which the journal gives them back.
void Recount::takeScores(const Sample& sample, journal::SampleRecord& record) const {
  record.scores.clear();
  const auto prefix = std::to_string(sample.index).size() + 1;
  for (const int scorer : graph_.scorers)
    for (const auto& scoring : sample.scorings[at(scorer)])
      for (const auto& score : scoring.scores)
        record.scores.push_back(
            {run_.key, sample.index, score.candidate.substr(prefix), graph_.name(scorer), score.value, score.json, 0});
  std::sort(record.scores.begin(), record.scores.end(),
            [](const auto& a, const auto& b) { return std::tie(a.node, a.scorer) < std::tie(b.node, b.scorer); });
}

Recount::Result Recount::count(const journal::SampleRecord& record) {
  Result out;
  out.record = record;
  auto& now = out.record;
  Sample sample(graph_, record.index, record.seed);
  auto undecided = record;
  undecided.decided = false;
  pipeline::restore(graph_, sample, undecided, run_.id);
  pipeline::setDelayed(graph_, sample, [this](int from, std::int64_t index) {
    const auto emitted = journal_.feedback(run_.key, graph_.name(from), index);
    return emitted ? emitted->json : std::string();
  });
  std::string failed;
  if (std::none_of(graph_.candidates.begin(), graph_.candidates.end(),
                   [&](int node) { return sample.answers[at(node)].state == Sample::State::value; })) {
    if (!record.ok) return out;  // Nobody has answered, which no vote changes.
    failed = "no candidate: those that answered are not in the pipeline";
  } else {
    for (const int scorer : graph_.scorers)
      if (nodes_.count(scorer) != 0) score(sample, scorer);
    sample.qualities = pipeline::computeQualities(graph_, sample);
    failed = vote(sample);
  }
  takeScores(sample, now);
  now.decision = pipeline::decisionJson(graph_, sample);
  now.ok = failed.empty();
  now.reason = failed;
  now.winner = now.ok ? graph_.name(graph_.candidates[at(sample.winner)]) : std::string();
  now.quality = now.ok ? *sample.qualities[at(sample.winner)] : 0;
  now.holds.clear();
  now.verdicts.clear();
  if (now.ok) filter(sample, record, now);
  out.kept = now.ok && pipeline::isKept(graph_, sample);
  if (!out.kept || !record.ok || now.winner != record.winner) now.saves.clear();
  return out;
}

bool wasKept(const pipeline::Graph& graph, const journal::Run& run, const journal::SampleRecord& record) {
  if (!record.ok) return false;
  Sample sample(graph, record.index, record.seed);
  pipeline::restore(graph, sample, record, run.id);
  return pipeline::isKept(graph, sample);
}

}  // namespace troupe::cli
