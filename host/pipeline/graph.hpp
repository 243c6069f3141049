#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "config/pipeline_config.hpp"

namespace troupe::pipeline {

/// A checked pipeline, with names turned into positions. Immutable; knows no plugin and no thread.
struct Graph {
  struct Edge {
    int from;          ///< position in `nodes`
    std::string port;  ///< in-port of the node that owns the edge
    bool many;         ///< the port takes several
  };
  struct Delayed {
    int from;
    std::string port;
    std::int64_t lag;
  };
  struct Role {
    std::string name;
    std::vector<int> players;  ///< positions in `nodes`
  };
  struct Node {
    const config::Node* config;
    const loader::NodeType* type;
    std::vector<Edge> inputs;      ///< in file order
    std::vector<Delayed> delayed;  ///< delayed references
    std::string previous_port;     ///< port that is given its own latest emission, or ""
    bool per_candidate = false;
    bool may_block = false;        ///< gets a worker of its own: it may wait for the world outside
    std::vector<Role> roles = {};  ///< whom it may ask
  };

  std::vector<Node> nodes;  ///< as in the pipeline
  int source = -1;
  int selector = -1;
  std::vector<int> providers;            ///< those with inputs, an upstream one before its downstream ones
  std::vector<int> candidates;           ///< the providers whose answers are scored or voted on, in file order
  std::vector<std::vector<int>> chains;  ///< by position in `candidates`: it and the providers that it is made from
  const config::Ensemble* ensemble = nullptr;
  std::vector<int> cascade;  ///< positions in `candidates`, the first to be asked first
  std::vector<int> scorers;
  std::vector<int> filters;  ///< upstream first
  std::vector<int> stores;   ///< without the feedback ones
  std::vector<int>
      feedback;  ///< stores that a delayed reference reads: called in index order after the sample has settled
  std::vector<int> sinks;

  const std::string& name(int node) const { return nodes[static_cast<std::size_t>(node)].config->name; }
};

/// `pipeline` must outlive the graph.
Graph buildGraph(const config::Pipeline& pipeline);

}  // namespace troupe::pipeline
