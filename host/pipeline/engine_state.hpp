#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "pipeline/answer_cache.hpp"
#include "pipeline/budget_gate.hpp"
#include "pipeline/engine.hpp"
#include "pipeline/ensemble_history.hpp"
#include "pipeline/eta.hpp"
#include "pipeline/feedback.hpp"
#include "pipeline/graph.hpp"
#include "pipeline/log_limit.hpp"
#include "pipeline/node_runner.hpp"
#include "pipeline/run_stats.hpp"
#include "pipeline/sample.hpp"
#include "pipeline/sample_flow.hpp"
#include "pipeline/sink_runner.hpp"
#include "pipeline/task_pool.hpp"
#include "pipeline/timer.hpp"
#include "pipeline/upstream.hpp"

namespace troupe::pipeline {

/// The engine's inside. Its functions are in four files, by what they do: engine.cpp (life of a run), engine_start.cpp
/// (which sample starts when), engine_services.cpp (services that are out), engine_events.cpp (what is told).
struct Engine::State {
  using SamplePtr = std::shared_ptr<Sample>;
  using Clock = Timer::Clock;

  State(const config::Pipeline& pipeline, loader::Catalog& catalog, journal::Journal& journal, journal::Run run,
        EngineOptions options);
  ~State();

  // ---- life of a run
  RunEnd execute();
  /// What is in flight is cancelled: at once, after a while, or never.
  enum class Cancel { now, later, never };
  void stop(const std::string& why, bool for_good, Cancel cancel = Cancel::later);
  std::shared_ptr<BudgetGate> makeBudget();
  RunEnd conclude();
  void endCalls();
  void openCache();
  void makeNodes(loader::Catalog& catalog);
  void leaveJournal();
  std::unique_ptr<NodeRunner> makeRunner(int node, loader::Catalog& catalog);
  void makeFeedback(int node);
  std::int64_t sinkCursor(const std::string& sink) const;
  void restoreFromJournal();
  void restoreFeedback(int node, Feedback& store);
  void restoreEnsemble();
  std::int64_t lag(int node) const;

  // ---- which sample starts when
  void fill();
  enum class Started { one, none, handed_over };
  Started startOne(std::unique_lock<std::mutex>& lock);
  void startRestored(std::int64_t index);
  void callSource(std::int64_t index);
  void sourceDone(std::int64_t index, const std::optional<PromptValue>& prompt, const NodeRunner::Outcome& outcome);
  void checkEnd();
  void settled(const SamplePtr& sample, const SettledSample& settled, std::vector<journal::Row> rows, std::string json);
  void left(const SamplePtr& sample);
  void hold(const SamplePtr& sample, int filter, const HoldValue& value);
  bool decide(std::int64_t index, const std::string& filter, bool pass, const std::string& by);
  void armDeadline(std::int64_t index, std::int64_t until);
  bool earlierReady(std::int64_t index) const;
  void orderProviders(Sample& sample);
  void learn(const Sample& sample);
  std::string sourceInput(std::int64_t index) const;
  std::function<std::string(int from, std::int64_t index)> emitted() const;

  // ---- services that are out
  void addGates(int node, NodeRunner::Options& runner_options);
  void connectFallbacks();
  std::optional<Upstream::Outage> outage(int node) const;
  bool waitsForIt(int node) const;
  std::optional<std::string> outForGood(const std::vector<int>& nodes) const;
  void parked();
  bool inRecess();

  // ---- what is told
  void log(int level, const std::string& source, std::string_view message);
  void waiting(const std::string& node, std::int64_t index, const std::string& reason, std::chrono::milliseconds delay);
  void noteWait();
  void sweepLater();
  void progressLater();
  void publishProgress();
  void publishNodes();
  void publishNode(const std::string& node, const NodeFigures& figures);
  RunStats::Now now();
  double elapsed() const;
  std::string bestJson() const;
  std::string savedIdsJson() const;
  journal::EventAppended runEvent(const std::string& state_name, const std::string& why);
  journal::RunStateChanged stateRow(const std::string& state_name, const std::string& why, std::string result) const;

  const config::Pipeline& pipeline;
  journal::Journal& journal;
  const journal::Run run;
  const EngineOptions options;
  const Graph graph;
  const std::optional<journal::Event> announced;  // The end, by a process that was killed before it could note it.
  const std::shared_ptr<EventHub> hub;
  const std::shared_ptr<Upstreams> upstreams;
  const Clock::time_point began = Clock::now();
  double worked_s = 0;  // Active time before this process; set before the run goes on.
  LogLimit log_limit;
  std::map<std::string, NodeFigures> told;  // By node, as last published. Used by the timer's thread only.

  Timer timer;
  std::unique_ptr<TaskPool> pool;
  std::vector<std::unique_ptr<NodeRunner>> runners;  // By position in graph.nodes; null for sinks.
  std::vector<std::shared_ptr<UpstreamGate>> doors;  // Likewise; null for nodes without a service.
  std::vector<int> fallbacks;                        // Likewise; -1: none.
  std::vector<std::unique_ptr<SinkRunner>> sinks;
  std::map<int, std::unique_ptr<Feedback>> feedback;
  std::unique_ptr<EnsembleHistory> history;  // Of a bandit.
  std::unique_ptr<DeltaFeed> deltas;
  std::unique_ptr<SampleFlow> flow;
  std::shared_ptr<BudgetGate> budget;
  std::shared_ptr<AnswerCache> cache;  // Null: no node asks for it.
  std::vector<std::string> asked;      // The providers that a sample asks.

  journal::Registration on_event, on_failure;  // Of the journal's listeners.

  std::mutex mutex;  // Guards all below.
  std::condition_variable over;
  RunStats stats;
  Eta eta;
  std::int64_t next = 0;   // First index that has no prompt yet.
  bool exhausted = false;  // The source has no more.
  bool source_busy = false;
  std::thread::id source_caller;  // Who is inside callSource(); goes on by itself afterwards.
  int active = 0;                 // Samples that hold a slot of run.in_flight.
  std::map<std::int64_t, SamplePtr> live;
  std::deque<std::int64_t> again;  // Begun before, to go on: after a resume, or a decision.
  struct Held {
    std::string filter;
    std::optional<std::int64_t> until;  // Unix ms.
    bool pass_by_default = false;
  };
  std::map<std::int64_t, Held> held;
  struct Wait {
    std::string reason;
    std::int64_t until;  // Unix ms.
  };
  std::map<std::pair<std::int64_t, std::string>, Wait> waits;  // By sample and node.
  bool all_wait = false;                                       // Every live sample does.
  struct Recess {
    Clock::time_point until;
    std::string why;
  };
  std::optional<Recess> recess;  // Until a provider is back no sample starts.
  bool filling = false, refill = false;
  bool restored = false;  // Nothing starts before all is known of what has been begun.
  bool stopping = false;  // Nothing new starts.
  bool patient = false;   // And what is in flight may take its time.
  std::string used_up;    // Why no further sample starts: the budget does not suffice for one.
  bool for_good = false;  // Cancelled.
  std::string why_stopped;
  std::optional<std::string> journal_failure;
  bool ended = false;

  bool abandoned = false;  // As RunEnd's. The thread of execute() alone.
};

}  // namespace troupe::pipeline
