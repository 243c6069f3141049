#include "pipeline/node_runner.hpp"

#include <algorithm>
#include <iterator>
#include <limits>
#include <utility>

#include "pipeline/answer_cache.hpp"
#include "pipeline/node_network.hpp"
#include "pipeline/node_runner_state.hpp"
#include "pipeline/values.hpp"
#include "support/problem.hpp"
#include "support/split_mix.hpp"
#include "support/unix_time.hpp"

namespace troupe::pipeline {
namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;

constexpr int kMostLost = 16;  // Threads that one node may keep for ever.
constexpr const char* kStuck = "the node is stuck: its calls never returned; no new instance is made";

// Another service may do better; a bad request fails everywhere.
bool isOfTheService(int code) {
  return code == TROUPE_E_AUTH || code == TROUPE_E_QUOTA_GONE || code == TROUPE_E_RATE_LIMITED ||
         code == TROUPE_E_OVERLOADED || code == TROUPE_E_TRANSIENT;
}

std::string seconds(double s) {
  auto text = jsonNumber(s);
  if (text.size() > 2 && text.ends_with(".0")) text.resize(text.size() - 2);
  return text + " s";
}

}  // namespace

NodeRunner::NodeRunner(const Graph::Node& node, std::shared_ptr<loader::Module> module, TaskPool& pool, Timer& timer,
                       RunnerEvents events, Options options, journal::PluginKey plugin)
    : node_(node),
      module_(std::move(module)),
      pool_(pool),
      timer_(timer),
      events_(std::move(events)),
      options_(std::move(options)),
      plugin_(plugin),
      // Sources and stores keep what they know in their one instance.
      shared_instance_(node.type->per_instance == 0 || node.type->kind == loader::Kind::prompt_source ||
                       node.type->kind == loader::Kind::store),
      log_gate_(std::make_shared<LogGate>(
          [log = events_.log, name = node.config->name](int level, std::string_view text) { log(level, name, text); })),
      slots_(options.slots) {
  free_.push_back(makeInstance());
  instances_ = 1;
}

NodeRunner::~NodeRunner() { log_gate_->close(); }

std::shared_ptr<NodeRunner::LiveInstance> NodeRunner::makeInstance() const {
  return std::make_shared<LiveInstance>(
      node_, module_, nodeNetwork(options_.network, *node_.config, *node_.type),
      [gate = log_gate_](int level, std::string_view text) { gate->pass(level, text); });
}

// With a slot held. Nothing when all instances are in use and no further one may be made; throws Failure when it cannot
// be made.
std::shared_ptr<NodeRunner::LiveInstance> NodeRunner::takeInstance() {
  {
    const std::lock_guard lock(mutex_);
    if (!free_.empty()) {
      auto instance = free_.back();
      if (!shared_instance_) free_.pop_back();
      return instance;
    }
    if (stuck_) return nullptr;
    ++instances_;
  }
  try {
    return makeInstance();
  } catch (...) {
    const std::lock_guard lock(mutex_);
    --instances_;
    throw;
  }
}

void NodeRunner::run(Request request, bool here) {
  RetryPolicy policy(node_.config->limits.retries, options_.backoff, options_.gated);
  enter(std::make_shared<Job>(std::move(request), policy), here);
}

void NodeRunner::post(const std::shared_ptr<Job>& job, TaskPool::Task step) {
  const auto& lender = job->request.lender;
  lender ? lender->post(std::move(step)) : pool_.submit(std::move(step));
}

void NodeRunner::enter(std::shared_ptr<Job> job, bool here) {
  {
    const std::lock_guard lock(mutex_);
    if (!closed_ && !job->unwanted() && used_ >= slots_ && slots_ > 0) {
      queue_.push_back(std::move(job));
      return;
    }
    ++used_;
  }
  begin(std::move(job), here);
}

