#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "journal/journal.hpp"
#include "loader/catalog.hpp"
#include "pipeline/event_hub.hpp"
#include "server/run_manager.hpp"
#include "server/server_config.hpp"
#include "server/server_log.hpp"

namespace troupe::server {

/// Everything that is served, put together: routes, event streams, the server's own sinks. The runs are the manager's.
class LiveServer {
 public:
  struct Parts {
    loader::Catalog& catalog;
    journal::Journal& journal;
    std::shared_ptr<pipeline::EventHub> hub;  ///< is given every event of the journal
    RunManager& runs;
    ServerLog& log;
    services::Network network;  ///< of the server's own sinks
  };

  /// Makes the sinks; nothing listens yet. All parts outlive it. Throws Failure(usage) or Failure(plugin_unusable).
  LiveServer(ServerConfig config, Parts parts);
  /// Stops what still runs, without a goodbye.
  ~LiveServer();
  LiveServer(const LiveServer&) = delete;
  LiveServer& operator=(const LiveServer&) = delete;

  /// Listens, and is ready. Throws Failure(usage) with a sentence.
  void start();
  /// /readyz turns false; all else goes on.
  void drain();
  /// To be called when nothing happens any more (the runs have stopped). Watchers get what is pending and a goodbye;
  /// then the server ends. Takes at most about `limit`. Returns false when a thread is still inside a plugin: the
  /// process must end without destructors then.
  bool stop(std::chrono::milliseconds limit = std::chrono::milliseconds(5000));

  /// "http://127.0.0.1:7878", as reached from this machine.
  std::string url() const;
  /// public_url, else url().
  std::string publicUrl() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace troupe::server
