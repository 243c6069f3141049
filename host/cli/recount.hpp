#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>

#include "cli/trial.hpp"
#include "journal/journal.hpp"
#include "loader/catalog.hpp"
#include "pipeline/graph.hpp"
#include "pipeline/sample.hpp"

namespace troupe::cli {

/// Counts samples of a run again: scorers, selector and filters are called on what the journal has, one call after the
/// other; the journal is only read. The same journal and pipeline give the same result.
class Recount {
 public:
  /// `scorers`: those that score anew. `graph` and the journal must outlive it. Throws Failure(plugin_unusable).
  Recount(const pipeline::Graph& graph, loader::Catalog& catalog, const journal::Journal& journal,
          const journal::Run& run, const std::set<std::string>& scorers);

  struct Result {
    journal::SampleRecord record;  ///< as the journal would have it
    bool kept = false;             ///< it would come to a store
  };
  /// Of a settled sample.
  Result count(const journal::SampleRecord& record);

 private:
  Trial::Result call(int node, std::int64_t index, const std::string& input);
  void score(pipeline::Sample& sample, int scorer);
  void scoreOne(pipeline::Sample& sample, int scorer, int candidate);
  std::string vote(pipeline::Sample& sample);
  void filter(pipeline::Sample& sample, const journal::SampleRecord& before, journal::SampleRecord& now);
  void takeScores(const pipeline::Sample& sample, journal::SampleRecord& record) const;

  const pipeline::Graph& graph_;
  const journal::Journal& journal_;
  const journal::Run& run_;
  std::map<int, std::unique_ptr<Trial>> nodes_;  // By position in Graph::nodes: those that are called.
};

/// Whether a sample came to a store of its run, by the verdicts in the journal.
bool wasKept(const pipeline::Graph& graph, const journal::Run& run, const journal::SampleRecord& record);

}  // namespace troupe::cli
