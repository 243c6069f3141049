#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "journal/journal.hpp"
#include "loader/catalog.hpp"
#include "pipeline/event_hub.hpp"
#include "server/router.hpp"
#include "server/run_manager.hpp"
#include "server/server_config.hpp"
#include "server/stream_hub.hpp"

namespace troupe::server {

/// POST /auto-train-stream: begins a run of the configured pipeline and tells of it on the connection that asked, until
/// it ends. The run is the server's: it goes on when the client goes, unless the configuration says otherwise.
class AutoTrain {
 public:
  struct Parts {
    loader::Catalog& catalog;
    journal::Journal& journal;
    RunManager& runs;
    StreamHub& streams;
    const ServerConfig& config;
    std::shared_ptr<pipeline::EventHub> hub;  ///< is given every event of the journal
  };
  /// All parts outlive it; so long as the stream hub is not shut down, it outlives the hub's subscribers.
  explicit AutoTrain(Parts parts);
  ~AutoTrain();
  AutoTrain(const AutoTrain&) = delete;
  AutoTrain& operator=(const AutoTrain&) = delete;

  void addRoute(Router& router);

  /// Passes on what has happened, then nothing any more: between RunManager::stop() and StreamHub::shutdown(). From
  /// then on a client that goes cancels nothing.
  void stop();

 private:
  struct Watched {
    std::string id;
    std::size_t clients = 0;
  };

  void answer(class Exchange& exchange);
  void listen();
  bool pressing();
  void tell(const journal::Event& event);
  void tellFailure();
  void gone(journal::RunKey run);
  void cancelLeft();
  std::vector<StreamFrame> replay(journal::RunKey run, std::int64_t after, std::size_t limit) const;

  Parts parts_;
  StreamHub::StreamId stream_ = 0;
  std::int64_t cursor_ = 0;  // Of the listener: the newest event that it has seen.

  std::mutex mutex_;                            // Guards all below.
  std::map<journal::RunKey, Watched> watched_;  // Runs whose end has not been told.
  std::vector<std::string> left_;               // Ids of runs to cancel.
  std::string failure_;                         // Why the journal can be written no more; told once.
  bool stopping_ = false;

  std::atomic<bool> attention_{false};  // The listener is to look at left_, failure_ and stopping_.
  std::thread listener_;
  journal::Registration on_failure_;
};

}  // namespace troupe::server
