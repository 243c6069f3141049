#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "journal/rows.hpp"
#include "loader/module.hpp"
#include "pipeline/attempt_gate.hpp"
#include "pipeline/call.hpp"
#include "pipeline/graph.hpp"
#include "pipeline/lent_thread.hpp"
#include "pipeline/node_figures.hpp"
#include "pipeline/outcome.hpp"
#include "pipeline/retry_policy.hpp"
#include "pipeline/task_pool.hpp"
#include "pipeline/timer.hpp"
#include "services/host_table.hpp"

namespace troupe::pipeline {

class AnswerCache;

/// How the runners of a run tell it what goes on; called from any thread, must be quick.
struct RunnerEvents {
  std::function<void(int level, const std::string& source, std::string_view message)> log;
  /// A call has to wait before its next attempt (delay), or begins at last (delay < 0).
  std::function<void(const std::string& node, std::int64_t index, const std::string& reason,
                     std::chrono::milliseconds delay)>
      waiting;
};

/// Runs the calls of one node: instances, slots, gates, time limits, repeats. A call that waits holds no thread.
/// Its functions are in two files: node_runner.cpp (life of a call), node_gates.cpp (its way through the gates).
/// Owner: the engine, which outlives all calls but abandoned ones.
class NodeRunner {
 public:
  struct Options {
    int slots = 1;  ///< calls at once
    Backoff backoff;
    services::Network network;
    std::vector<std::shared_ptr<AttemptGate>> gates;  ///< every attempt goes through them, in this order
    bool gated = false;                               ///< one of them keeps to what the service asks for
    std::shared_ptr<AnswerCache> cache;               ///< of a provider whose answers are kept; may be null
    std::string cached_as;                            ///< what a key begins with there: who is asked
    std::chrono::milliseconds grace{2000};  ///< from the cancel of a timed-out call until its thread is given up
  };
  struct FailedAttempt {
    int attempt;
    FailureInfo failure;
    std::int64_t latency_ms;
    std::int64_t at;
  };
  struct Outcome {
    std::optional<FailureInfo> failure;  ///< nothing: `accept` took the values
    bool suspended = false;              ///< not done because the run pauses; nothing is known of it
    bool cut_off = false;                ///< suspended within an attempt, which will have to be made again
    int attempts = 0;
    std::int64_t latency_ms = 0;              ///< of the last attempt
    const NodeRunner* answered_by = nullptr;  ///< the node itself, or its fallback
    std::vector<FailedAttempt> failed;
  };
  using MakeModels =
      std::function<std::unique_ptr<services::ModelCalls>(const std::shared_ptr<Call>&, const Graph::Node& by)>;
  struct Request {
    std::string input;
    std::int64_t index = 0;
    std::uint64_t random_seed = 0;
    /// Who is told of what an attempt (1, 2, …) emits beside values; may be null, and may give null.
    std::function<Call::Listener(int attempt)> listen;
    /// What an attempt of the node, or of its fallback, may ask of models; null: nothing.
    MakeModels models;
    /// The thread that waits for the call and does its steps; null: workers do them.
    std::shared_ptr<LentThread> lender;
    /// Takes what a successful attempt emitted; throws BadValue when it is not what the port asks for (the attempt is
    /// then `malformed`).
    std::function<void(Call::Result&, std::int64_t latency_ms, int attempts)> accept;
    /// Called once, on a worker or the lender; never under a lock of the runner.
    std::function<void(Outcome&)> done;
  };

  /// Loads nothing, but creates the first instance: throws Failure(plugin_unusable).
  NodeRunner(const Graph::Node& node, std::shared_ptr<loader::Module> module, TaskPool& pool, Timer& timer,
             RunnerEvents events, Options options, journal::PluginKey plugin);
  ~NodeRunner();
  NodeRunner(const NodeRunner&) = delete;
  NodeRunner& operator=(const NodeRunner&) = delete;

  /// The node that takes over a call that this one fails at because of its service. Before the first call.
  void setFallback(NodeRunner* fallback) { fallback_ = fallback; }

