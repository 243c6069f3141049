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

/// The runs of a server: several at once, the rest queued. A run belongs to the server, not to the client that began
/// it.
class RunManager {
 public:
  struct Options {
    int at_once = 2;                  ///< runs that are under way; more wait, in the order of their start
    std::size_t queue = 256;          ///< waiting ones; more are refused
    bool resume_interrupted = false;  ///< go on by itself with the runs that a crash left running or queued
    bool closed = false;              ///< only runs that are adopted: start() and resume() are refused
    /// Rules and network of runs whose pipelines came over HTTP: they are no files of this machine. Others are the
    /// user's own.
    std::optional<config::Confinement> confinement;
    services::Network confined_network;
    pipeline::EngineOptions engine;  ///< `hub` and `resume` are the manager's to set
  };

  /// All given outlive it. `hub` is given every event of the journal by whoever made it.
  RunManager(loader::Catalog& catalog, journal::Journal& journal, std::shared_ptr<pipeline::EventHub> hub,
             Options options);
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
  /// Durable when it returns, and under way when there was a place for it. Throws Problems(invalid_pipeline), Problems
  /// or Failure(plugin_unusable), Failure(usage) when the key was used for another order, QueueFull, Failure(journal)
  /// when that is broken. A pipeline's console is left out, and its web sinks with a notice. [any thread, like all
  /// below]
  Started start(const Order& order);
  class QueueFull : public Failure {
   public:
    using Failure::Failure;
  };

  class Stopping : public Failure {
   public:
    using Failure::Failure;
  };

  /// Lets others pause, cancel, decide on and look at a run whose engine somebody else has made and runs. It must be
  /// given back before that engine goes; nobody uses it any more then.
  void adopt(const journal::Run& run, pipeline::Engine& engine);
  void giveBack(journal::RunKey run);

  /// Idempotent. Each throws Failure(usage) with a sentence when there is no such run or its state does not allow it,
  /// and the like of start(); returns the run as it is then. A queued run that cannot be started when its turn comes is
  /// paused, with the reason.
  journal::Run pause(const std::string& run_id, const std::string& by);
  journal::Run resume(const std::string& run_id, const std::vector<config::Override>& changes = {});
  journal::Run cancel(const std::string& run_id, const std::string& by);
  /// Decides on a held sample, of a run that is under way or not; false when nothing holds it.
  bool decide(const std::string& run_id, std::int64_t index, const std::string& filter, bool pass,
              const std::string& by);

  /// queued | running | pausing | paused | interrupted | complete | failed | cancelled
  std::string state(const journal::Run& run) const;
  /// Progress object (JSON) as of now; of a run that is not under way as its last event told it.
  std::string progress(const journal::Run& run) const;
  /// {"models": […], "genres": {…}} as in the result, as of now.
  std::string stats(const journal::Run& run) const;
  /// Runs before it in the queue, or nothing when it is not queued.
  std::optional<std::size_t> ahead(journal::RunKey run) const;
  std::size_t active() const;
  std::size_t queued() const;
  /// Runs that a crash left running or queued and that nobody has resumed.
  std::vector<journal::Run> interrupted() const;
  /// Runs that are under way, the oldest first, then those that wait, in their order.
  std::vector<journal::Run> current() const;
  /// Why the journal can be written no more: then all runs have ended, and nothing can be begun.
  std::optional<std::string> broken() const;
  /// Runs whose plugins never came back. What they hold is kept for ever; the process must end without destructors
  /// then.
  std::size_t abandoned() const;

  /// Pauses everything, starts nothing more, and waits until all have stopped (at most about the engine's pause_drain).
  /// From then on start() and resume() throw Stopping.
  void stop(const std::string& why);

  struct State;

 private:
  std::shared_ptr<State> state_;  // Shared with the threads of runs, which may have to be abandoned.
};

}  // namespace troupe::server
