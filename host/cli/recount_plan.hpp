#pragma once

#include <set>
#include <string>
#include <vector>

#include "pipeline/graph.hpp"

namespace troupe::cli {

/// What is counted again, and by which nodes; the rest is the journal's.
struct RecountPlan {
  bool rescore = false;                ///< false: all scores are the journal's
  std::vector<std::string> asked_for;  ///< scorers by name; empty: all that can be
};

/// The scorers that are to score anew. `before` is the run's own pipeline, `now` the one to count by. Throws
/// Failure(usage) where the journal does not have what that needs: scores of a scorer that is new or changed and not
/// among those, answers of models, what a store emitted.
std::set<std::string> scorersToRun(const pipeline::Graph& before, const pipeline::Graph& now, const RecountPlan& plan);

}  // namespace troupe::cli