// With a slot held.
void NodeRunner::begin(std::shared_ptr<Job> job, bool here) {
  if (options_.cache && job->cache_key.empty()) {
    if (!here) return post(job, [this, job] { begin(job, true); });
    if (answerFromCache(job)) return;
  }
  std::optional<FailureInfo> refused;
  bool closed = false;
  {
    const std::lock_guard lock(mutex_);
    closed = closed_ || job->unwanted();
    if (slots_ == 0) {
      refused = FailureInfo{TROUPE_E_INTERNAL, kStuck, -1};
    } else if (parked_) {
      refused = parked_;
    }
  }
  if (closed || refused) {
    release(nullptr);
    finish(job, closed ? std::nullopt : std::move(refused), closed);
  } else {
    approach(job, here);
  }
}

// With a slot held, which it gives up when there is an answer. Nobody is asked, so it passes no gate.
bool NodeRunner::answerFromCache(const std::shared_ptr<Job>& job) {
  {
    const std::lock_guard lock(mutex_);
    if (closed_ || job->unwanted()) return false;
  }
  job->cache_key = requestKey(*node_.type, options_.cached_as, job->request.input);
  const auto found = options_.cache->find(job->cache_key);
  const auto port = std::find_if(node_.type->out.begin(), node_.type->out.end(),
                                 [](const auto& out) { return out.type == "troupe:candidate/1"; });
  if (!found || port == node_.type->out.end()) return false;
  Call::Result result;
  result.values.push_back({&*port, cachedEmission(*found)});
  try {
    job->request.accept(result, 0, 0);
  } catch (const std::exception&) {
    return false;  // It does not fit any more: the provider is asked.
  }
  release(nullptr);
  finish(job, std::nullopt, false);
  return true;
}

// With a slot held: through the gates, if there are any.
void NodeRunner::approach(const std::shared_ptr<Job>& job, bool here) {
  if (options_.gates.empty()) {
    if (here) return execute(job);
    return post(job, [this, job] { execute(job); });
  }
  auto passage = std::make_shared<Walk>(*this, job);
  bool closed = false;
  {
    const std::lock_guard lock(mutex_);
    closed = closed_ || job->unwanted();
    if (!closed) walks_.insert(passage);
  }
  if (!closed) return walk(passage, here);
  release(nullptr);
  finish(job, std::nullopt, true);
}

void NodeRunner::enterLater(const std::shared_ptr<Job>& job, milliseconds delay, const std::string& reason) {
  job->waited = true;
  if (events_.waiting) events_.waiting(node_.config->name, job->request.index, reason, delay);
  const std::lock_guard lock(mutex_);
  if (closed_ || job->unwanted()) {
    post(job, [this, job] { finish(job, std::nullopt, true); });
    return;
  }
  later_[job] = timer_.after(delay, [this, job] {
    {
      const std::lock_guard guard(mutex_);
      if (later_.erase(job) == 0) return;  // closeGate() has it.
    }
    post(job, [this, job] { enter(job, true); });
  });
}

