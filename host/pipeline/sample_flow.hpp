#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "journal/journal.hpp"
#include "pipeline/delta_feed.hpp"
#include "pipeline/graph.hpp"
#include "pipeline/model_desk.hpp"
#include "pipeline/node_runner.hpp"
#include "pipeline/run_stats.hpp"
#include "pipeline/sample.hpp"
#include "pipeline/task_pool.hpp"

namespace troupe::pipeline {

/// Leads one sample after the other through the graph: providers, scorers, the vote, filters, stores. Knows neither
/// order nor number of the samples; that is the engine's. All functions run on workers; what is ready on a worker goes
/// on there without a hand-off.
class SampleFlow {
 public:
  using SamplePtr = std::shared_ptr<Sample>;

  /// What a flow hands back to the engine.
  struct Ends {
    /// The sample is over. `rows` are to be appended together with its event; `json` is the sample as stores see it
    /// when it won.
    std::function<void(const SamplePtr&, const SettledSample&, std::vector<journal::Row> rows, std::string json)>
        settled;
    /// The run pauses: the journal has what is done, a resume goes on from there.
    std::function<void(const SamplePtr&)> suspended;
    /// A filter holds the sample; the rows are appended.
    std::function<void(const SamplePtr&, int filter, HoldValue)> held;
    /// A call was cut off without a result though it had begun.
    std::function<void()> cut_off;
    /// A store cannot save: the run has to stop.
    std::function<void(const std::string& reason)> store_failed;
    /// A provider is out for the rest of the run.
    std::function<void()> parked;
  };

  /// `runners` by position in Graph::nodes (null for sinks). All outlive the flow.
  SampleFlow(const Graph& graph, const std::vector<std::unique_ptr<NodeRunner>>& runners, journal::Journal& journal,
             TaskPool& pool, DeltaFeed& deltas, const journal::Run& run, Ends ends);

  /// Begins or goes on with a sample whose prompt is set.
  void begin(const SamplePtr& sample);

  /// Ends a sample whose prompt could not be made.
  void fail(const SamplePtr& sample, std::string reason);
  /// Whether a sample comes to a filter or store: every filter before it let it pass.
  bool reaches(const Sample& sample, int node) const;

  /// Seed of a call's random numbers: of the run, the sample and the node alone.
  std::uint64_t callSeed(std::int64_t index, int node) const;

 private:
  void advance(const SamplePtr& sample, const NodeRunner::Outcome* closing = nullptr);
  void collectReady(Sample& sample) const;
  void runProvider(const SamplePtr& sample, int node, bool here);
  void runScorer(const SamplePtr& sample, const Sample::Due& due);
  void closeCall(const SamplePtr& sample, const NodeRunner::Outcome& outcome);
  void vote(const SamplePtr& sample);
  void filter(const SamplePtr& sample, std::vector<journal::Row> rows, std::size_t position);
  void store(const SamplePtr& sample, std::vector<journal::Row> rows);
  void runStores(const SamplePtr& sample);
  void settle(const SamplePtr& sample, std::vector<journal::Row> rows);
  std::string noCandidateReason(const Sample& sample) const;
  NodeRunner& runner(int node) const { return *runners_[static_cast<std::size_t>(node)]; }

  const Graph& graph_;
  const std::vector<std::unique_ptr<NodeRunner>>& runners_;
  journal::Journal& journal_;
  TaskPool& pool_;
  DeltaFeed& deltas_;
  const journal::Run& run_;
  const Ends ends_;
  ModelDesk desk_;
};

}  // namespace troupe::pipeline
