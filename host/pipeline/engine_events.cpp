#include <troupe/troupe.hpp>

#include <algorithm>
#include <utility>

#include "pipeline/engine_state.hpp"
#include "pipeline/local_time.hpp"
#include "pipeline/utf8_text.hpp"
#include "support/unix_time.hpp"

namespace troupe::pipeline {
namespace {

constexpr std::size_t kMaxLogBytes = 4096;
constexpr std::size_t kMaxSavedIds = 1000;  // In the result; the journal has them all.

const char* levelName(int level) {
  switch (level) {
    case TROUPE_ERROR:
      return "error";
    case TROUPE_WARNING:
      return "warning";
    default:
      return "info";
  }
}

std::string membersOf(const JsonWriter& json) {
  const auto text = json.text();
  return std::string(text.substr(1, text.size() - 2));
}

}  // namespace

double Engine::State::elapsed() const { return worked_s + std::chrono::duration<double>(Clock::now() - began).count(); }

// A plugin's line, or the host's about a node: kept as a durable event.
void Engine::State::log(int level, const std::string& source, std::string_view message) {
  if (level <= TROUPE_DEBUG) return;
  const auto left_out = log_limit.pass(source, Clock::now());
  if (!left_out) return;
  JsonWriter json;
  json.beginObject().member("level", levelName(level)).member("source", source);
  auto text = utf8Text(message, kMaxLogBytes);
  if (*left_out > 0) text += " (" + std::to_string(*left_out) + " lines before it were left out)";
  json.member("message", text).endObject();
  journal.append({journal::EventAppended{run.key, "log", membersOf(json), unixMs()}});
}

void Engine::State::waiting(const std::string& node, std::int64_t index, const std::string& reason,
                            std::chrono::milliseconds delay) {
  const std::lock_guard lock(mutex);
  if (delay.count() < 0) {
    waits.erase({index, node});
    eta.retrying(static_cast<std::uint64_t>(index), elapsed(), 0);
  } else {
    waits[{index, node}] = Wait{reason, delay.count() > 0 ? unixMs() + delay.count() : 0};
    eta.retrying(static_cast<std::uint64_t>(index), elapsed(), static_cast<double>(delay.count()) / 1000.0);
  }
  noteWait();
}

// With the mutex held, after a change of `live` or `waits`: whether the run as a whole waits, until the first of the
// waits is over.
void Engine::State::noteWait() {
  if (waits.empty() && !all_wait) return;
  const bool all = !live.empty() && std::all_of(live.begin(), live.end(), [this](const auto& sample) {
    const auto wait = waits.lower_bound({sample.first, std::string()});
    return wait != waits.end() && wait->first.first == sample.first;
  });
  if (all) {
    const auto first = std::min_element(waits.begin(), waits.end(),
                                        [](const auto& a, const auto& b) { return a.second.until < b.second.until; });
    // One whose end nobody knows counts from moment to moment.
    const auto until = std::max(first->second.until, unixMs());
    eta.waitBegins(elapsed(), elapsed() + static_cast<double>(until - unixMs()) / 1000.0);
  } else if (all_wait) {
    eta.waitEnds(elapsed());
  }
  all_wait = all;
}

// With the mutex held. The phase is that of the lowest unfinished sample.
RunStats::Now Engine::State::now() {
  RunStats::Now now;
  now.elapsed_s = elapsed();
  const auto total = static_cast<std::uint64_t>(std::max<std::int64_t>(stats.total(), 0));
  now.eta = eta.remaining(now.elapsed_s, static_cast<std::uint64_t>(stats.current()), total,
                          static_cast<std::uint64_t>(run.in_flight));
  now.cost = budget->cost(stats.current(), stats.total(), false);
  now.phase = "generating";
  if (stopping) {
    now.phase = "paused";
    now.waiting_for = why_stopped;
  } else if (!live.empty()) {
    const auto& [index, sample] = *live.begin();
    switch (sample->phase.load()) {
      case Sample::Phase::generating:
        now.phase = "generating";
        break;
      case Sample::Phase::evaluating:
        now.phase = "evaluating";
        break;
      case Sample::Phase::storing:
        now.phase = "storing";
        break;
    }
    if (const auto wait = waits.lower_bound({index, std::string()});
        wait != waits.end() && wait->first.first == index) {
      now.phase = "waiting";
      now.waiting_for = wait->first.second + ": " + wait->second.reason;
      if (wait->second.until > 0) now.waiting_for += ", until " + localTime(wait->second.until);
    }
  } else if (recess) {
    now.phase = "waiting";
    now.waiting_for = recess->why;
  } else if (!held.empty()) {
    now.phase = "waiting";
    now.waiting_for = std::to_string(held.size()) + " held for review";
  } else if (stats.current() >= stats.total()) {
    now.phase = "complete";
  }
  return now;
}

// Time limits. On the timer's thread.
void Engine::State::sweepLater() {
  timer.after(std::chrono::milliseconds(20), [this] {
    for (const auto& runner : runners)
      if (runner) runner->sweep(Clock::now());
    for (const auto& sink : sinks) sink->sweep(Clock::now());
    sweepLater();
  });
}

// The frame between samples. On the timer's thread.
void Engine::State::progressLater() {
  timer.after(options.progress_every, [this] {
    publishProgress();
    publishNodes();
    progressLater();
  });
}

void Engine::State::publishProgress() {
  const std::lock_guard lock(mutex);  // Kept until it is out: nothing comes after the end.
  if (ended) return;
  const auto json = stats.progress(now());
  hub->publishFrame(run.key, "progress", "progress",
                    "{\"type\":\"progress\",\"run\":" + jsonString(run.id) + ",\"at\":" + std::to_string(unixMs()) +
                        "," + json.substr(1));
}

// Nodes whose figures have changed since they were last published. On the timer's thread.
void Engine::State::publishNodes() {
  for (const auto& runner : runners)
    if (runner) publishNode(runner->node().config->name, runner->figures());
  for (const auto& sink : sinks) publishNode(sink->name(), sink->figures());
}

void Engine::State::publishNode(const std::string& node, const NodeFigures& figures) {
  const auto known = told.find(node);
  if (known != told.end() && known->second == figures) return;
  told[node] = figures;
  const std::lock_guard lock(mutex);
  if (ended) return;
  const Wait* wait = nullptr;  // The one that is over first.
  if (figures.waiting > 0) {
    for (const auto& [call, one] : waits)
      if (call.second == node && (wait == nullptr || one.until < wait->until)) wait = &one;
  }
  JsonWriter json;
  json.beginObject().member("type", "node").member("run", run.id).member("at", unixMs()).member("node", node);
  json.member("state", figures.state())
      .member("running", figures.running)
      .member("done", figures.done)
      .member("failed", figures.failed);
  json.key("waiting_for");
  wait != nullptr ? json.value(wait->reason) : json.null();
  json.key("until");
  wait != nullptr && wait->until > 0 ? json.value(wait->until) : json.null();
  json.endObject();
  hub->publishFrame(run.key, "node/" + node, "node", std::string(json.text()));
}

// With the mutex held.
journal::EventAppended Engine::State::runEvent(const std::string& state_name, const std::string& why) {
  JsonWriter json;
  json.beginObject().member("state", state_name).member("reason", why).member("pipeline", run.pipeline_name);
  json.member("samples", stats.total()).member("in_flight", run.in_flight).member("seed", run.seed);
  json.key("progress").raw(stats.progress(now())).endObject();
  return {run.key, "run", membersOf(json), unixMs()};
}

// With the mutex held.
journal::RunStateChanged Engine::State::stateRow(const std::string& state_name, const std::string& why,
                                                 std::string result) const {
  return {run.key,       state_name,        why,     static_cast<std::int64_t>(elapsed() * 1000), stats.repeated(),
          stats.total(), std::move(result), unixMs()};
}

std::string Engine::State::savedIdsJson() const {
  std::string ids = "[";
  for (const auto& save : journal.saves(run.key, kMaxSavedIds)) {
    if (ids.size() > 1) ids += ',';
    ids += readSavedId(save);
  }
  return ids + "]";
}

// The best story of the run in full, from the journal.
std::string Engine::State::bestJson() const {
  const auto index = journal.bestSample(run.key);
  const auto record = index ? journal.sample(run.key, *index) : std::nullopt;
  if (!record) return "null";
  Sample sample(graph, record->index, record->seed);
  restore(graph, sample, *record, run.id);
  JsonWriter json;
  json.beginObject().member("index", record->index).member("node", record->winner).member("genre", record->genre);
  json.member("quality", record->quality).key("margin");
  sample.margin ? json.value(*sample.margin) : json.null();
  rapidjson::Document decision;
  decision.Parse(record->decision.data(), record->decision.size());
  json.member("reason", decision.HasParseError() ? std::string_view() : Object(decision).text("reason", ""));
  for (const auto& call : record->calls)
    if (call.node == record->winner && call.ok) json.member("text", readCandidate(call.answer).text);
  json.endObject();
  return std::string(json.text());
}

}  // namespace troupe::pipeline