// With a slot held.
void NodeRunner::execute(const std::shared_ptr<Job>& job) {
  if (job->waited) {
    job->waited = false;
    if (events_.waiting) events_.waiting(node_.config->name, job->request.index, {}, milliseconds(-1));
  }
  auto execution = std::make_shared<Execution>();
  try {
    execution->instance = takeInstance();
  } catch (const std::exception& e) {
    leaveGates(*job, {});
    release(nullptr);
    finish(job, FailureInfo{TROUPE_E_INTERNAL, e.what(), -1}, false);
    return;
  }
  if (!execution->instance) {
    leaveGates(*job, {});
    bool given_back = false;
    {
      const std::lock_guard lock(mutex_);
      given_back = !free_.empty();  // Since the look above: who gave it back has found nobody waiting.
      if (!given_back && slots_ > 0 && !closed_ && !job->unwanted()) {
        --used_;
        queue_.push_front(job);  // Whoever has an instance hands it on.
        return;
      }
    }
    return given_back ? approach(job, true) : begin(job, true);  // Which refuses it.
  }
  execution->job = job;
  // The input stays the job's, for a further attempt.
  execution->call = std::make_shared<Call>(
      *node_.type, std::shared_ptr<const std::string>(job, &job->request.input), job->request.random_seed,
      job->request.listen ? job->request.listen(job->outcome.attempts + 1) : nullptr);
  if (job->request.models) execution->call->setModels(job->request.models(execution->call, node_));
  execution->began = Timer::Clock::now();
  execution->deadline = execution->began + duration_cast<Timer::Clock::duration>(
                                               std::chrono::duration<double>(node_.config->limits.timeout_s));
  ++job->outcome.attempts;

  std::list<std::shared_ptr<Execution>>::iterator place;
  bool closed = false;
  {
    const std::lock_guard lock(mutex_);
    closed = closed_ || job->unwanted();
    if (!closed) place = running_.insert(running_.end(), execution);
  }
  if (closed) {
    --job->outcome.attempts;
    leaveGates(*job, {});
    release(std::move(execution->instance));
    finish(job, std::nullopt, true);
    return;
  }

  // This thread may be given up: until it has delivered it uses only what the execution owns, and afterwards nothing if
  // it comes too late.
  const int code = execution->instance->instance.run(execution->call->table());
  auto result = execution->call->finish(code);
  if (execution->delivered.exchange(true)) throw TaskPool::Abandoned{};

  const auto latency = duration_cast<milliseconds>(Timer::Clock::now() - execution->began);
  {
    const std::lock_guard lock(mutex_);
    running_.erase(place);
  }
  release(std::move(execution->instance));
  conclude(job, std::move(result), latency, execution->call->isCancelled());
}

// Gives back the instance, if there is one, and the slot: to the next in the queue, so that nobody overtakes it.
void NodeRunner::release(std::shared_ptr<LiveInstance> instance) {
  std::shared_ptr<Job> next;
  {
    const std::lock_guard lock(mutex_);
    if (instance && !shared_instance_) free_.push_back(std::move(instance));
    if (queue_.empty() || (used_ > slots_ && slots_ > 0)) {
      --used_;
      return;
    }
    next = std::move(queue_.front());
    queue_.pop_front();
  }
  post(next, [this, next] { begin(next, true); });
}

// `cut_off`: the plugin never said what became of it.
void NodeRunner::conclude(const std::shared_ptr<Job>& job, Call::Result result, milliseconds latency, bool cut_off) {
  auto& outcome = job->outcome;
  outcome.latency_ms = latency.count();
  {
    AttemptEnd end;
    end.sent = true;
    end.cut_off = result.failure && (result.failure->code == TROUPE_E_CANCELLED || cut_off);
    end.failure = result.failure ? &*result.failure : nullptr;
    end.result = &result;
    end.latency = latency;
    leaveGates(*job, end);
  }
  auto failure = std::move(result.failure);
  if (!failure) {
    try {
      job->request.accept(result, outcome.latency_ms, outcome.attempts);
      if (!job->cache_key.empty() && result.values.size() == 1 && isWholeAnswer(result.values.front().json))
        options_.cache->keep(job->cache_key, result.values.front().json);
    } catch (const BadValue& e) {
      failure = FailureInfo{TROUPE_E_MALFORMED, std::string("its answer is malformed: ") + e.what(), -1};
    } catch (const std::exception& e) {
      failure = FailureInfo{TROUPE_E_INTERNAL, e.what(), -1};
    }
  }
  if (!failure) {
    finish(job, std::nullopt, false);
    return;
  }
  bool closed = false;
  {
    const std::lock_guard lock(mutex_);
    closed = closed_ || job->unwanted();
  }
  if (result.suspended || (failure->code == TROUPE_E_CANCELLED && closed)) {
    outcome.cut_off = true;
    finish(job, std::nullopt, true);
    return;
  }
  outcome.failed.push_back({outcome.attempts, *failure, outcome.latency_ms, unixMs()});
  const auto spread = job->request.random_seed ^ (static_cast<std::uint64_t>(outcome.attempts) * kSplitMixStep);
  if (const auto delay = failure->in_vain || job->lost() ? std::nullopt : job->policy.next(*failure, spread)) {
    const auto reason = std::string(codeName(failure->code)) + ": " + failure->message;
    enterLater(job, std::clamp(*delay, milliseconds(0), milliseconds(std::chrono::hours(24))), reason);
    return;
  }
  const bool has_end = options_.gated && failure->retry_after_ms >= 0;  // The gate knows.
  if (!failure->in_vain && (failure->code == TROUPE_E_AUTH || (failure->code == TROUPE_E_QUOTA_GONE && !has_end))) {
    const std::lock_guard lock(mutex_);
    if (!parked_) parked_ = failure;
  }
  finish(job, std::move(failure), false);
}

