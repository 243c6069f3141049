#include <algorithm>
#include <troupe/troupe.hpp>
#include <utility>

#include "pipeline/new_run.hpp"
#include "pipeline/resume_rules.hpp"
#include "server/journaled_progress.hpp"
#include "server/run_manager_state.hpp"
#include "support/unix_time.hpp"

namespace troupe::server {
namespace {

constexpr const char* kWeb = "troupe.web/1";

std::string membersOf(const JsonWriter& json) {
  const auto text = json.text();
  return std::string(text.substr(1, text.size() - 2));
}

journal::Row noticeRow(journal::RunKey run, const std::string& sink) {
  JsonWriter json;
  json.beginObject().member("level", "info");
  json.member("message", "sink \"" + sink +
                             "\" is left out: it needs a server of its own, and here the server's sinks show the run")
      .endObject();
  return journal::EventAppended{run, "notice", membersOf(json), unixMs()};
}

}  // namespace

using State = RunManager::State;

void keepForEver(State::ActivePtr run) {
  static std::mutex mutex;
  static auto& kept = *new std::vector<State::ActivePtr>;  // Never destroyed, and never lost from sight.
  const std::lock_guard lock(mutex);
  kept.push_back(std::move(run));
}

State::Claim::Claim(State& state, std::string name) : state_(state), name_(std::move(name)) {
  std::unique_lock lock(state_.mutex);
  state_.changed.wait(lock, [this] { return state_.claims.count(name_) == 0; });
  state_.claims.insert(name_);
}

State::Claim::~Claim() {
  const std::lock_guard lock(state_.mutex);
  state_.claims.erase(name_);
  state_.changed.notify_all();
}

bool State::isConfined(const journal::Run& run) const {
  return options.confinement && !std::filesystem::path(run.file).is_absolute();
}

// ---- from a pipeline to an engine
// -------------------------------------------------------------------------------------------------

// Takes out what has no place in a server, and loads the rest: what cannot be loaded is known before anything begins.
State::Ready State::prepare(config::Pipeline pipeline, const std::string& file) {
  Ready ready;
  pipeline::removeConsole(pipeline);
  auto& nodes = pipeline.nodes;
  for (auto it = nodes.begin(); it != nodes.end();) {
    const auto& required = it->info->required;
    const bool web =
        it->info->kind == loader::Kind::sink && std::find(required.begin(), required.end(), kWeb) != required.end();
    if (web) ready.left_out.push_back(it->name);
    it = web ? nodes.erase(it) : it + 1;
  }
  std::vector<Problem> problems;
  for (const auto& node : nodes) {
    try {
      catalog.load(*catalog.fileOf(node.type));
    } catch (const Failure& e) {
      problems.push_back({"/nodes/" + node.name, 0, 0, e.what(), ""});
    }
  }
  if (!problems.empty()) throw Problems(ExitCode::plugin_unusable, file, std::move(problems));
  ready.pipeline = std::make_shared<const config::Pipeline>(std::move(pipeline));
  return ready;
}

// Gives it a place, or puts it into the queue. `order` puts it into the journal. With a place: it is to be launched, by
// this thread.
State::ActivePtr State::place(Ready ready, bool bounded, const std::function<journal::Run()>& order) {
  const std::lock_guard one_by_one(placing);
  bool now = false;
  {
    const std::lock_guard lock(mutex);
    mustBeUsable();
    now = queue.empty() && placeFree() && active.count(ready.run.key) == 0;
    if (!now && bounded && queue.size() >= options.queue)
      throw QueueFull(ExitCode::usage,
                      std::to_string(queue.size()) +
                          " runs are waiting already; wait until one of them has started, or cancel one");
  }
  ready.run = order();
  std::vector<journal::Row> rows;
  if (!ready.resume)
    for (const auto& sink : ready.left_out) rows.push_back(noticeRow(ready.run.key, sink));
  if (!now)
    for (auto& row : stateRows(ready.run, "queued", "")) rows.push_back(std::move(row));
  journal.append(std::move(rows));
  if (!now) journal.flush();
  const std::lock_guard lock(mutex);
  if (broken) {  // Meanwhile.
    left.insert(ready.run.key);
    throw Failure(ExitCode::journal, *broken);
  }
  left.erase(ready.run.key);
  if (!now) {
    queue.push_back(std::move(ready));
    changed.notify_all();
    return nullptr;
  }
  return active.emplace(ready.run.key, std::make_shared<Active>(ready)).first->second;
}

// Throws when a node cannot be made; the place is free again then.
void State::launch(const ActivePtr& one) try {
  auto engine_options = options.engine;
  if (isConfined(one->ready.run)) {
    engine_options.network = options.confined_network;
    engine_options.cache.clear();  // Or a client's run would be answered from what the owner's keys have paid for.
  }
  engine_options.resume = one->ready.resume;
  auto engine =
      std::make_unique<pipeline::Engine>(*one->ready.pipeline, catalog, journal, one->ready.run, engine_options);
  {
    const std::unique_lock lock(one->alive);
    one->own = std::move(engine);
    one->engine = one->own.get();
  }
  std::unique_lock lock(mutex);  // Its thread cannot be over before it is known here.
  one->thread = std::thread([self = shared_from_this(), one] {
    std::string failure;
    try {
      one->engine->run();  // Which stays as long as this thread.
    } catch (const std::exception& e) {
      failure = e.what();
    }
    if (!failure.empty()) self->log(one->ready.run, "the run was broken off: " + failure);
    const std::lock_guard guard(self->mutex);
    one->abandoned = one->engine->abandoned();
    one->over = true;
    if (!failure.empty()) self->left.insert(one->ready.run.key);
    self->finished.push_back(one);
    self->changed.notify_all();
  });
  const bool stop = stopping;
  one->stopping = one->stopping || stop;
  lock.unlock();
  if (stop) one->with([this](auto& made) { return made.pause(why_stopped), true; });
} catch (...) {
  forget(one);
  throw;
}

void State::forget(const ActivePtr& one) {
  const std::lock_guard lock(mutex);
  active.erase(one->ready.run.key);
  changed.notify_all();
}

// ---- the keeper's thread: ends what is over, starts what waits
// ---------------------------------------------------------------------

void State::keep() {
  std::unique_lock lock(mutex);
  for (;;) {
    changed.wait(lock, [this] { return !finished.empty() || mayStartNext() || quit; });
    if (!finished.empty()) {
      const auto one = finished.front();
      finished.pop_front();
      lock.unlock();
      finish(one);
      lock.lock();
    } else if (mayStartNext()) {
      startNext(lock);
    } else {
      return;
    }
  }
}

bool State::mayStartNext() const {
  if (stopping || broken || queue.empty() || !placeFree()) return false;
  const auto& run = queue.front().run;
  return claims.count(run.id) == 0 && active.count(run.key) == 0;
}

void State::startNext(std::unique_lock<std::mutex>& lock) {
  const auto one = std::make_shared<Active>(std::move(queue.front()));
  queue.pop_front();
  const auto& run = one->ready.run;
  active.emplace(run.key, one);
  claims.insert(run.id);
  lock.unlock();
  try {
    launch(one);
  } catch (const std::exception& e) {
    try {
      if (const auto now = journal.run(run.key))
        change(*now, "paused", std::string("it cannot be started: ") + e.what());
    } catch (const Failure&) {
      // The journal is broken: breakDown() tells of it.
    }
  }
  lock.lock();
  claims.erase(run.id);
  changed.notify_all();
}

void State::finish(const ActivePtr& one) {
  one->thread.join();
  bool lost = false;
  {
    const std::lock_guard lock(mutex);
    lost = one->abandoned;
    if (lost) ++abandoned;
  }
  if (lost) {
    // A thread is still inside a plugin: what it holds must not be torn down under it.
    keepForEver(one);
    log(one->ready.run,
        "a call of a plugin never came back: what the run holds stays in memory until the server is restarted");
  } else {
    const std::unique_lock lock(one->alive);
    one->engine = nullptr;
    one->own.reset();
  }
  forget(one);
}

// ---- going on
// ---------------------------------------------------------------------------------------------------------------------

// With a claim on the run.
journal::Run State::resume(const journal::Run& run, const std::vector<config::Override>& changes, bool bounded) {
  pipeline::checkChanges(run, changes);
  if (!pipeline::canResume(run, changes))
    throw Failure(ExitCode::usage, "run " + run.id + " is " + run.state + "; there is nothing to resume");
  {
    const std::lock_guard lock(mutex);
    mustBeUsable();
  }
  config::CheckOptions check;
  if (isConfined(run)) check.confinement = options.confinement;
  auto going_on = pipeline::prepareResume(journal, catalog, run, changes, check);
  auto ready = prepare(std::move(going_on.pipeline), run.file);
  ready.run = going_on.run;
  ready.resume = true;
  const auto one = place(std::move(ready), bounded, [&] { return going_on.run; });
  if (!one) return run;
  try {
    launch(one);
  } catch (const Failure& e) {
    if (e.code() != ExitCode::journal) change(run, "paused", std::string("it cannot be started: ") + e.what());
    throw;
  }
  return run;
}

void State::resumeInterrupted() {
  const auto keys = left;
  for (const auto key : keys) {
    const auto run = journal.run(key);
    if (!run) continue;
    const Claim claim(*this, run->id);
    try {
      resume(*run, {}, false);
    } catch (const Failure& e) {
      log(*run, std::string("the run does not go on by itself: ") + e.what());
    }
  }
}

// ---- what is told
// -----------------------------------------------------------------------------------------------------------------

std::vector<journal::Row> State::stateRows(const journal::Run& run, const std::string& state,
                                           const std::string& reason) {
  JsonWriter json;
  json.beginObject().member("state", state).member("reason", reason).member("pipeline", run.pipeline_name);
  json.member("samples", run.samples).member("in_flight", run.in_flight).member("seed", run.seed);
  const auto progress = journaledProgress(journal, run);
  json.key("progress")
      .raw(state == "queued" ? withPhase(progress, "waiting", "its turn") : withPhase(progress, "paused", reason))
      .endObject();
  std::vector<journal::Row> rows;
  rows.emplace_back(
      journal::RunStateChanged{run.key, state, reason, run.active_ms, run.repeated, run.samples, {}, unixMs()});
  rows.emplace_back(journal::EventAppended{run.key, "run", membersOf(json), unixMs()});
  return rows;
}

void State::change(const journal::Run& run, const std::string& state, const std::string& reason) {
  journal.append(stateRows(run, state, reason));
  journal.flush();
}

void State::log(const journal::Run& run, const std::string& message) {
  JsonWriter json;
  json.beginObject().member("level", "error").member("source", "host").member("message", message).endObject();
  std::vector<journal::Row> rows;
  rows.emplace_back(journal::EventAppended{run.key, "log", membersOf(json), unixMs()});
  journal.append(std::move(rows));
}

// [journal's thread]
void State::breakDown(const std::string& message) {
  const std::lock_guard lock(mutex);
  broken = message;
  for (const auto& ready : queue) left.insert(ready.run.key);
  queue.clear();
  changed.notify_all();
}

}  // namespace troupe::server
