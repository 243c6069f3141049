#include "server/run_manager.hpp"

#include <rapidjson/document.h>

#include <algorithm>
#include <chrono>
#include <troupe/troupe.hpp>
#include <utility>

#include "journal/holds.hpp"
#include "pipeline/new_run.hpp"
#include "pipeline/run_stats.hpp"
#include "server/journaled_progress.hpp"
#include "server/run_manager_state.hpp"
#include "support/json_text.hpp"
#include "support/sha256.hpp"
#include "support/unix_time.hpp"

namespace troupe::server {
namespace {

std::string hashOf(const RunManager::Order& order) {
  JsonWriter json;
  json.beginArray().value(order.pipeline_text).value(order.file).value(order.check.base.string()).value(order.user_id);
  json.raw(pipeline::overridesJson(order.check.overrides)).endArray();
  return sha256(json.text());
}

RunManager::Options withHub(RunManager::Options options, std::shared_ptr<pipeline::EventHub> hub) {
  options.at_once = std::max(1, options.at_once);
  options.engine.hub = std::move(hub);
  return options;
}

// {"models", "genres", "coverage"} of a result; older ones have no coverage.
std::optional<std::string> tableOf(const std::string& result) {
  rapidjson::Document document;
  document.Parse(result.data(), result.size());
  if (document.HasParseError() || !document.IsObject()) return std::nullopt;
  const auto models = document.FindMember("models");
  const auto genres = document.FindMember("genres");
  if (models == document.MemberEnd() || genres == document.MemberEnd()) return std::nullopt;
  const auto coverage = document.FindMember("coverage");
  return "{\"models\":" + toJson(models->value) + ",\"genres\":" + toJson(genres->value) +
         (coverage == document.MemberEnd() ? "" : ",\"coverage\":" + toJson(coverage->value)) + "}";
}

std::string by(const char* done, const std::string& who) {
  return std::string(done) + (who.empty() ? "" : " by " + who);
}

}  // namespace

RunManager::State::State(loader::Catalog& catalog_, journal::Journal& journal_, std::shared_ptr<pipeline::EventHub> hub,
                         Options options_)
    : catalog(catalog_), journal(journal_), options(withHub(std::move(options_), std::move(hub))) {
  for (const auto* unfinished : {"running", "queued"})
    for (const auto& run : journal.runsIn(unfinished)) left.insert(run.key);
}

void RunManager::State::mustBeUsable() const {
  if (broken) throw Failure(ExitCode::journal, *broken);
  if (options.closed)
    throw Failure(ExitCode::usage,
                  "this server belongs to one run and starts no other; for that there is troupe serve");
  if (stopping) throw Stopping(ExitCode::usage, "the server is stopping; try again when it is back");
}

std::deque<RunManager::State::Ready>::iterator RunManager::State::inQueue(journal::RunKey run) {
  return std::find_if(queue.begin(), queue.end(), [&](const auto& ready) { return ready.run.key == run; });
}

RunManager::State::ActivePtr RunManager::State::underWay(journal::RunKey run) const {
  const auto found = active.find(run);
  return found == active.end() || found->second->over ? nullptr : found->second;
}

RunManager::RunManager(loader::Catalog& catalog, journal::Journal& journal, std::shared_ptr<pipeline::EventHub> hub,
                       Options options)
    : state_(std::make_shared<State>(catalog, journal, std::move(hub), std::move(options))) {
  auto& s = *state_;
  s.on_failure = journal.onFailure([&s](const std::string& message) { s.breakDown(message); });
  if (s.options.resume_interrupted) s.resumeInterrupted();
  s.keeper = std::thread([&s] { s.keep(); });
}

RunManager::~RunManager() {
  stop("the server stops");
  auto& s = *state_;
  s.on_failure.reset();
  {
    const std::lock_guard lock(s.mutex);
    s.quit = true;
    s.changed.notify_all();
  }
  s.keeper.join();
  for (auto& [key, one] : s.active) {
    keepForEver(one);  // It does not end: its thread keeps all that it uses.
    if (one->thread.joinable()) one->thread.detach();
  }
}

RunManager::Started RunManager::start(const Order& order) {
  auto& s = *state_;
  {
    const std::lock_guard lock(s.mutex);
    s.mustBeUsable();
  }
  journal::RunRequest request;
  std::optional<State::Claim> same_request;
  if (!order.request_key.empty()) {
    request = {order.request_key, hashOf(order)};
    same_request.emplace(s, "request " + order.request_key);
    if (const auto earlier = s.journal.requestedRun(request.key)) {
      if (earlier->hash != request.hash)
        throw Failure(ExitCode::usage, "the key " + troupe::quoted(request.key) + " has begun run " + earlier->run.id +
                                           " with another order; use a new key");
      auto run = earlier->run;
      run.state = state(run);
      return {std::move(run), false};
    }
  }
  auto ready = s.prepare(config::checkPipeline(order.pipeline_text, order.file, s.catalog, order.check), order.file);
  auto fresh = pipeline::newRun(*ready.pipeline, order.file, order.check);
  fresh.user_id = order.user_id;
  std::optional<State::Claim> claim;
  journal::Run run;
  const auto one = s.place(std::move(ready), true, [&] {
    run = s.journal.orderRun(fresh, request, "queued").run;
    claim.emplace(s, run.id);
    return run;
  });
  if (one) {
    try {
      s.launch(one);
    } catch (...) {
      s.journal.deleteRun(run.key);  // Nothing has begun.
      throw;
    }
  }
  run.state = state(run);
  return {std::move(run), true};
}

void RunManager::adopt(const journal::Run& run, pipeline::Engine& engine) {
  State::Ready ready;
  ready.run = run;
  const auto one = std::make_shared<State::Active>(std::move(ready));
  one->engine = &engine;
  const std::lock_guard lock(state_->mutex);
  state_->left.erase(run.key);
  state_->active[run.key] = one;
}

void RunManager::giveBack(journal::RunKey run) {
  State::ActivePtr one;
  {
    const std::lock_guard lock(state_->mutex);
    one = state_->underWay(run);
    if (!one) return;
    one->over = true;
  }
  {
    const std::unique_lock lock(one->alive);  // Whoever is inside of it comes out first.
    one->engine = nullptr;
  }
  state_->forget(one);
}

journal::Run RunManager::pause(const std::string& run_id, const std::string& who) {
  auto& s = *state_;
  auto run = s.journal.findRun(run_id);
  const State::Claim claim(s, run.id);
  const auto reason = by("paused", who);
  bool waits = false;
  State::ActivePtr one;
  {
    const std::lock_guard lock(s.mutex);
    if (s.broken) throw Failure(ExitCode::journal, *s.broken);
    one = s.underWay(run.key);
    if (one) one->stopping = true;
    if (const auto place = s.inQueue(run.key); place != s.queue.end()) {
      s.queue.erase(place);
      waits = true;
    }
    waits = s.left.erase(run.key) > 0 || waits;
  }
  if (one) one->with([&](auto& engine) { return engine.pause(reason), true; });
  run = s.journal.run(run.key).value_or(run);
  if (waits) {
    s.change(run, "paused", reason);
    run = s.journal.run(run.key).value_or(run);
  } else if (!one && run.state != "paused") {
    throw Failure(ExitCode::usage, "run " + run.id + " is " + run.state + "; there is nothing to pause");
  }
  run.state = state(run);
  return run;
}

journal::Run RunManager::cancel(const std::string& run_id, const std::string& who) {
  auto& s = *state_;
  auto run = s.journal.findRun(run_id);
  const State::Claim claim(s, run.id);
  const auto reason = by("cancelled", who);
  State::ActivePtr one;
  {
    const std::lock_guard lock(s.mutex);
    if (s.broken) throw Failure(ExitCode::journal, *s.broken);
    one = s.underWay(run.key);
    if (one) one->stopping = true;
    if (const auto place = s.inQueue(run.key); place != s.queue.end()) s.queue.erase(place);
    s.left.erase(run.key);
  }
  if (one) {
    one->with([&](auto& engine) { return engine.cancel(reason), true; });
  } else {
    run = s.journal.run(run.key).value_or(run);
    if (run.state == "complete" || run.state == "failed")
      throw Failure(ExitCode::usage, "run " + run.id + " is " + run.state + "; there is nothing to cancel");
    if (run.state != "cancelled") s.change(run, "cancelled", reason);
  }
  run = s.journal.run(run.key).value_or(run);
  run.state = state(run);
  return run;
}

journal::Run RunManager::resume(const std::string& run_id, const std::vector<config::Override>& changes) {
  auto& s = *state_;
  auto run = s.journal.findRun(run_id);
  const State::Claim claim(s, run.id);
  bool there = false;
  {
    const std::lock_guard lock(s.mutex);
    s.mustBeUsable();
    const auto one = s.underWay(run.key);
    if (one && one->stopping)
      throw Failure(ExitCode::usage, "run " + run.id + " is pausing; resume it when it is paused");
    there = one || s.inQueue(run.key) != s.queue.end();
    if (there && !changes.empty())
      throw Failure(ExitCode::usage, "run " + run.id + " is " + (one ? "running" : "queued") +
                                         "; pause it first, then resume it with changes");
  }
  run = s.journal.run(run.key).value_or(run);
  if (!there) {
    s.resume(run, changes, true);
    run = s.journal.run(run.key).value_or(run);
  }
  run.state = state(run);
  return run;
}

bool RunManager::decide(const std::string& run_id, std::int64_t index, const std::string& filter, bool pass,
                        const std::string& who) {
  auto& s = *state_;
  const auto run = s.journal.findRun(run_id);
  State::ActivePtr one;
  {
    const std::lock_guard lock(s.mutex);
    if (s.broken) throw Failure(ExitCode::journal, *s.broken);
    one = s.underWay(run.key);
  }
  const auto decideThere = [&] {
    return one && one->with([&](auto& engine) { return engine.decide(index, filter, pass, who); }).value_or(false);
  };
  if (decideThere()) return true;
  // Not under way, or not yet come to this sample: it finds the decision in the journal.
  const auto record = s.journal.sample(run.key, index);
  const auto held_by = record ? journal::holders(*record) : std::vector<std::string>();
  if (held_by.empty() || (!filter.empty() && std::find(held_by.begin(), held_by.end(), filter) == held_by.end()))
    return false;
  const auto holder = journal::decideHold(s.journal, run, index, filter, pass, who, unixMs());
  if (one)
    one->with(
        [&](auto& engine) { return engine.decide(index, holder, pass, who); });  // It may have come to it in between.
  return true;
}

std::string RunManager::state(const journal::Run& run) const {
  auto& s = *state_;
  {
    const std::lock_guard lock(s.mutex);
    if (const auto one = s.underWay(run.key)) return one->stopping ? "pausing" : "running";
    if (s.inQueue(run.key) != s.queue.end()) return "queued";
    if (s.left.count(run.key) != 0) return "interrupted";
  }
  if (run.state != "running" && run.state != "queued" && run.state != "pausing") return run.state;
  const auto now = s.journal.run(run.key);  // It may have ended since it was read.
  return now ? now->state : run.state;
}

std::string RunManager::progress(const journal::Run& run) const {
  State::ActivePtr one;
  {
    const std::lock_guard lock(state_->mutex);
    one = state_->underWay(run.key);
  }
  if (one)
    if (auto now = one->with([](auto& engine) { return engine.progress(); })) return *now;
  return journaledProgress(state_->journal, run);
}

std::string RunManager::stats(const journal::Run& run) const {
  State::ActivePtr one;
  {
    const std::lock_guard lock(state_->mutex);
    one = state_->underWay(run.key);
  }
  if (one)
    if (auto now = one->with([](auto& engine) { return engine.stats(); })) return *now;
  if (run.state == "complete" || run.state == "failed") {  // Its result has them: the rows may be very many.
    if (auto told = tableOf(run.result_json)) return *told;
  }
  pipeline::RunStats stats(run.samples, {});
  stats.restore(state_->journal.totals(run.key), run, {});
  return stats.table();
}

std::optional<std::size_t> RunManager::ahead(journal::RunKey run) const {
  const std::lock_guard lock(state_->mutex);
  const auto place = state_->inQueue(run);
  if (place == state_->queue.end()) return std::nullopt;
  return static_cast<std::size_t>(place - state_->queue.begin());
}

std::size_t RunManager::active() const {
  const std::lock_guard lock(state_->mutex);
  return state_->active.size();
}

std::size_t RunManager::queued() const {
  const std::lock_guard lock(state_->mutex);
  return state_->queue.size();
}

std::vector<journal::Run> RunManager::interrupted() const {
  std::set<journal::RunKey> keys;
  {
    const std::lock_guard lock(state_->mutex);
    keys = state_->left;
  }
  std::vector<journal::Run> runs;
  for (const auto key : keys)
    if (auto run = state_->journal.run(key)) runs.push_back(std::move(*run));
  return runs;
}

std::vector<journal::Run> RunManager::current() const {
  std::vector<journal::RunKey> keys;
  {
    const std::lock_guard lock(state_->mutex);
    for (const auto& [key, one] : state_->active)
      if (!one->over) keys.push_back(key);
    for (const auto& ready : state_->queue) keys.push_back(ready.run.key);
  }
  std::vector<journal::Run> runs;
  for (const auto key : keys)
    if (auto run = state_->journal.run(key)) runs.push_back(std::move(*run));
  return runs;
}

std::optional<std::string> RunManager::broken() const {
  const std::lock_guard lock(state_->mutex);
  return state_->broken;
}

std::size_t RunManager::abandoned() const {
  const std::lock_guard lock(state_->mutex);
  return state_->abandoned + (state_->quit ? state_->active.size() : 0);
}

void RunManager::stop(const std::string& why) {
  auto& s = *state_;
  std::vector<State::ActivePtr> all;
  {
    const std::lock_guard lock(s.mutex);
    if (!s.stopping) s.why_stopped = why;
    s.stopping = true;
    for (const auto& [key, one] : s.active) {
      one->stopping = true;
      all.push_back(one);
    }
    s.changed.notify_all();
  }
  for (const auto& one : all) one->with([&](auto& engine) { return engine.pause(why), true; });
  const auto& engine = s.options.engine;
  const auto limit = engine.pause_drain + engine.grace + engine.sink_drain + std::chrono::seconds(5);
  std::unique_lock lock(s.mutex);
  s.changed.wait_for(lock, limit, [&] { return s.active.empty(); });
}

}  // namespace troupe::server
