#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "journal/journal.hpp"
#include "pipeline/answer_schema.hpp"
#include "pipeline/graph.hpp"
#include "pipeline/node_runner.hpp"
#include "pipeline/sample.hpp"

namespace troupe::pipeline {

/// Hands the model calls of a run's nodes on to the providers cast for their roles, and keeps the answers: what stands
/// behind troupe.model/1. [any thread]
class ModelDesk {
 public:
  /// `runners` by position in Graph::nodes. All outlive the desk, and it every call. `parked` is told when a provider
  /// is out for the rest of the run. Throws Failure(invalid_pipeline) for an option response_schema that is no schema.
  ModelDesk(const Graph& graph, const std::vector<std::unique_ptr<NodeRunner>>& runners, journal::Journal& journal,
            const journal::Run& run, std::function<void()> parked);

  /// For the request of a call of `node`; `about` is the node of the candidate that it is about, or -1. Null where the
  /// node, and its fallback, have no roles.
  NodeRunner::MakeModels callsOf(const std::shared_ptr<Sample>& sample, int node, int about = -1);

  /// What a provider's option `response_schema` asks of its answers; null where it asks nothing.
  const AnswerSchema* ownSchema(int node) const { return own_schemas_[static_cast<std::size_t>(node)].get(); }

 private:
  class Calls;
  void keep(Sample& sample, const journal::ModelCallKey& key, const std::string& role, journal::PluginKey plugin,
            const NodeRunner::Outcome& outcome, const std::string& answer);
  std::shared_ptr<const AnswerSchema> schema(const std::string& text);
  NodeRunner& runner(int node) const { return *runners_[static_cast<std::size_t>(node)]; }

  const Graph& graph_;
  const std::vector<std::unique_ptr<NodeRunner>>& runners_;
  journal::Journal& journal_;
  const journal::Run& run_;
  const std::function<void()> parked_;
  std::vector<std::shared_ptr<const AnswerSchema>> own_schemas_;  // By position in Graph::nodes.

  std::mutex mutex_;  // Guards all below.
  std::map<std::string, std::shared_ptr<const AnswerSchema>> schemas_;
};

}  // namespace troupe::pipeline
