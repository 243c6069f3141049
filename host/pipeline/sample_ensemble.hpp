#pragma once

#include <vector>

#include "pipeline/ensemble_bandit.hpp"
#include "pipeline/ensemble_policy.hpp"
#include "pipeline/ensemble_record.hpp"
#include "pipeline/graph.hpp"
#include "pipeline/sample.hpp"

/// Between a sample and the policy that says which of its providers are asked. With the sample's mutex held where calls
/// are open.
namespace troupe::pipeline {

/// How it stands with each candidate, by position in Graph::candidates.
std::vector<Standing> standings(const Graph& graph, const Sample& sample);

/// Marks the providers that are to be asked now; once it is enough, all others as skipped. Asking for a candidate asks
/// all providers that it is made from.
void askNext(const Graph& graph, Sample& sample);

/// Of a sample whose candidates are judged.
EnsembleRecord recordOf(const Graph& graph, const Sample& sample);

/// What a bandit learns from it.
std::vector<Bandit::Trial> trialsOf(const Graph& graph, const EnsembleRecord& record);

}  // namespace troupe::pipeline
