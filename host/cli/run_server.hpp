#pragma once

#include <memory>
#include <string>

#include "config/pipeline_config.hpp"
#include "journal/journal.hpp"
#include "loader/catalog.hpp"
#include "pipeline/engine.hpp"

namespace troupe::cli {

/// The server of one run: `troupe run` opens it on a loopback port when the pipeline has sinks that need one. It ends
/// with the run.
class RunServer {
 public:
  /// Takes the web sinks out of the pipeline, since the server has them then; null when there are none. Throws
  /// Failure(usage) or Failure(plugin_unusable). All given outlive it.
  static std::unique_ptr<RunServer> open(config::Pipeline& pipeline, loader::Catalog& catalog,
                                         journal::Journal& journal);
  ~RunServer();

  /// What the run's engine is to tell its events to.
  std::shared_ptr<pipeline::EventHub> hub() const;
  /// Listens, and lets clients steer the engine until close(). Returns where people can watch the run.
  std::string show(const journal::Run& run, pipeline::Engine& engine);
  /// Gives watchers what is pending and a goodbye. Before the engine goes. Returns false when a thread is still inside
  /// a plugin.
  bool close();

 private:
  struct State;
  explicit RunServer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace troupe::cli
