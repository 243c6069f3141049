#include "cli/run_server.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "cli/common.hpp"
#include "server/live_server.hpp"
#include "server/run_manager.hpp"
#include "support/paths.hpp"

namespace troupe::cli {
namespace {

bool needsServer(const config::Node& node) {
  const auto& required = node.info->required;
  return node.info->kind == loader::Kind::sink &&
         std::find(required.begin(), required.end(), "troupe.web/1") != required.end();
}

server::ServerConfig configOf(std::vector<server::ServerConfig::SinkNode> sinks) {
  server::ServerConfig config;
  config.any_port = true;
  config.data = paths::data();
  config.sinks = std::move(sinks);
  config.log.level = "warning";  // The terminal is the run's.
  config.log.access = false;
  return config;
}

server::RunManager::Options adoptingOnly() {
  server::RunManager::Options options;
  options.closed = true;
  return options;
}

}  // namespace

// In the order of making; each is used by those after it only.
struct RunServer::State {
  State(loader::Catalog& catalog, journal::Journal& journal, std::vector<server::ServerConfig::SinkNode> sinks)
      : hub(hubOf(journal)),
        feed(journal.onEvent([hub = hub](const journal::Event& event) { hub->publish(event); })),
        runs(catalog, journal, hub, adoptingOnly()),
        log({server::ServerLog::Level::warning, false}),
        server(configOf(std::move(sinks)), {catalog, journal, hub, runs, log, network()}) {}

  static std::shared_ptr<pipeline::EventHub> hubOf(const journal::Journal& journal) {
    auto hub = std::make_shared<pipeline::EventHub>();
    hub->startAfter(journal.head());
    return hub;
  }

  const std::shared_ptr<pipeline::EventHub> hub;
  journal::Registration feed;
  server::RunManager runs;
  server::ServerLog log;
  server::LiveServer server;
  journal::RunKey shown = 0;
};

RunServer::RunServer(std::unique_ptr<State> state) : state_(std::move(state)) {}
RunServer::~RunServer() = default;

std::unique_ptr<RunServer> RunServer::open(config::Pipeline& pipeline, loader::Catalog& catalog,
                                           journal::Journal& journal) {
  std::vector<server::ServerConfig::SinkNode> sinks;
  auto& nodes = pipeline.nodes;
  for (const auto& node : nodes)
    if (needsServer(node)) sinks.push_back({node.name, node.type, node.options, node.hosts});
  if (sinks.empty()) return nullptr;
  nodes.erase(std::remove_if(nodes.begin(), nodes.end(), needsServer), nodes.end());
  return std::unique_ptr<RunServer>(new RunServer(std::make_unique<State>(catalog, journal, std::move(sinks))));
}

std::shared_ptr<pipeline::EventHub> RunServer::hub() const { return state_->hub; }

std::string RunServer::show(const journal::Run& run, pipeline::Engine& engine) {
  state_->runs.adopt(run, engine);
  state_->shown = run.key;
  state_->server.start();
  return state_->server.url() + "/embed/runs/" + run.id;
}

bool RunServer::close() {
  state_->runs.giveBack(state_->shown);
  return state_->server.stop();
}

}  // namespace troupe::cli
