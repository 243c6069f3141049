#include <algorithm>
#include <utility>

#include "pipeline/engine_state.hpp"
#include "pipeline/sample_ensemble.hpp"
#include "support/split_mix.hpp"
#include "support/unix_time.hpp"

namespace troupe::pipeline {
std::int64_t sampleSeed(std::int64_t run_seed, std::int64_t index) {
  return static_cast<std::int64_t>(
      splitMix64(splitMix64(static_cast<std::uint64_t>(run_seed)) + static_cast<std::uint64_t>(index)) >> 33);
}

// Starts what may start. One thread at a time does it; others only tell it to look again. [a worker, no lock held]
void Engine::State::fill() {
  {
    std::unique_lock lock(mutex);
    refill = true;
    if (filling || !restored || source_caller == std::this_thread::get_id()) return;
    filling = true;
    Started started;
    do {
      refill = false;
      do started = startOne(lock);
      while (started == Started::one);
      if (started == Started::handed_over) return;
    } while (refill);
    filling = false;
  }
  checkEnd();
}

std::shared_ptr<BudgetGate> Engine::State::makeBudget() {
  BudgetGate::Events events;
  // By a worker: whoever tells of it may be the journal's thread.
  events.used_up = [this](const std::string& reason) {
    pool->submit([this, reason] { stop(reason, false, Cancel::never); });
  };
  events.freed = [this] { pool->submit([this] { fill(); }); };
  events.log = [this](int level, const std::string& node, const std::string& message) { log(level, node, message); };
  return std::make_shared<BudgetGate>(pipeline, journal, run.key, std::move(events));
}

// With the mutex held, which it gives up in between.
Engine::State::Started Engine::State::startOne(std::unique_lock<std::mutex>& lock) {
  if (stopping || active >= run.in_flight || inRecess()) return Started::none;
  if (!again.empty()) {
    const auto index = again.front();
    again.pop_front();
    ++active;
    lock.unlock();
    startRestored(index);
    lock.lock();
    return Started::one;
  }
  if (source_busy || exhausted || next >= stats.total() || !earlierReady(next)) return Started::none;
  const auto index = next;
  if (const auto why = budget->mayStart(index, asked); !why || !why->empty()) {
    // Those that have been begun go on to their end.
    if (why) used_up = *why;
    return Started::none;
  }
  source_busy = true;
  ++active;
  // Others may fill meanwhile: a source that is slow, or never comes back, keeps nobody else from starting what has
  // been begun.
  source_caller = std::this_thread::get_id();
  filling = false;
  lock.unlock();
  callSource(index);
  lock.lock();
  if (source_caller == std::this_thread::get_id()) source_caller = {};
  if (filling) {
    refill = true;
    return Started::handed_over;
  }
  filling = true;
  return Started::one;
}

// A sample that has been begun before: what the journal knows of it is not done again.
void Engine::State::startRestored(std::int64_t index) {
  const auto record = journal.sample(run.key, index);
  if (!record || record->settled) {
    const std::lock_guard lock(mutex);
    --active;
    refill = true;
    return;
  }
  // A hold that nobody has decided on: back to where held samples are kept.
  const auto decided = [](const journal::SampleRecord& known, const std::string& node) {
    return std::any_of(known.decisions.begin(), known.decisions.end(), [&](const auto& d) { return d.node == node; });
  };
  for (const auto& row : record->holds) {
    if (decided(*record, row.node)) continue;
    {
      const std::lock_guard lock(mutex);
      --active;
      held[index] = Held{row.node, row.until, row.pass_by_default};
      eta.left(static_cast<std::uint64_t>(index));
      refill = true;
    }
    if (const auto now = journal.sample(run.key, index); now && decided(*now, row.node)) {
      // Meanwhile, by somebody who did not find it here yet.
      const std::lock_guard lock(mutex);
      if (held.erase(index) > 0) again.push_back(index);
    } else if (row.until) {
      armDeadline(index, *row.until);
    }
    return;
  }
  auto sample = std::make_shared<Sample>(graph, index, record->seed);
  restore(graph, *sample, *record, run.id);
  // It began when these had been applied, so they are in the journal.
  setDelayed(graph, *sample, [this](int from, std::int64_t at) {
    const auto emitted = journal.feedback(run.key, graph.name(from), at);
    return emitted ? emitted->json : std::string();
  });
  if (!sample->decided) {
    orderProviders(*sample);
    askNext(graph, *sample);
  }
  {
    const std::lock_guard lock(mutex);
    live.emplace(index, sample);
    eta.started(static_cast<std::uint64_t>(index), elapsed());
    noteWait();
    // What was in flight when the process died is asked again.
    if (options.resume && run.state == "running" && !sample->decided)
      for (const int node : graph.providers)
        if (const auto& answer = sample->answers[static_cast<std::size_t>(node)];
            answer.asked && answer.state == Sample::State::waiting)
          stats.addRepeated(1);
  }
  pool->submit([this, sample] { flow->begin(sample); });
}

std::function<std::string(int, std::int64_t)> Engine::State::emitted() const {
  return [this](int from, std::int64_t index) { return feedback.at(from)->value(index); };
}

std::string Engine::State::sourceInput(std::int64_t index) const {
  std::string input = "{\"index\":" + std::to_string(index) +
                      ",\"seed\":" + std::to_string(sampleSeed(run.seed, index)) +
                      ",\"total\":" + std::to_string(run.samples);
  input += "," + delayedMembers(graph, graph.source, index, emitted());
  input.back() = '}';
  return input;
}

void Engine::State::callSource(std::int64_t index) {
  auto prompt = std::make_shared<std::optional<PromptValue>>();
  NodeRunner::Request request;
  request.index = index;
  request.random_seed = flow->callSeed(index, graph.source);
  request.input = sourceInput(index);
  request.accept = [this, index, prompt](Call::Result& result, std::int64_t, int) {
    if (result.values.size() > 1)
      throw BadValue("emitted " + std::to_string(result.values.size()) + " prompts for one index");
    if (!result.values.empty())
      *prompt = completePrompt(result.values.front().json, index, sampleSeed(run.seed, index));
  };
  request.done = [this, index, prompt](NodeRunner::Outcome& outcome) { sourceDone(index, *prompt, outcome); };
  runners[static_cast<std::size_t>(graph.source)]->run(std::move(request), true);
}

void Engine::State::sourceDone(std::int64_t index, const std::optional<PromptValue>& prompt,
                               const NodeRunner::Outcome& outcome) {
  if (outcome.suspended || (!outcome.failure && !prompt)) {
    {
      const std::lock_guard lock(mutex);
      source_busy = false;
      if (source_caller != std::this_thread::get_id()) source_caller = {};  // It never came back.
      --active;
      budget->sampleOver(index);
      if (!outcome.suspended) {
        exhausted = true;
        stats.setTotal(index);
      }
    }
    return fill();
  }
  auto sample = std::make_shared<Sample>(graph, index, sampleSeed(run.seed, index));
  if (prompt) {
    setPrompt(*sample, run.id, prompt->json, prompt->genre);
    orderProviders(*sample);
  } else {
    setPrompt(*sample, run.id,
              "{\"id\":\"" + std::to_string(index) + "\",\"index\":" + std::to_string(index) +
                  ",\"seed\":" + std::to_string(sample->seed) + ",\"messages\":[],\"vars\":{}}",
              "-");
  }
  setDelayed(graph, *sample, emitted());
  journal.append({journal::SampleStarted{run.key, index, sample->seed, sample->prompt, sample->genre,
                                         runners[static_cast<std::size_t>(graph.source)]->plugin()}});
  {
    const std::lock_guard lock(mutex);
    source_busy = false;
    if (source_caller != std::this_thread::get_id()) source_caller = {};
    next = index + 1;
    live.emplace(index, sample);
    eta.started(static_cast<std::uint64_t>(index), elapsed());
    noteWait();
  }
  for (const int node : graph.feedback) feedback.at(node)->forget(index + 1);
  if (outcome.failure) {
    const auto reason = "no prompt: " + graph.name(graph.source) + ": " + outcome.failure->message;
    pool->submit([this, sample, reason] { flow->fail(sample, reason); });
  } else {
    pool->submit([this, sample] { flow->begin(sample); });
  }
  fill();
}

// Whom the sample asks first, and then, where the policy leaves providers out. In order of the index; all that it rests
// on is in the journal before the sample's own beginning is, so that a resume draws the same.
void Engine::State::orderProviders(Sample& sample) {
  if (!history) {
    sample.order = graph.cascade;
    return;
  }
  auto draw = history->draw(sample.index, sample.seed, sample.genre);
  sample.order = std::move(draw.order);
  sample.explored = draw.explored;
}

// A sample is decided, and its rows are appended.
void Engine::State::learn(const Sample& sample) {
  if (history)
    history->decided(sample.index, sample.genre,
                     sample.ensemble ? trialsOf(graph, *sample.ensemble) : std::vector<Bandit::Trial>());
}

// With the mutex held. Whether all is known that the sample's prompt and the choice of its providers rest on.
bool Engine::State::earlierReady(std::int64_t index) const {
  if (history && !history->ready(index)) return false;
  for (const auto& node : graph.nodes)
    for (const auto& delayed : node.delayed)
      if (!feedback.at(delayed.from)->applied(index - delayed.lag)) return false;
  return true;
}

void Engine::State::settled(const SamplePtr& sample, const SettledSample& settled, std::vector<journal::Row> rows,
                            std::string json) {
  deltas->forget(sample->index);
  std::vector<int> feeds;
  for (const int node : graph.feedback)
    if (sample->ok && flow->reaches(*sample, node)) feeds.push_back(node);
  {
    const std::lock_guard lock(mutex);
    live.erase(sample->index);
    --active;
    budget->sampleOver(sample->index);
    stats.settle(settled);
    eta.settled(static_cast<std::uint64_t>(sample->index), elapsed());
    noteWait();
    rows.emplace_back(journal::SampleSettled{run.key, sample->index});
    rows.emplace_back(journal::EventAppended{run.key, "sample", stats.sampleEvent(settled, now()), unixMs()});
    // Under the lock: the order of the events is the order of the counts in them.
    journal.append(std::move(rows));
    learn(*sample);
  }
  for (const int node : graph.feedback) {
    const bool has = std::find(feeds.begin(), feeds.end(), node) != feeds.end();
    feedback.at(node)->settled(sample->index, has ? std::optional(json) : std::nullopt);
  }
  fill();
}

// A sample that goes out of memory unsettled, since the run pauses.
void Engine::State::left(const SamplePtr& sample) {
  deltas->forget(sample->index);
  {
    const std::lock_guard lock(mutex);
    live.erase(sample->index);
    --active;
    budget->sampleOver(sample->index);
    eta.left(static_cast<std::uint64_t>(sample->index));
    noteWait();
  }
  fill();
}

// ---- held samples ---------------------------------------------------------------------------------------------------

void Engine::State::hold(const SamplePtr& sample, int filter, const HoldValue& value) {
  deltas->forget(sample->index);
  {
    const std::lock_guard lock(mutex);
    live.erase(sample->index);
    --active;
    learn(*sample);
    budget->sampleOver(sample->index);
    held[sample->index] = Held{graph.name(filter), value.until, value.pass_by_default};
    eta.left(static_cast<std::uint64_t>(sample->index));
    noteWait();
  }
  log(TROUPE_INFO, graph.name(filter),
      "sample " + std::to_string(sample->index) + " is held for review" + (value.why.empty() ? "" : ": " + value.why));
  if (value.until) armDeadline(sample->index, *value.until);
  fill();
}

void Engine::State::armDeadline(std::int64_t index, std::int64_t until) {
  const auto delay = std::clamp<std::int64_t>(until - unixMs(), 0, 86'400'000);
  timer.after(std::chrono::milliseconds(delay), [this, index, until] {
    pool->submit([this, index, until] {
      Held hold;
      {
        const std::lock_guard lock(mutex);
        const auto found = held.find(index);
        if (found == held.end() || found->second.until != until) return;
        hold = found->second;
      }
      if (until > unixMs()) return armDeadline(index, until);
      decide(index, hold.filter, hold.pass_by_default, "the deadline");
    });
  });
}

bool Engine::State::decide(std::int64_t index, const std::string& filter, bool pass, const std::string& by) {
  std::string node;
  {
    const std::lock_guard lock(mutex);
    const auto found = held.find(index);
    if (found == held.end() || (!filter.empty() && found->second.filter != filter)) return false;
    node = found->second.filter;
    held.erase(found);
    ++active;  // Until it is among those to go on: the run must not end in between.
  }
  journal.append({journal::HoldDecided{run.key, index, node, pass, by, unixMs()}});
  bool kept = true;
  try {
    journal.flush();  // The sample is read back from there.
  } catch (const Failure&) {
    kept = false;  // The journal's failure ends the run.
  }
  {
    const std::lock_guard lock(mutex);
    --active;
    if (kept) again.push_back(index);
  }
  pool->submit([this] { fill(); });
  return kept;
}

// ---- the end --------------------------------------------------------------------------------------------------------

void Engine::State::checkEnd() {
  std::optional<std::string> pause_for;
  {
    const std::lock_guard lock(mutex);
    if (ended || filling) return;
    if (!journal_failure) {
      if (active > 0 || source_busy) return;
      if (!stopping) {
        if (!again.empty()) return;
        const bool more = !exhausted && next < stats.total();
        const bool ready = more && earlierReady(next);
        if (ready && used_up.empty()) return;
        if (ready) {
          pause_for = used_up;
        } else if (!held.empty()) {
          if (std::any_of(held.begin(), held.end(), [](const auto& h) { return h.second.until.has_value(); })) return;
          pause_for =
              std::to_string(held.size()) + (held.size() == 1 ? " sample is" : " samples are") + " held for review";
        } else {
          for (const auto& [node, store] : feedback)
            if (!store->applied(next - 1)) return;
          if (more) return;
        }
      }
    }
    if (pause_for) {
      stopping = true;
      why_stopped = *pause_for;
    }
    ended = true;
  }
  over.notify_all();
}

}  // namespace troupe::pipeline