  /// Begins the call: on this thread when a slot is free and `here`, else on a worker. The plugin may never come back
  /// from it; its thread then leaves by TaskPool::Abandoned, so what follows this call may never be done by it. [a
  /// worker; with here = false any thread]
  void run(Request request, bool here);

  /// From now on no attempt begins; what waits comes back as suspended.
  void closeGate();
  /// Cancels the call of a lender that has withdrawn, wherever it is; one that has not begun comes back as suspended.
  /// [any thread]
  void cancel(const LentThread& lender, const FailureInfo& why);
  /// Cancels the calls in flight.
  void cancelAll(const FailureInfo& why);
  /// Enforces time limits; called every few milliseconds by the engine's clock.
  void sweep(Timer::Clock::time_point now);
  /// Why no call of this node can succeed any more in this run (key refused, quota gone), or nothing.
  std::optional<FailureInfo> parked() const;

  /// [any thread]
  NodeFigures figures() const;

  const Graph::Node& node() const { return node_; }
  journal::PluginKey plugin() const { return plugin_; }

 private:
  using milliseconds = std::chrono::milliseconds;
  struct LiveInstance;
  struct Job;
  struct LogGate;
  struct Execution;
  struct Walk;

  std::shared_ptr<LiveInstance> makeInstance() const;
  std::shared_ptr<LiveInstance> takeInstance();
  void post(const std::shared_ptr<Job>& job, TaskPool::Task step);
  void enter(std::shared_ptr<Job> job, bool here);
  void begin(std::shared_ptr<Job> job, bool here);
  void enterLater(const std::shared_ptr<Job>& job, milliseconds delay, const std::string& reason);
  void approach(const std::shared_ptr<Job>& job, bool here);
  void walk(const std::shared_ptr<Walk>& walk, bool here);
  void turnBack(const std::shared_ptr<Walk>& walk, std::optional<FailureInfo> why);
  void withdraw(std::set<std::shared_ptr<Walk>> walks);
  void leaveGates(Job& job, const AttemptEnd& end);
  bool answerFromCache(const std::shared_ptr<Job>& job);
  void execute(const std::shared_ptr<Job>& job);
  void release(std::shared_ptr<LiveInstance> instance);
  void conclude(const std::shared_ptr<Job>& job, Call::Result result, milliseconds latency, bool cut_off);
  void finish(const std::shared_ptr<Job>& job, std::optional<FailureInfo> failure, bool suspended);
  void handOver(const std::shared_ptr<Job>& job, const FailureInfo& failure);
  void giveUp(const std::shared_ptr<Execution>& execution);

  const Graph::Node& node_;
  const std::shared_ptr<loader::Module> module_;
  TaskPool& pool_;
  Timer& timer_;
  const RunnerEvents events_;
  const Options options_;
  const journal::PluginKey plugin_;
  const bool shared_instance_;  // One instance takes all calls.
  const std::shared_ptr<LogGate> log_gate_;
  NodeRunner* fallback_ = nullptr;

  std::atomic<std::int64_t> done_{0}, failed_{0};  // Calls.
  std::atomic<bool> failing_{false};               // The newest of them.

  mutable std::mutex mutex_;  // Guards all below.
  int used_ = 0;
  int slots_;
  int instances_ = 0;  // Made and not lost.
  int lost_ = 0;       // Calls that never came back.
  bool closed_ = false;
  bool stuck_ = false;  // No further instance is made.
  std::optional<FailureInfo> parked_;
  std::deque<std::shared_ptr<Job>> queue_;           // Waits for a slot.
  std::map<std::shared_ptr<Job>, Timer::Id> later_;  // Waits for its next attempt.
  std::set<std::shared_ptr<Walk>> walks_;            // On their way through the gates.
  std::vector<std::shared_ptr<LiveInstance>> free_;
  std::list<std::shared_ptr<Execution>> running_;
};

}  // namespace troupe::pipeline
