#include "pipeline/sample_flow.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <utility>

namespace troupe::pipeline {
namespace {

std::size_t at(int position) { return static_cast<std::size_t>(position); }

std::int64_t unixMs() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

std::uint64_t mix(std::uint64_t z) {
  z += 0x9e3779b97f4a7c15ULL;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

std::uint64_t hash(std::string_view text) {  // FNV-1a
  std::uint64_t h = 0xcbf29ce484222325ULL;
  for (const char c : text) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return h;
}

// The one value that a node of this kind has to emit.
const std::string& single(const Call::Result& result, std::string_view what) {
  if (result.values.size() != 1)
    throw BadValue("emitted " + std::to_string(result.values.size()) + " values where one " + std::string(what) + " is due");
  return result.values.front().json;
}

std::string describe(const std::string& node, const FailureInfo& failure) {
  return node + ": " + std::string(codeName(failure.code)) + ": " + failure.message;
}

std::string snippet(const std::string& text) {
  constexpr std::size_t kBytes = 160;
  if (text.size() <= kBytes) return text;
  std::size_t end = kBytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;  // Not within a UTF-8 sequence.
  return text.substr(0, end) + "…";
}

}  // namespace

SampleFlow::SampleFlow(const Graph& graph, const std::vector<std::unique_ptr<NodeRunner>>& runners, journal::Journal& journal,
                       TaskPool& pool, const journal::Run& run, Ends ends)
    : graph_(graph), runners_(runners), journal_(journal), pool_(pool), run_(run), ends_(std::move(ends)) {}

std::uint64_t SampleFlow::callSeed(std::int64_t index, int node) const {
  return mix(mix(static_cast<std::uint64_t>(run_.seed)) ^ mix(static_cast<std::uint64_t>(index)) ^ hash(graph_.name(node)));
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

// ---- up to the vote ---------------------------------------------------------------------------------------------------------------

// With the sample's mutex held: marks what can begin now as running, and puts it among what is due.
void SampleFlow::collectReady(Sample& sample) const {
  using State = Sample::State;
  if (sample.suspended) return;
  std::vector<Sample::Due> ready;
  const auto add = [&](int node, int candidate) { ready.push_back({node, candidate, !graph_.nodes[at(node)].may_block}); };
  const auto settled = [&](int node) {
    const auto state = sample.answers[at(node)].state;
    return state == State::value || state == State::failed;
  };
  for (const int node : graph_.providers) {
    auto& answer = sample.answers[at(node)];
    if (answer.state != State::waiting) continue;
    const auto& inputs = graph_.nodes[at(node)].inputs;
    if (!std::all_of(inputs.begin(), inputs.end(), [&](const auto& e) { return e.from == graph_.source || settled(e.from); })) continue;
    const auto broken = std::find_if(inputs.begin(), inputs.end(), [&](const auto& e) {
      return e.from != graph_.source && sample.answers[at(e.from)].state == State::failed;
    });
    if (broken != inputs.end()) {
      answer.state = State::failed;
      answer.failure = {TROUPE_E_CONTENT, "its input \"" + graph_.name(broken->from) + "\" failed", -1};
      continue;
    }
    answer.state = State::running;
    add(node, -1);
  }
  for (const int scorer : graph_.scorers) {
    const auto& plan = graph_.nodes[at(scorer)];
    auto& scorings = sample.scorings[at(scorer)];
    if (!plan.per_candidate) {
      if (scorings[0].state != State::waiting) continue;
      if (!std::all_of(plan.inputs.begin(), plan.inputs.end(), [&](const auto& e) { return settled(e.from); })) continue;
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
        const auto state = sample->answers[at(node)].state;
        return state == Sample::State::waiting || state == Sample::State::running;
      });
      sample->phase.store(generating ? Sample::Phase::generating : Sample::Phase::evaluating);
    }
  }
  if (over) {
    suspended ? ends_.suspended(sample) : vote(sample);
    return;
  }
  // A call that ends here comes back to advance(): what has become due then is done by the loop that is under way. Should a call never end, others
  // find in the sample what this worker was about to do.
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
  request.accept = [this, sample, node, candidate](Call::Result& result, std::int64_t latency_ms, int attempts) {
    *candidate = completeCandidate(single(result, "candidate"), sample->index, graph_.name(node), latency_ms, attempts);
  };
  request.done = [this, sample, node, candidate](NodeRunner::Outcome& outcome) {
    std::vector<journal::Row> rows;
    for (auto& failed : outcome.failed)
      rows.emplace_back(journal::Attempt{run_.key, sample->index, graph_.name(node), failed.attempt, failed.failure.code,
                                         failed.failure.message, failed.latency_ms, failed.at});
    if (!outcome.suspended) {
      rows.emplace_back(journal::CallSettled{run_.key, sample->index, graph_.name(node), {}, !outcome.failure, candidate->json,
                                             outcome.failure ? outcome.failure->code : TROUPE_OK,
                                             outcome.failure ? outcome.failure->message : std::string(), outcome.attempts,
                                             outcome.latency_ms, unixMs(), runner(node).plugin()});
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
    if (outcome.failure && (outcome.failure->code == TROUPE_E_AUTH || outcome.failure->code == TROUPE_E_QUOTA_GONE)) ends_.parked();
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
  {
    const std::lock_guard lock(sample->mutex);  // Other candidates may come in meanwhile.
    request.input = candidate >= 0 ? scorerInput(graph_, *sample, node, candidate) : sampleScorerInput(graph_, *sample, node);
  }
  request.accept = [this, sample, node, candidate, scores, &name](Call::Result& result, std::int64_t, int) {
    scores->clear();
    if (candidate >= 0) {
      const auto id = sample->candidateId(graph_, graph_.candidates[at(candidate)]);
      scores->push_back(completeScore(single(result, "score"), id, name));
      return;
    }
    std::vector<std::string> known;
    for (const auto& edge : graph_.nodes[at(node)].inputs) {
      const std::lock_guard lock(sample->mutex);
      if (sample->answers[at(edge.from)].state == Sample::State::value) known.push_back(sample->candidateId(graph_, edge.from));
    }
    for (const auto& value : result.values) {
      auto score = completeScore(value.json, {}, name);
      const auto place = std::find(known.begin(), known.end(), score.candidate);
      if (place == known.end())
        throw BadValue("scores a candidate that it was not given, or one twice: \"" + score.candidate.substr(0, 200) + "\"");
      known.erase(place);
      scores->push_back(std::move(score));
    }
  };
  request.done = [this, sample, node, candidate, scores, &name](NodeRunner::Outcome& outcome) {
    if (!outcome.suspended) {
      if (outcome.failure) {
        // A scorer that fails abstains: its failure holds nobody back, and the vote says so.
        const auto reason = "failed: " + std::string(codeName(outcome.failure->code)) + ": " + outcome.failure->message;
        scores->clear();
        const std::lock_guard lock(sample->mutex);
        for (const auto& edge : graph_.nodes[at(node)].inputs) {
          if (candidate >= 0 ? edge.from != graph_.candidates[at(candidate)] : sample->answers[at(edge.from)].state != Sample::State::value) continue;
          scores->push_back(abstention(sample->candidateId(graph_, edge.from), name, reason));
        }
      }
      std::vector<journal::Row> rows;
      const auto prefix = std::to_string(sample->index).size() + 1;
      for (const auto& score : *scores)
        rows.emplace_back(journal::ScoreSettled{run_.key, sample->index, score.candidate.substr(std::min(prefix, score.candidate.size())),
                                                name, score.value, score.json, runner(node).plugin()});
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

// ---- the vote ---------------------------------------------------------------------------------------------------------------------

void SampleFlow::vote(const SamplePtr& sample) {
  sample->phase.store(Sample::Phase::evaluating);
  std::vector<std::string> ids;
  for (const int node : graph_.candidates)
    if (sample->answers[at(node)].state == Sample::State::value) ids.push_back(sample->candidateId(graph_, node));
  if (ids.empty()) return fail(sample, noCandidateReason(*sample));
  sample->qualities = computeQualities(graph_, *sample);
  if (std::none_of(sample->qualities.begin(), sample->qualities.end(), [](const auto& q) { return q.has_value(); }))
    return fail(sample, unscoredReason(*sample));

  auto selection = std::make_shared<SelectionValue>();
  NodeRunner::Request request;
  request.index = sample->index;
  request.random_seed = callSeed(sample->index, graph_.selector);
  request.input = selectorInput(graph_, *sample);
  request.accept = [this, sample, selection, ids = std::move(ids)](Call::Result& result, std::int64_t, int) {
    *selection = completeSelection(single(result, "selection"), ids);
    for (std::size_t c = 0; c < graph_.candidates.size(); ++c)
      if (selection->winner == sample->candidateId(graph_, graph_.candidates[c]) && !sample->qualities[c])
        throw BadValue("chose a candidate that no scorer has judged");
  };
  request.done = [this, sample, selection](NodeRunner::Outcome& outcome) {
    if (outcome.suspended) return ends_.suspended(sample);
    if (outcome.failure) return fail(sample, "no vote: " + describe(graph_.name(graph_.selector), *outcome.failure));
    for (std::size_t c = 0; c < graph_.candidates.size(); ++c)
      if (selection->winner == sample->candidateId(graph_, graph_.candidates[c])) sample->winner = static_cast<int>(c);
    sample->selection = std::move(selection->members);
    sample->margin = selection->margin;
    sample->decided = sample->ok = true;
    std::vector<journal::Row> rows;
    rows.emplace_back(journal::SampleDecided{run_.key, sample->index, true, graph_.name(graph_.candidates[at(sample->winner)]),
                                             *sample->qualities[at(sample->winner)], decisionJson(graph_, *sample), {},
                                             runner(graph_.selector).plugin()});
    filter(sample, std::move(rows), 0);
  };
  runner(graph_.selector).run(std::move(request), true);
}

std::string SampleFlow::noCandidateReason(const Sample& sample) const {
  std::string reason = "no candidate: ";
  bool first = true;
  for (const int node : graph_.candidates) {
    reason += (first ? "" : "; ") + describe(graph_.name(node), sample.answers[at(node)].failure);
    first = false;
  }
  return reason;
}

std::string SampleFlow::unscoredReason(const Sample& sample) const {
  std::string reason = "unscored: every scorer abstained";
  for (const int scorer : graph_.scorers)
    for (const auto& scoring : sample.scorings[at(scorer)])
      for (const auto& score : scoring.scores) return reason + "; " + graph_.name(scorer) + " on " + score.candidate + ": " + score.reason;
  return reason;
}

void SampleFlow::fail(const SamplePtr& sample, std::string reason) {
  sample->decided = true;
  sample->ok = false;
  sample->reason = std::move(reason);
  std::vector<journal::Row> rows;
  rows.emplace_back(journal::SampleDecided{run_.key, sample->index, false, {}, 0, decisionJson(graph_, *sample), sample->reason, 0});
  settle(sample, std::move(rows));
}

// ---- after the vote ---------------------------------------------------------------------------------------------------------------

bool SampleFlow::reaches(const Sample& sample, int node) const {
  const auto& inputs = graph_.nodes[at(node)].inputs;
  return std::any_of(inputs.begin(), inputs.end(), [&](const Graph::Edge& edge) {
    if (edge.from == graph_.selector) return true;
    const auto& verdict = sample.verdicts[at(edge.from)];
    return verdict && verdict->pass;
  });
}

// Whether it came to a store; without stores, whether no filter dropped it.
bool SampleFlow::kept(const Sample& sample) const {
  if (graph_.stores.empty() && graph_.feedback.empty()) {
    return std::none_of(graph_.filters.begin(), graph_.filters.end(),
                        [&](int node) { return sample.verdicts[at(node)] && !sample.verdicts[at(node)]->pass; });
  }
  const auto reached = [&](int node) { return reaches(sample, node); };
  return std::any_of(graph_.stores.begin(), graph_.stores.end(), reached) ||
         std::any_of(graph_.feedback.begin(), graph_.feedback.end(), reached);
}

void SampleFlow::filter(const SamplePtr& sample, std::vector<journal::Row> rows, std::size_t position) {
  while (position < graph_.filters.size() &&
         (sample->verdicts[at(graph_.filters[position])] || !reaches(*sample, graph_.filters[position])))
    ++position;
  if (position == graph_.filters.size()) return store(sample, std::move(rows));

  struct Given {
    std::optional<VerdictValue> verdict;
    std::optional<HoldValue> hold;
    std::vector<journal::Row> rows;
  };
  const int node = graph_.filters[position];
  auto given = std::make_shared<Given>();
  given->rows = std::move(rows);
  NodeRunner::Request request;
  request.index = sample->index;
  request.random_seed = callSeed(sample->index, node);
  const auto& inputs = graph_.nodes[at(node)].inputs;
  request.input = "{" + jsonString(inputs.front().port) + ":" + sampleJson(graph_, *sample, run_.id) + "}";
  request.accept = [given](Call::Result& result, std::int64_t, int) {
    if (result.hold) {
      given->hold = readHold(*result.hold);
    } else {
      given->verdict = readVerdict(single(result, "verdict"));
    }
  };
  request.done = [this, sample, node, position, given](NodeRunner::Outcome& outcome) {
    if (outcome.suspended) {
      journal_.append(std::move(given->rows));
      return ends_.suspended(sample);
    }
    if (given->hold) {
      given->rows.emplace_back(journal::SampleHeld{run_.key, sample->index, graph_.name(node), given->hold->until,
                                                   given->hold->pass_by_default, given->hold->why, runner(node).plugin()});
      journal_.append(std::move(given->rows));
      return ends_.held(sample, node, *given->hold);
    }
    // A filter that fails lets nothing pass: what it should keep out would be stored otherwise.
    if (outcome.failure) given->verdict = VerdictValue{false, "the filter failed: " + outcome.failure->message};
    sample->verdicts[at(node)] = Sample::Verdict{given->verdict->pass, given->verdict->reason};
    given->rows.emplace_back(journal::VerdictGiven{run_.key, sample->index, graph_.name(node), given->verdict->pass,
                                                   given->verdict->reason, runner(node).plugin()});
    filter(sample, std::move(given->rows), position + 1);
  };
  runner(node).run(std::move(request), true);
}

void SampleFlow::store(const SamplePtr& sample, std::vector<journal::Row> rows) {
  const bool any = std::any_of(graph_.stores.begin(), graph_.stores.end(),
                               [&](int node) { return reaches(*sample, node) && !sample->stored[at(node)]; });
  if (!any) return settle(sample, std::move(rows));
  sample->phase.store(Sample::Phase::storing);
  // No store is called before what it rests on is durable.
  journal_.append(std::move(rows), [this, sample] { pool_.submit([this, sample] { runStores(sample); }); });
}

void SampleFlow::runStores(const SamplePtr& sample) {
  std::vector<int> due;
  for (const int node : graph_.stores)
    if (reaches(*sample, node) && !sample->stored[at(node)]) due.push_back(node);
  struct Stores {
    std::atomic<int> open;
    std::atomic<bool> failed{false};
    std::mutex mutex;  // Guards `rows`.
    std::vector<journal::Row> rows;
  };
  auto stores = std::make_shared<Stores>();
  stores->open = static_cast<int>(due.size());
  const auto json = sampleJson(graph_, *sample, run_.id);
  for (std::size_t i = 0; i < due.size(); ++i) {
    const int node = due[i];
    auto saved = std::make_shared<std::string>();
    NodeRunner::Request request;
    request.index = sample->index;
    request.random_seed = callSeed(sample->index, node);
    request.input = "{" + jsonString(graph_.nodes[at(node)].inputs.front().port) + ":" + json + "}";
    request.accept = [saved](Call::Result& result, std::int64_t, int) {
      for (const auto& value : result.values)
        if (value.port->name == "saved") *saved = normalize(value.json);
    };
    request.done = [this, sample, node, saved, stores](NodeRunner::Outcome& outcome) {
      if (outcome.suspended || outcome.failure) {
        stores->failed = true;
        if (outcome.failure) ends_.store_failed("store " + describe(graph_.name(node), *outcome.failure));
      } else {
        const std::lock_guard lock(stores->mutex);
        sample->stored[at(node)] = true;
        if (!saved->empty()) {
          sample->saves[at(node)] = *saved;
          stores->rows.emplace_back(journal::SampleSaved{run_.key, sample->index, graph_.name(node), *saved, runner(node).plugin()});
        }
      }
      if (stores->open.fetch_sub(1) > 1) return;
      if (!stores->failed) return settle(sample, std::move(stores->rows));
      if (!stores->rows.empty()) journal_.append(std::move(stores->rows));
      ends_.suspended(sample);
    };
    runner(node).run(std::move(request), i + 1 == due.size());
  }
}

void SampleFlow::settle(const SamplePtr& sample, std::vector<journal::Row> rows) {
  SettledSample settled;
  settled.index = sample->index;
  settled.genre = sample->genre;
  settled.ok = sample->ok;
  settled.reason = sample->reason;
  settled.margin = sample->margin;
  for (std::size_t c = 0; c < graph_.candidates.size(); ++c) {
    const int node = graph_.candidates[c];
    const auto& answer = sample->answers[at(node)];
    if (answer.state == Sample::State::value) {
      const auto view = readCandidate(answer.json);
      settled.candidates.push_back({graph_.name(node), view.model, c < sample->qualities.size() ? sample->qualities[c] : std::nullopt,
                                    answer.latency_ms, answer.attempts});
      if (static_cast<int>(c) == sample->winner) settled.snippet = snippet(view.text);
    } else if (answer.state == Sample::State::failed) {
      settled.failures.push_back({graph_.name(node), answer.failure, answer.attempts});
    }
  }
  std::string json;
  if (sample->ok) {
    settled.winner = graph_.name(graph_.candidates[at(sample->winner)]);
    settled.quality = *sample->qualities[at(sample->winner)];
    settled.kept = kept(*sample);
    for (const int node : graph_.filters) {
      const auto& verdict = sample->verdicts[at(node)];
      if (verdict && !verdict->pass && settled.dropped.empty()) settled.dropped = verdict->reason;
    }
    for (const int node : graph_.stores)
      if (const auto& saved = sample->saves[at(node)]; saved && !saved->empty())
        settled.saved.push_back({graph_.name(node), readSavedId(*saved)});
    if (!graph_.feedback.empty()) json = sampleJson(graph_, *sample, run_.id);
  }
  ends_.settled(sample, std::move(settled), std::move(rows), std::move(json));
}

}  // namespace troupe::pipeline
