#include "pipeline/engine.hpp"

#include <algorithm>
#include <utility>

#include <troupe/troupe.hpp>

#include "pipeline/engine_state.hpp"
#include "pipeline/sample_ensemble.hpp"
#include "support/unix_time.hpp"

namespace troupe::pipeline {
namespace {

constexpr int kManySlots = 512;  // Calls at once in an instance that takes any number.
constexpr int kStoreSlots =
    32;  // The same for stores: enough to commit in groups; more would only be more blocked threads.

// A node that cannot be made is named, since several may be of the same type.
template <typename Make>
auto makeNamed(const std::string& node, Make make) {
  try {
    return make();
  } catch (const Failure& e) {
    throw Failure(e.code(), "node \"" + node + "\": " + e.what());
  }
}

// The announcement of the end, when a process was killed after it and nothing has been asked for since.
std::optional<journal::Event> announcedEnd(const journal::Journal& journal, const journal::Run& run) {
  const auto begun = journal.lastEvent(run.key, "run");
  if (run.state != "running" || !begun) return std::nullopt;
  rapidjson::Document asked;
  asked.Parse(begun->json.data(), begun->json.size());
  if (asked.HasParseError() || Object(asked).integer("samples", -1) != run.samples) return std::nullopt;
  for (const auto type : {"complete", "failed"})
    if (auto event = journal.lastEvent(run.key, type); event && event->id > begun->id) return event;
  return std::nullopt;
}

// What the announcement says of the end.
RunEnd endOf(const journal::Event& event) {
  rapidjson::Document members;
  members.Parse<rapidjson::kParseFullPrecisionFlag>(event.json.data(), event.json.size());
  RunEnd end;
  end.state = event.type;
  if (members.HasParseError()) return end;
  end.reason = Object(members).text("error", "");
  if (const auto* result = Object(members).find("result")) {
    JsonWriter json;
    json.value(*result);
    end.result = json.text();
  }
  return end;
}

std::vector<std::string> candidateNames(const Graph& graph) {
  std::vector<std::string> names;
  for (const int node : graph.candidates) names.push_back(graph.name(node));
  return names;
}

}  // namespace

// ---- making ---------------------------------------------------------------------------------------------------------

Engine::State::State(const config::Pipeline& pipeline_, loader::Catalog& catalog, journal::Journal& journal_,
                     journal::Run run_, EngineOptions options_)
    : pipeline(pipeline_),
      journal(journal_),
      run(std::move(run_)),
      options(std::move(options_)),
      graph(buildGraph(pipeline)),
      announced(options.resume ? announcedEnd(journal, run) : std::nullopt),
      hub(options.hub ? options.hub : std::make_shared<EventHub>()),
      upstreams(options.upstreams ? options.upstreams : std::make_shared<Upstreams>()),
      stats(run.samples, candidateNames(graph)) {
  if (!options.hub) {
    if (options.resume)
      if (const auto last = journal.lastEvent(run.key)) hub->startAfter(last->id);
    on_event = journal.onEvent([hub = hub](const journal::Event& event) { hub->publish(event); });
  }
  on_failure = journal.onFailure([this](const std::string& message) {
    // On the journal's thread: only notes it; the wait in execute() acts on it.
    const std::lock_guard lock(mutex);
    journal_failure = message;
    stopping = true;
    ended = true;
    over.notify_all();
  });
  makeNodes(catalog);
}

// Throws when a node cannot be made; nothing has begun then, and the journal knows nothing of this object any more.
void Engine::State::makeNodes(loader::Catalog& catalog) try {
  pool = std::make_unique<TaskPool>(options.max_threads);
  // Consumers before producers: nothing is announced that nobody hears.
  for (const int node : graph.sinks) {
    const auto& plan = graph.nodes[static_cast<std::size_t>(node)];
    sinks.push_back(makeNamed(graph.name(node), [&] {
      return std::make_unique<SinkRunner>(
          plan, catalog.load(*catalog.fileOf(plan.config->type)), hub, journal, run.key, sinkCursor(graph.name(node)),
          options.network,
          [this](int level, const std::string& source, std::string_view message) { log(level, source, message); });
    }));
  }
  runners.resize(graph.nodes.size());
  budget = makeBudget();
  openCache();
  for (const int node : graph.providers) asked.push_back(graph.name(node));
  doors.resize(graph.nodes.size());
  for (int node = 0; node < static_cast<int>(graph.nodes.size()); ++node)
    if (graph.nodes[static_cast<std::size_t>(node)].type->kind != loader::Kind::sink)
      runners[static_cast<std::size_t>(node)] = makeNamed(graph.name(node), [&] { return makeRunner(node, catalog); });
  connectFallbacks();
  for (const int node : graph.feedback) makeFeedback(node);
  if (const auto& ensemble = *graph.ensemble; ensemble.policy == config::Ensemble::Policy::bandit)
    history = std::make_unique<EnsembleHistory>(
        Bandit::Options{graph.candidates.size(), ensemble.min_candidates, ensemble.explore, ensemble.by_genre},
        ensemble.lag);

  SampleFlow::Ends ends;
  ends.settled = [this](const SamplePtr& sample, const SettledSample& over_sample, std::vector<journal::Row> rows,
                        std::string json) { settled(sample, over_sample, std::move(rows), std::move(json)); };
  ends.suspended = [this](const SamplePtr& sample) { left(sample); };
  ends.held = [this](const SamplePtr& sample, int filter, const HoldValue& value) { hold(sample, filter, value); };
  ends.cut_off = [this] {
    const std::lock_guard lock(mutex);
    stats.addRepeated(1);
  };
  ends.store_failed = [this](const std::string& reason) { stop(reason, false); };
  ends.parked = [this] { parked(); };
  deltas = std::make_unique<DeltaFeed>(timer, hub, run.key, run.id);
  flow = std::make_unique<SampleFlow>(graph, runners, journal, *pool, *deltas, run, std::move(ends));
} catch (...) {
  if (budget) budget->close();
  sinks.clear();
  leaveJournal();
  throw;
}

// A replay asks nobody, and must not depend on what this machine has kept.
void Engine::State::openCache() {
  const bool replays = options.network.http && options.network.http->replays();
  if (options.cache.empty() || replays ||
      std::none_of(graph.nodes.begin(), graph.nodes.end(), [](const auto& node) { return node.config->cache; }))
    return;
  cache = std::make_shared<AnswerCache>(options.cache,
                                        [this](const std::string& message) { log(TROUPE_WARNING, "run", message); });
}

// Nobody may append any more.
void Engine::State::leaveJournal() {
  try {
    journal.flush();  // Its thread calls this object back as long as it has rows of it.
  } catch (const Failure&) {
    // It has told of that, and calls nobody any more.
  }
  on_event.reset();
  on_failure.reset();
}

// What is still inside a plugin is cancelled, and waited for until the clock gives up on it.
void Engine::State::endCalls() {
  if (budget) budget->close();
  for (const auto& runner : runners)
    if (runner) runner->closeGate();
  for (const auto& runner : runners)
    if (runner) runner->cancelAll({TROUPE_E_CANCELLED, "the run is over", -1});
  pool->stop();
}

Engine::State::~State() {
  endCalls();
  if (deltas) deltas->close();
  timer.stop();
  if (!options.hub) hub->close();
  hub->dropFrames(run.key);
  sinks.clear();
  leaveJournal();
}

std::unique_ptr<NodeRunner> Engine::State::makeRunner(int node, loader::Catalog& catalog) {
  const auto& plan = graph.nodes[static_cast<std::size_t>(node)];
  const auto module = catalog.load(*catalog.fileOf(plan.config->type));
  NodeRunner::Options runner_options;
  runner_options.backoff = options.backoff;
  runner_options.grace = options.grace;
  runner_options.network = options.network;
  const auto kind = plan.type->kind;
  if (kind == loader::Kind::prompt_source || kind == loader::Kind::store) {
    // State lives in the one instance: as many calls as that takes.
    runner_options.slots = plan.type->per_instance == 0 ? kStoreSlots : plan.type->per_instance;
  } else {
    runner_options.slots =
        plan.config->limits.in_flight > 0 ? plan.config->limits.in_flight : std::max(run.in_flight, kManySlots);
  }
  addGates(node, runner_options);
  if (kind == loader::Kind::provider && budget->concerns(*plan.config)) runner_options.gates.push_back(budget);
  if (cache && plan.config->cache) {
    runner_options.cache = cache;
    runner_options.cached_as =
        providerKey(plan.config->type, module->version(), module->sha256(), plan.config->options);
  }
  RunnerEvents events;
  events.log = [this](int level, const std::string& source, std::string_view message) { log(level, source, message); };
  events.waiting = [this](const std::string& name, std::int64_t index, const std::string& reason,
                          std::chrono::milliseconds delay) { waiting(name, index, reason, delay); };
  return std::make_unique<NodeRunner>(plan, module, *pool, timer, std::move(events), runner_options,
                                      journal.plugin(module->pluginId(), module->version(), module->sha256()));
}

std::int64_t Engine::State::lag(int node) const {
  std::int64_t longest = 0;
  for (const auto& reader : graph.nodes)
    for (const auto& delayed : reader.delayed)
      if (delayed.from == node) longest = std::max(longest, delayed.lag);
  return longest;
}

void Engine::State::makeFeedback(int node) {
  auto call = [this, node](std::int64_t index, const std::string& sample, const std::string& previous,
                           std::function<void(std::optional<std::string>)> done) {
    const auto& plan = graph.nodes[static_cast<std::size_t>(node)];
    auto emission = std::make_shared<std::optional<std::string>>();
    NodeRunner::Request request;
    request.index = index;
    request.random_seed = flow->callSeed(index, node);
    request.input = "{" + jsonString(plan.inputs.front().port) + ":" + sample;
    if (!plan.previous_port.empty() && !previous.empty())
      request.input += "," + jsonString(plan.previous_port) + ":" + previous;
    request.input += "}";
    request.accept = [emission](Call::Result& result, std::int64_t, int) {
      for (const auto& value : result.values)
        if (value.port->name != "saved") *emission = normalize(value.json);
    };
    request.done = [this, node, index, emission, done = std::move(done)](NodeRunner::Outcome& outcome) {
      if (outcome.failure)
        log(TROUPE_WARNING, graph.name(node),
            "keeps nothing of sample " + std::to_string(index) + ": " + outcome.failure->message);
      if (*emission) journal.append({journal::FeedbackEmitted{run.key, index, graph.name(node), **emission}});
      done(std::move(*emission));
    };
    runners[static_cast<std::size_t>(node)]->run(std::move(request), false);
  };
  feedback.emplace(node, std::make_unique<Feedback>(lag(node), std::move(call), [this] { fill(); }));
}

// ---- going on after a pause or a crash ------------------------------------------------------------------------------

void Engine::State::restoreFromJournal() {
  const auto last = journal.lastEvent(run.key, "sample");
  const auto totals = journal.totals(run.key);
  const auto begun = journal.lastStarted(run.key);
  {
    const std::lock_guard lock(mutex);  // Others may ask for the progress meanwhile.
    // A process that was killed has not told how long it worked; its last sample says it.
    worked_s = std::max(static_cast<double>(run.active_ms) / 1000.0,
                        stats.restore(totals, run, last ? last->json : std::string()));
    if (announced) return stats.setTotal(stats.current());  // Nothing goes on; the source may have run dry.
    next = begun + 1;
  }
  constexpr std::size_t kPage = 1024;
  for (std::int64_t from = 0;;) {
    const auto page = journal.unsettled(run.key, from, kPage);
    {
      const std::lock_guard lock(mutex);
      again.insert(again.end(), page.begin(), page.end());
    }
    if (page.size() < kPage) break;
    from = page.back() + 1;
  }
  for (const auto& [node, store] : feedback) restoreFeedback(node, *store);
  if (history) restoreEnsemble();
}

// Gives a bandit all results back. Samples go on from the lowest that is not over.
void Engine::State::restoreEnsemble() {
  const auto lowest = again.empty() ? next : again.front();
  constexpr std::size_t kPage = 1024;
  for (std::int64_t from = 0;;) {
    const auto page = journal.ensembles(run.key, from, kPage);
    for (const auto& decided : page) {
      rapidjson::Document record;
      record.Parse(decided.json.data(), decided.json.size());
      history->decided(
          decided.index, decided.genre,
          record.HasParseError() ? std::vector<Bandit::Trial>() : trialsOf(graph, readEnsembleRecord(record)));
    }
    history->foldUpTo(lowest);
    if (page.size() < kPage) break;
    from = page.back().index + 1;
  }
}

// Who resumes a run that is over wants to see its end: it is given once more, also to who has had it.
std::int64_t Engine::State::sinkCursor(const std::string& sink) const {
  const auto kept = journal.cursor(run.key, sink);
  return announced ? std::min(kept, announced->id - 1) : kept;
}

// Brings a feedback store back to where it was: its emissions from the journal; settled samples that it had not seen
// are given to it again.
void Engine::State::restoreFeedback(int node, Feedback& store) {
  const auto& name = graph.name(node);
  std::vector<std::pair<std::int64_t, std::string>> emissions;
  const auto newest = journal.feedback(run.key, name, next);
  if (newest) {
    // From the oldest that a new sample may read on.
    auto known = journal.feedback(run.key, name, next - lag(node));
    if (known) emissions.emplace_back(known->index, known->json);
    for (auto index = std::max<std::int64_t>(known ? known->index + 1 : 0, next - lag(node) + 1);
         index <= newest->index; ++index) {
      auto emission = journal.feedback(run.key, name, index);
      if (emission && emission->index == index) emissions.emplace_back(index, emission->json);
    }
  }
  const auto first = newest ? newest->index + 1 : 0;
  store.restore(first, std::move(emissions));
  for (auto index = first; index < next; ++index) {
    const auto record = journal.sample(run.key, index);
    if (!record || !record->settled) continue;
    Sample sample(graph, index, record->seed);
    restore(graph, sample, *record, run.id);
    const bool has = sample.ok && flow->reaches(sample, node);
    store.settled(index, has ? std::optional(sampleJson(graph, sample, run.id)) : std::nullopt);
  }
}

// ---- running --------------------------------------------------------------------------------------------------------

RunEnd Engine::State::execute() {
  if (options.resume) restoreFromJournal();
  if (announced) return conclude();
  {
    const std::lock_guard lock(mutex);
    restored = true;
    journal.append({stateRow("running", {}, {}), runEvent(options.resume ? "resumed" : "running", {})});
  }
  sweepLater();
  progressLater();
  pool->submit([this] { fill(); });
  {
    std::unique_lock lock(mutex);
    over.wait(lock, [this] { return ended; });
  }
  return conclude();
}

void Engine::State::stop(const std::string& why, bool for_ever, Cancel cancel) {
  {
    const std::lock_guard lock(mutex);
    if (for_ever) for_good = true;
    if (stopping && !for_ever && (cancel == Cancel::never || !patient)) return;
    if (!stopping) why_stopped = why;
    stopping = true;
    patient = cancel == Cancel::never;
  }
  const auto reason = FailureInfo{TROUPE_E_CANCELLED, why, -1};
  const auto cancel_all = [this, reason] {
    for (const auto& runner : runners)
      if (runner) {
        runner->closeGate();
        runner->cancelAll(reason);
      }
  };
  for (const auto& runner : runners)
    if (runner && (runner->node().may_block || runner->node().type->kind == loader::Kind::prompt_source))
      runner->closeGate();
  if (cancel == Cancel::now) {
    cancel_all();
  } else if (cancel == Cancel::later) {
    timer.after(options.pause_drain, [this, cancel_all] { pool->submitUrgent(cancel_all); });
  }
  pool->submit([this] { fill(); });
}

RunEnd Engine::State::conclude() {
  RunEnd end;
  deltas->close();
  hub->dropFrames(run.key);  // None comes any more: `ended` is true.
  std::optional<journal::RunStateChanged> completed;
  std::optional<std::string> broken;
  {
    const std::lock_guard lock(mutex);
    broken = journal_failure;
  }
  if (!broken) {
    try {
      journal.flush();
      const auto ids = savedIdsJson();
      const auto best = bestJson();
      const std::lock_guard lock(mutex);
      const bool complete = announced || !stopping;
      if (announced) {
        end = endOf(*announced);
      } else {
        end.state = for_good                                        ? "cancelled"
                    : !complete                                     ? "paused"
                    : stats.successful() == 0 && stats.failed() > 0 ? "failed"
                                                                    : "complete";
        end.reason = end.state == "failed" ? "every sample failed" : why_stopped;
        end.result =
            stats.result(run.id, end.state, elapsed(), ids, best, budget->cost(stats.current(), stats.total(), true));
      }
      if (complete) {
        if (!announced) {
          auto members = "\"result\":" + end.result;
          if (end.state == "failed") members = "\"error\":" + jsonString(end.reason) + "," + members;
          journal.append({journal::EventAppended{run.key, end.state, std::move(members), unixMs()}});
        }
        // Only when the sinks have it all: until then a resume still gives them what they missed.
        completed = stateRow(end.state, end.reason, end.result);
      } else {
        journal.append({stateRow(end.state, end.reason, {}), runEvent(end.state, end.reason)});
      }
    } catch (const Failure& e) {
      broken = e.what();
    }
    try {
      if (!broken) journal.flush();
    } catch (const Failure& e) {
      broken = e.what();
    }
  }
  const auto until = Clock::now() + options.sink_drain;
  const auto head = hub->head();
  for (const auto& sink : sinks) {
    std::int64_t unsent = 0;
    try {
      unsent = sink->drain(head, until);
    } catch (const Failure& e) {
      if (!broken) broken = e.what();
    }
    end.abandoned = end.abandoned || sink->abandoned();
    if (unsent > 0 && !broken) {
      JsonWriter json;
      json.beginObject().member("level", "warning");
      json.member("message", "sink \"" + sink->name() + "\" has not taken " + std::to_string(unsent) + " events")
          .endObject();
      const auto text = json.text();
      journal.append(
          {journal::EventAppended{run.key, "notice", std::string(text.substr(1, text.size() - 2)), unixMs()}});
    }
  }
  if (broken) endCalls();  // Samples are under way: only now is it known which of their calls come back.
  end.abandoned = end.abandoned || pool->abandoned() > 0;
  abandoned = end.abandoned;
  if (broken) throw Failure(ExitCode::journal, *broken);
  if (completed) journal.append({std::move(*completed)});
  journal.flush();
  return end;
}

// ---- the public side ------------------------------------------------------------------------------------------------

Engine::Engine(const config::Pipeline& pipeline, loader::Catalog& catalog, journal::Journal& journal, journal::Run run,
               EngineOptions options)
    : state_(std::make_unique<State>(pipeline, catalog, journal, std::move(run), std::move(options))) {}
Engine::~Engine() = default;
RunEnd Engine::run() { return state_->execute(); }
bool Engine::abandoned() const { return state_->abandoned; }
void Engine::pause(const std::string& reason) { state_->stop(reason, false, State::Cancel::later); }
void Engine::cancel(const std::string& reason) { state_->stop(reason, true, State::Cancel::now); }
bool Engine::decide(std::int64_t index, const std::string& filter, bool pass, const std::string& by) {
  return state_->decide(index, filter, pass, by);
}
std::string Engine::progress() {
  const std::lock_guard lock(state_->mutex);
  return state_->stats.progress(state_->now());
}
std::string Engine::stats() {
  const std::lock_guard lock(state_->mutex);
  return state_->stats.table();
}
std::shared_ptr<EventHub> Engine::hub() const { return state_->hub; }

}  // namespace troupe::pipeline
