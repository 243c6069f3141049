#include "pipeline/graph.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace troupe::pipeline {
namespace {

using loader::Kind;

// Providers wait for the network or a model; others say by what they require or call that they might.
bool mayBlock(const loader::NodeType& type) {
  const auto asks = [&](const char* id) {
    return std::find(type.required.begin(), type.required.end(), id) != type.required.end() ||
           std::find(type.wanted.begin(), type.wanted.end(), id) != type.wanted.end();
  };
  return type.kind == Kind::provider || !type.roles.empty() || !type.net.empty() || asks("troupe.http/1");
}

// `nodes` ordered so that each comes after those of them that it takes input from; file order otherwise.
std::vector<int> upstreamFirst(const Graph& graph, const std::vector<int>& nodes) {
  std::vector<int> ordered;
  while (ordered.size() < nodes.size()) {
    const auto before = ordered.size();
    for (const int node : nodes) {
      if (std::find(ordered.begin(), ordered.end(), node) != ordered.end()) continue;
      const auto& inputs = graph.nodes[static_cast<std::size_t>(node)].inputs;
      const bool ready = std::all_of(inputs.begin(), inputs.end(), [&](const Graph::Edge& edge) {
        return std::find(nodes.begin(), nodes.end(), edge.from) == nodes.end() ||
               std::find(ordered.begin(), ordered.end(), edge.from) != ordered.end();
      });
      if (ready) ordered.push_back(node);
    }
    if (ordered.size() == before) break;  // A cycle, which a checked pipeline does not have.
  }
  return ordered;
}

// A provider and all providers that it takes input from, directly or not.
std::vector<int> chainOf(const Graph& graph, int provider) {
  std::vector<int> chain{provider};
  for (std::size_t i = 0; i < chain.size(); ++i)
    for (const auto& edge : graph.nodes[static_cast<std::size_t>(chain[i])].inputs)
      if (edge.from != graph.source && std::find(chain.begin(), chain.end(), edge.from) == chain.end())
        chain.push_back(edge.from);
  return chain;
}

// Positions in `candidates` in the order of a cascade.
std::vector<int> cascadeOf(const Graph& graph) {
  std::vector<int> order;
  for (const auto& name : graph.ensemble->order)
    for (std::size_t c = 0; c < graph.candidates.size(); ++c)
      if (graph.name(graph.candidates[c]) == name) order.push_back(static_cast<int>(c));
  return order;
}

}  // namespace

Graph buildGraph(const config::Pipeline& pipeline) {
  Graph graph;
  std::map<std::string, int> position;
  for (const auto& node : pipeline.nodes) position.emplace(node.name, static_cast<int>(position.size()));

  std::set<int> read_later, judged;
  for (const auto& config : pipeline.nodes) {
    Graph::Node node;
    node.config = &config;
    node.type = config.info;
    node.per_candidate = config.info->per == loader::Per::candidate;
    node.may_block = mayBlock(*config.info);
    for (const auto& port : config.info->in)
      if (port.previous) node.previous_port = port.name;
    for (const auto& input : config.inputs) {
      const int from = position.at(input.from);
      if (input.lag) {
        node.delayed.push_back({from, input.port, *input.lag});
        read_later.insert(from);
        continue;
      }
      const auto* port = config.info->input(input.port);
      node.inputs.push_back({from, input.port, port != nullptr && port->many});
      if (config.info->kind == Kind::scorer || config.info->kind == Kind::selector) judged.insert(from);
    }
    for (const auto& role : config.info->roles) {
      Graph::Role cast{role.name, {}};
      if (const auto named = config.models.find(role.name); named != config.models.end())
        for (const auto& player : named->second) cast.players.push_back(position.at(player));
      node.roles.push_back(std::move(cast));
    }
    graph.nodes.push_back(std::move(node));
  }

  for (int i = 0; i < static_cast<int>(graph.nodes.size()); ++i) {
    const auto& node = graph.nodes[static_cast<std::size_t>(i)];
    switch (node.type->kind) {
      case Kind::prompt_source:
        graph.source = i;
        break;
      case Kind::provider:
        if (!node.inputs.empty()) graph.providers.push_back(i);
        if (judged.count(i) != 0) graph.candidates.push_back(i);
        break;
      case Kind::scorer:
        graph.scorers.push_back(i);
        break;
      case Kind::selector:
        graph.selector = i;
        break;
      case Kind::filter:
        graph.filters.push_back(i);
        break;
      case Kind::store:
        (read_later.count(i) != 0 ? graph.feedback : graph.stores).push_back(i);
        break;
      case Kind::sink:
        graph.sinks.push_back(i);
        break;
    }
  }
  graph.providers = upstreamFirst(graph, graph.providers);
  graph.filters = upstreamFirst(graph, graph.filters);
  for (const int candidate : graph.candidates) graph.chains.push_back(chainOf(graph, candidate));
  graph.ensemble = &pipeline.ensemble;
  graph.cascade = cascadeOf(graph);
  return graph;
}

}  // namespace troupe::pipeline