void NodeRunner::finish(const std::shared_ptr<Job>& job, std::optional<FailureInfo> failure, bool suspended) {
  if (job->waited && events_.waiting) events_.waiting(node_.config->name, job->request.index, {}, milliseconds(-1));
  job->waited = false;
  if (!suspended) {
    (failure ? failed_ : done_).fetch_add(1, std::memory_order_relaxed);
    if (const bool fails = failure.has_value(); failing_.load(std::memory_order_relaxed) != fails)
      failing_.store(fails, std::memory_order_relaxed);
  }
  if (failure && !suspended && !job->lost() && fallback_ != nullptr && isOfTheService(failure->code))
    return handOver(job, *failure);
  job->outcome.failure = std::move(failure);
  job->outcome.suspended = suspended;
  job->outcome.answered_by = this;
  auto done = std::move(job->request.done);
  done(job->outcome);
}

// The fallback's call goes on with the same request; what has been tried stays in the outcome.
void NodeRunner::handOver(const std::shared_ptr<Job>& job, const FailureInfo& failure) {
  events_.log(TROUPE_WARNING, node_.config->name,
              "sample " + std::to_string(job->request.index) + " goes to the fallback " +
                  fallback_->node_.config->name + ": " + std::string(codeName(failure.code)) + ": " + failure.message);
  auto request = job->request;  // A thread that was given up may still read the job's.
  request.done = [tried = std::move(job->outcome), done = std::move(request.done)](Outcome& outcome) mutable {
    for (auto& failed : outcome.failed) failed.attempt += tried.attempts;
    outcome.attempts += tried.attempts;
    tried.failed.insert(tried.failed.end(), std::make_move_iterator(outcome.failed.begin()),
                        std::make_move_iterator(outcome.failed.end()));
    outcome.failed = std::move(tried.failed);
    done(outcome);
  };
  fallback_->run(std::move(request), false);
}

void NodeRunner::closeGate() {
  std::deque<std::shared_ptr<Job>> stopped;
  std::set<std::shared_ptr<Walk>> walks;
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    walks = walks_;
    stopped.swap(queue_);
    for (auto it = later_.begin(); it != later_.end();) {
      timer_.cancel(it->second);
      stopped.push_back(it->first);
      it = later_.erase(it);
    }
  }
  for (auto& job : stopped) post(job, [this, job] { finish(job, std::nullopt, true); });
  withdraw(std::move(walks));
}

void NodeRunner::cancel(const LentThread& lender, const FailureInfo& why) {
  const auto is_its = [&lender](const Job& job) { return job.request.lender.get() == &lender; };
  std::shared_ptr<Job> waiting;
  std::set<std::shared_ptr<Walk>> walks;
  std::shared_ptr<Execution> running;
  {
    // Where it is in none of these it is on its way into one, and finds that it is unwanted there.
    const std::lock_guard lock(mutex_);
    if (const auto queued = std::find_if(queue_.begin(), queue_.end(), [&](const auto& job) { return is_its(*job); });
        queued != queue_.end()) {
      waiting = *queued;
      queue_.erase(queued);
    }
    if (const auto later =
            std::find_if(later_.begin(), later_.end(), [&](const auto& entry) { return is_its(*entry.first); });
        later != later_.end()) {
      timer_.cancel(later->second);
      waiting = later->first;
      later_.erase(later);
    }
    for (const auto& walk : walks_)
      if (is_its(*walk->job)) walks.insert(walk);
    for (const auto& execution : running_) {
      if (!is_its(*execution->job)) continue;
      running = execution;
      if (!execution->cancelled) execution->deadline = Timer::Clock::now();
      execution->cancelled = true;
    }
  }
  withdraw(std::move(walks));
  if (running) running->call->cancel(why);
  if (waiting) post(waiting, [this, waiting] { finish(waiting, std::nullopt, true); });
  if (fallback_ != nullptr) fallback_->cancel(lender, why);
}

