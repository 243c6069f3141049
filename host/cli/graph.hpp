#pragma once

#include <string>

#include "config/pipeline_config.hpp"

namespace troupe::cli {

/// The graph of a checked pipeline as a Mermaid flowchart: edges solid, delayed references and calls of models dotted.
std::string mermaid(const config::Pipeline& pipeline);

/// The same for Graphviz.
std::string dot(const config::Pipeline& pipeline);

}  // namespace troupe::cli
