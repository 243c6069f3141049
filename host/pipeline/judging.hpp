#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/call.hpp"
#include "pipeline/call_seed.hpp"
#include "pipeline/graph.hpp"
#include "pipeline/sample.hpp"
#include "pipeline/values.hpp"

/// How a sample is judged, whoever calls the nodes: a run (SampleFlow), or a recount of what the journal has.
namespace troupe::pipeline {

/// What a scorer said of one candidate (position in Graph::candidates), or of all that the sample has (-1), in their
/// order. Throws BadValue. Locks the sample.
std::vector<ScoreValue> takeScores(const Graph& graph, Sample& sample, int node, int candidate,
                                   const Call::Result& result);
/// A scorer that fails abstains: its failure holds nobody back, and the vote says so. With the sample's mutex held.
std::vector<ScoreValue> abstentions(const Graph& graph, const Sample& sample, int node, int candidate,
                                    const FailureInfo& failure);
/// Puts the scores in the order of their candidates: the journal has them in another.
void inOrder(const Graph& graph, const Sample& sample, std::vector<ScoreValue>& scores);

/// Why no candidate has a quality.
std::string unscoredReason(const Graph& graph, const Sample& sample);

/// What the selector chose. Throws BadValue.
SelectionValue takeSelection(const Graph& graph, const Sample& sample, const Call::Result& result);
/// Sets winner, selection and margin: the sample is decided.
void decide(const Graph& graph, Sample& sample, SelectionValue selection);

/// Whether a decided sample comes to a filter or store: every filter before it let it pass.
bool reaches(const Graph& graph, const Sample& sample, int node);
/// Whether it came to a store; without stores, whether no filter dropped it.
bool isKept(const Graph& graph, const Sample& sample);

}  // namespace troupe::pipeline
