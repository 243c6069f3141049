#include "pipeline/sample_flow.hpp"

#include <algorithm>
#include <utility>

#include "pipeline/call_seed.hpp"
#include "pipeline/charge.hpp"
#include "pipeline/flow_helpers.hpp"
#include "pipeline/judging.hpp"
#include "pipeline/sample_ensemble.hpp"
#include "support/unix_time.hpp"

namespace troupe::pipeline {
SampleFlow::SampleFlow(const Graph& graph, const std::vector<std::unique_ptr<NodeRunner>>& runners,
                       journal::Journal& journal, TaskPool& pool, DeltaFeed& deltas, const journal::Run& run, Ends ends)
    : graph_(graph),
      runners_(runners),
      journal_(journal),
      pool_(pool),
      deltas_(deltas),
      run_(run),
      ends_(std::move(ends)),
      desk_(graph, runners, journal, run, ends_.parked) {}

std::uint64_t SampleFlow::callSeed(std::int64_t index, int node) const {
  return pipeline::callSeed(run_.seed, index, graph_.name(node));
}

void SampleFlow::begin(const SamplePtr& sample) {
  if (!sample->decided) {
    advance(sample);
  } else if (!sample->ok) {
    settle(sample, {});
  } else {
    filter(sample, {}, 0);
  }
}

// ---- up to the vote -------------------------------------------------------------------------------------------------

// With the sample's mutex held: marks what can begin now as running, and puts it among what is due.
void SampleFlow::collectReady(Sample& sample) const {
  using State = Sample::State;
  if (sample.suspended) return;
  std::vector<Sample::Due> ready;
  const auto add = [&](int node, int candidate) {
    ready.push_back({node, candidate, !graph_.nodes[at(node)].may_block});
  };
  const auto settled = [&](int node) {
    const auto state = sample.answers[at(node)].state;
    return state == State::value || state == State::failed || state == State::skipped;
  };
  // Who fails without being called may be reason to ask another one.
  for (bool look_again = true; look_again;) {
    look_again = false;
    askNext(graph_, sample);
    for (const int node : graph_.providers) {
      auto& answer = sample.answers[at(node)];
      if (answer.state != State::waiting || !answer.asked) continue;
      const auto& inputs = graph_.nodes[at(node)].inputs;
      if (!std::all_of(inputs.begin(), inputs.end(),
                       [&](const auto& e) { return e.from == graph_.source || settled(e.from); }))
        continue;
      const auto broken = std::find_if(inputs.begin(), inputs.end(), [&](const auto& e) {
        return e.from != graph_.source && sample.answers[at(e.from)].state == State::failed;
      });
      if (broken != inputs.end()) {
        answer.state = State::failed;
        answer.failure = {TROUPE_E_CONTENT, "its input \"" + graph_.name(broken->from) + "\" failed", -1};
        look_again = true;
        continue;
      }
      answer.state = State::running;
      add(node, -1);
    }
  }
  for (const int scorer : graph_.scorers) {
    const auto& plan = graph_.nodes[at(scorer)];
    auto& scorings = sample.scorings[at(scorer)];
    if (!plan.per_candidate) {
      if (scorings[0].state != State::waiting) continue;
      if (!std::all_of(plan.inputs.begin(), plan.inputs.end(), [&](const auto& e) { return settled(e.from); }))
        continue;
      const bool any = std::any_of(plan.inputs.begin(), plan.inputs.end(),
                                   [&](const auto& e) { return sample.answers[at(e.from)].state == State::value; });
      scorings[0].state = any ? State::running : State::failed;
      if (any) add(scorer, -1);
      continue;
    }
    for (const auto& edge : plan.inputs) {
      const auto place = std::find(graph_.candidates.begin(), graph_.candidates.end(), edge.from);
      if (place == graph_.candidates.end()) continue;
      const auto candidate = static_cast<int>(place - graph_.candidates.begin());
      auto& scoring = scorings[at(candidate)];
      if (scoring.state != State::waiting || sample.answers[at(edge.from)].state != State::value) continue;
      scoring.state = State::running;
      add(scorer, candidate);
    }
  }
  if (ready.empty()) return;
  sample.open += static_cast<int>(ready.size());
  // The last thing that may block stays on this worker; what comes before it gets workers of its own.
  auto last_blocking = ready.size() - 1;
  for (std::size_t i = 0; i < ready.size(); ++i)
    if (!ready[i].here) last_blocking = i;
  std::swap(ready[last_blocking], ready.back());
  ready.back().here = true;
  sample.due.insert(sample.due.end(), ready.begin(), ready.end());
}

// `closing`: of a call that has come to its end.
void SampleFlow::advance(const SamplePtr& sample, const NodeRunner::Outcome* closing) {
  bool over = false, suspended = false;
  {
    // One critical section, or two calls that end together would both find none open.
    const std::lock_guard lock(sample->mutex);
    if (closing != nullptr) {
      --sample->open;
      sample->suspended = sample->suspended || closing->suspended;
    }
    collectReady(*sample);
    over = sample->open == 0;
    suspended = sample->suspended;
    if (!suspended && !over) {
      const bool generating = std::any_of(graph_.providers.begin(), graph_.providers.end(), [&](int node) {
        const auto& answer = sample->answers[at(node)];
        return answer.asked && (answer.state == Sample::State::waiting || answer.state == Sample::State::running);
      });
      sample->phase.store(generating ? Sample::Phase::generating : Sample::Phase::evaluating);
    }
  }
  if (over) {
    suspended ? ends_.suspended(sample) : vote(sample);
    return;
  }
  // A call that ends here comes back to advance(): what has become due then is done by the loop that is under way.
  // Should a call never end, others find in the sample what this worker was about to do.
  thread_local const Sample* at_work = nullptr;
  if (at_work == sample.get()) return;
  struct AtWork {
    explicit AtWork(const Sample* mine) : before(std::exchange(at_work, mine)) {}
    ~AtWork() { at_work = before; }
    const Sample* before;
  } mark(sample.get());
  for (;;) {
    Sample::Due due{};
    {
      const std::lock_guard lock(sample->mutex);
      if (sample->due.empty()) return;
      due = sample->due.front();
      sample->due.pop_front();
    }
    const bool provider = graph_.nodes[at(due.node)].type->kind == loader::Kind::provider;
    provider ? runProvider(sample, due.node, due.here) : runScorer(sample, due);
  }
}

void SampleFlow::closeCall(const SamplePtr& sample, const NodeRunner::Outcome& outcome) {
  if (outcome.cut_off) ends_.cut_off();
  advance(sample, &outcome);
}

void SampleFlow::runProvider(const SamplePtr& sample, int node, bool here) {
  auto candidate = std::make_shared<CandidateValue>();
  NodeRunner::Request request;
  request.index = sample->index;
  request.random_seed = callSeed(sample->index, node);
  request.input = providerInput(graph_, *sample, node);
  request.models = desk_.callsOf(sample, node);
  request.listen = [this, index = sample->index, node](int attempt) {
    return deltas_.listen(index, graph_.name(node), attempt);
  };
  request.accept = [this, sample, node, candidate](Call::Result& result, std::int64_t latency_ms, int attempts) {
    CostOf cost_of;
    if (const auto& config = *graph_.nodes[at(node)].config; config.charging.price)
      cost_of = [&](std::string_view emitted) {
        return costJson(
            config, [&] { return providerInput(graph_, *sample, node); }, emitted);
      };
    *candidate =
        completeCandidate(single(result, "candidate"), sample->index, graph_.name(node), latency_ms, attempts, cost_of);
    if (const auto* schema = desk_.ownSchema(node)) schema->checkCandidate(candidate->json);
  };
  request.done = [this, sample, node, candidate](NodeRunner::Outcome& outcome) {
    deltas_.ended(sample->index, graph_.name(node));
    const auto* by = outcome.answered_by;
    if (!outcome.suspended && !outcome.failure && by != &runner(node)) {
      candidate->json.pop_back();
      candidate->json += ",\"via\":" + jsonString(by->node().config->name) + "}";
    }
    std::vector<journal::Row> rows;
    for (auto& failed : outcome.failed)
      rows.emplace_back(journal::Attempt{run_.key, sample->index, graph_.name(node), failed.attempt,
                                         failed.failure.code, failed.failure.message, failed.latency_ms, failed.at});
    if (!outcome.suspended) {
      rows.emplace_back(journal::CallSettled{run_.key,
                                             sample->index,
                                             graph_.name(node),
                                             {},
                                             !outcome.failure,
                                             candidate->json,
                                             outcome.failure ? outcome.failure->code : TROUPE_OK,
                                             outcome.failure ? outcome.failure->message : std::string(),
                                             outcome.attempts,
                                             outcome.latency_ms,
                                             unixMs(),
                                             by->plugin()});
      const std::lock_guard lock(sample->mutex);
      auto& answer = sample->answers[at(node)];
      answer.state = outcome.failure ? Sample::State::failed : Sample::State::value;
      answer.latency_ms = outcome.latency_ms;
      answer.attempts = outcome.attempts;
      if (outcome.failure) {
        answer.failure = *outcome.failure;
      } else {
        answer.json = candidate->json;
      }
    }
    if (!rows.empty()) journal_.append(std::move(rows));
    if (outcome.failure && (outcome.failure->code == TROUPE_E_AUTH || outcome.failure->code == TROUPE_E_QUOTA_GONE))
      ends_.parked();
    closeCall(sample, outcome);
  };
  runner(node).run(std::move(request), here);
}

void SampleFlow::runScorer(const SamplePtr& sample, const Sample::Due& due) {
  const int node = due.node;
  const int candidate = due.candidate;
  const auto& name = graph_.name(node);
  auto scores = std::make_shared<std::vector<ScoreValue>>();
  NodeRunner::Request request;
  request.index = sample->index;
  request.random_seed = callSeed(sample->index, node);
  request.models = desk_.callsOf(sample, node, candidate >= 0 ? graph_.candidates[at(candidate)] : -1);
  {
    const std::lock_guard lock(sample->mutex);  // Other candidates may come in meanwhile.
    request.input =
        candidate >= 0 ? scorerInput(graph_, *sample, node, candidate) : sampleScorerInput(graph_, *sample, node);
  }
  request.accept = [this, sample, node, candidate, scores](Call::Result& result, std::int64_t, int) {
    *scores = takeScores(graph_, *sample, node, candidate, result);
  };
  request.done = [this, sample, node, candidate, scores, &name](NodeRunner::Outcome& outcome) {
    if (!outcome.suspended) {
      if (outcome.failure) {
        const std::lock_guard lock(sample->mutex);
        *scores = abstentions(graph_, *sample, node, candidate, *outcome.failure);
      }
      std::vector<journal::Row> rows;
      const auto prefix = std::to_string(sample->index).size() + 1;
      for (const auto& score : *scores)
        rows.emplace_back(journal::ScoreSettled{run_.key, sample->index,
                                                score.candidate.substr(std::min(prefix, score.candidate.size())), name,
                                                score.value, score.json, runner(node).plugin()});
      if (!rows.empty()) journal_.append(std::move(rows));
      const std::lock_guard lock(sample->mutex);
      auto& scoring = sample->scorings[at(node)][candidate >= 0 ? at(candidate) : 0];
      scoring.state = Sample::State::value;
      scoring.scores = std::move(*scores);
    }
    closeCall(sample, outcome);
  };
  runner(node).run(std::move(request), due.here);
}

// ---- the vote -------------------------------------------------------------------------------------------------------

void SampleFlow::vote(const SamplePtr& sample) {
  sample->phase.store(Sample::Phase::evaluating);
  if (graph_.ensemble->stopsEarly()) {
    sample->ensemble = recordOf(graph_, *sample);
    sample->selection = ensembleMember(*sample->ensemble);
  }
  if (std::none_of(graph_.candidates.begin(), graph_.candidates.end(),
                   [&](int node) { return sample->answers[at(node)].state == Sample::State::value; }))
    return fail(sample, noCandidateReason(*sample));
  sample->qualities = computeQualities(graph_, *sample);
  if (std::none_of(sample->qualities.begin(), sample->qualities.end(), [](const auto& q) { return q.has_value(); }))
    return fail(sample, unscoredReason(graph_, *sample));

  auto selection = std::make_shared<SelectionValue>();
  NodeRunner::Request request;
  request.index = sample->index;
  request.random_seed = callSeed(sample->index, graph_.selector);
  request.input = selectorInput(graph_, *sample);
  request.models = desk_.callsOf(sample, graph_.selector);
  request.accept = [this, sample, selection](Call::Result& result, std::int64_t, int) {
    *selection = takeSelection(graph_, *sample, result);
  };
  request.done = [this, sample, selection](NodeRunner::Outcome& outcome) {
    if (outcome.suspended) return ends_.suspended(sample);
    if (outcome.failure) return fail(sample, "no vote: " + describe(graph_.name(graph_.selector), *outcome.failure));
    decide(graph_, *sample, std::move(*selection));
    std::vector<journal::Row> rows;
    rows.emplace_back(journal::SampleDecided{run_.key,
                                             sample->index,
                                             true,
                                             graph_.name(graph_.candidates[at(sample->winner)]),
                                             *sample->qualities[at(sample->winner)],
                                             decisionJson(graph_, *sample),
                                             {},
                                             runner(graph_.selector).plugin()});
    filter(sample, std::move(rows), 0);
  };
  runner(graph_.selector).run(std::move(request), true);
}

std::string SampleFlow::noCandidateReason(const Sample& sample) const {
  std::string reason = "no candidate: ";
  bool first = true;
  for (const int node : graph_.candidates) {
    if (sample.answers[at(node)].state == Sample::State::skipped) continue;
    reason += (first ? "" : "; ") + describe(graph_.name(node), sample.answers[at(node)].failure);
    first = false;
  }
  return reason;
}

void SampleFlow::fail(const SamplePtr& sample, std::string reason) {
  sample->decided = true;
  sample->ok = false;
  sample->reason = std::move(reason);
  std::vector<journal::Row> rows;
  rows.emplace_back(
      journal::SampleDecided{run_.key, sample->index, false, {}, 0, decisionJson(graph_, *sample), sample->reason, 0});
  settle(sample, std::move(rows));
}

}  // namespace troupe::pipeline
