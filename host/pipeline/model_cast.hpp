#pragma once

#include <string>

#include "pipeline/graph.hpp"

namespace troupe::pipeline {

/// Who plays for a node, and who are the candidates: what troupe.model/1 says of the cast, as JSON.
std::string castJson(const Graph& graph, int node);

/// The port that takes a prompt; a checked pipeline casts nobody without one.
std::string promptPort(const loader::NodeType& type);

}  // namespace troupe::pipeline
