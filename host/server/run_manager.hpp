#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/pipeline_config.hpp"
#include "journal/journal.hpp"
#include "loader/catalog.hpp"
#include "pipeline/engine.hpp"
#include "pipeline/event_hub.hpp"

namespace troupe::server {

/// The runs of a server: several at once, the rest queued. A run belongs to the server, not to the client that began it.
class RunManager {
 public:
  struct Options {
    int at_once = 2;                  ///< runs that are under way; more wait, in the order of their start
    std::size_t queue = 256;          ///< waiting ones; more are refused
    bool resume_interrupted = false;  ///< go on by itself with the runs that a crash left running or queued
    pipeline::EngineOptions engine;
  };

  /// All given outlive it. `hub` is given every event of the journal by whoever made it.
  RunManager(loader::Catalog& catalog, journal::Journal& journal, std::shared_ptr<pipeline::EventHub> hub, Options options);
  /// Pauses what runs; what is queued stays queued in the journal.
  ~RunManager();
  RunManager(const RunManager&) = delete;
  RunManager& operator=(const RunManager&) = delete;

  struct Order {
    std::string pipeline_text;
    std::string file;  ///< its name for messages and for the run
    config::CheckOptions check;
    std::string user_id;
    std::string request_key;  ///< Idempotency-Key; the same key again names the run that it began. Empty: none
  };
  struct Started {
    journal::Run run;
    bool fresh = true;  ///< false: an earlier order with the same key has begun it
  };
  /// Durable when it returns. Throws Problems(invalid_pipeline), Failure(plugin_unusable), Failure(usage) when the key was used for another
  /// pipeline, QueueFull. [any thread, like all below]
  Started start(const Order& order);
  class QueueFull : public Failure {
   public:
    using Failure::Failure;
  };

  /// Idempotent. Each throws Failure(usage) with a sentence when the run's state does not allow it; returns the run as it is then.
  journal::Run pause(const std::string& run_id, const std::string& by);
  journal::Run resume(const std::string& run_id, const std::vector<config::Override>& changes = {});
  journal::Run cancel(const std::string& run_id, const std::string& by);
  /// Decides on a held sample, of a run that is under way or not; false when nothing holds it.
  bool decide(const std::string& run_id, std::int64_t index, const std::string& filter, bool pass, const std::string& by);

  /// queued | running | pausing | paused | interrupted | complete | failed | cancelled
  std::string state(const journal::Run& run) const;
  /// Progress object (JSON) as of now; of a run that is not under way as its last event told it.
  std::string progress(const journal::Run& run) const;
  /// Runs before it in the queue, or nothing when it is not queued.
  std::optional<std::size_t> ahead(journal::RunKey run) const;
  std::size_t active() const;
  std::size_t queued() const;
  /// Runs that a crash left running or queued and that nobody has resumed.
  std::vector<journal::Run> interrupted() const;

  /// Pauses everything, starts nothing more, and waits until all have stopped (at most about the engine's pause_drain).
  void stop(const std::string& why);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace troupe::server