void NodeRunner::cancelAll(const FailureInfo& why) {
  std::list<std::shared_ptr<Execution>> running;
  {
    const std::lock_guard lock(mutex_);
    for (auto& execution : running_) {
      if (!execution->cancelled) execution->deadline = Timer::Clock::now();
      execution->cancelled = true;
    }
    running = running_;
  }
  for (auto& execution : running) execution->call->cancel(why);
}

void NodeRunner::sweep(Timer::Clock::time_point now) {
  std::vector<std::shared_ptr<Execution>> late, lost;
  {
    const std::lock_guard lock(mutex_);
    for (auto it = running_.begin(); it != running_.end();) {
      auto& execution = *it;
      const bool ignores_cancel = execution->cancelled && now >= execution->deadline + options_.grace;
      if ((ignores_cancel || execution->call->lostThread()) && !execution->delivered.exchange(true)) {
        // What is left of the instances takes the calls; without one, or when too many threads are lost in it, all that
        // come are refused.
        stuck_ = true;
        if (!shared_instance_) slots_ = std::min(slots_, --instances_);
        if (++lost_ >= kMostLost) slots_ = 0;
        lost.push_back(execution);
        it = running_.erase(it);
        continue;
      }
      const auto waited = execution->call->waits().total(now);
      if (!execution->cancelled && now >= execution->deadline + waited) {
        execution->cancelled = true;
        execution->deadline += waited;
        late.push_back(execution);
      }
      ++it;
    }
  }
  for (auto& execution : late) {
    // Not here: on_cancel's function is the plugin's, and must not hold up the clock.
    pool_.submitUrgent([execution, timeout = node_.config->limits.timeout_s] {
      execution->call->cancel({TROUPE_E_TRANSIENT, "no answer within " + seconds(timeout) + " (timeout_s)", -1});
    });
  }
  for (auto& execution : lost) giveUp(execution);
}

void NodeRunner::giveUp(const std::shared_ptr<Execution>& execution) {
  // A thread is given up once: with the call that lent it.
  const auto& lender = execution->job->request.lender;
  lender ? lender->lose() : pool_.abandonOne();
  events_.log(TROUPE_ERROR, node_.config->name,
              "a call ignored its cancel and is stuck; its thread is given up and no new instance of the node is made");
  pool_.submit([this, execution] {
    release(nullptr);
    Call::Result result;
    const auto timeout = seconds(node_.config->limits.timeout_s);
    bool closed = false;
    {
      const std::lock_guard lock(mutex_);
      closed = closed_;
    }
    const auto lost_in = execution->call->lostThread();
    result.failure =
        FailureInfo{closed ? TROUPE_E_CANCELLED : TROUPE_E_TRANSIENT,
                    lost_in ? *lost_in : "no answer within " + timeout + " (timeout_s), and it ignores its cancel", -1};
    conclude(execution->job, std::move(result), duration_cast<milliseconds>(Timer::Clock::now() - execution->began),
             true);
  });
}

NodeFigures NodeRunner::figures() const {
  NodeFigures figures;
  figures.done = done_.load(std::memory_order_relaxed);
  figures.failed = failed_.load(std::memory_order_relaxed);
  figures.failing = failing_.load(std::memory_order_relaxed);
  const std::lock_guard lock(mutex_);
  figures.running = static_cast<std::int64_t>(running_.size());
  figures.waiting = static_cast<std::int64_t>(later_.size() + walks_.size());
  figures.parked = parked_.has_value();
  figures.stuck = stuck_;
  return figures;
}

std::optional<FailureInfo> NodeRunner::parked() const {
  const std::lock_guard lock(mutex_);
  return parked_;
}

}  // namespace troupe::pipeline
