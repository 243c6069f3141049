#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "config/pipeline_config.hpp"
#include "journal/journal.hpp"
#include "loader/catalog.hpp"
#include "pipeline/event_hub.hpp"
#include "pipeline/retry_policy.hpp"
#include "services/http/http_service.hpp"

namespace troupe::pipeline {

class Upstreams;

struct EngineOptions {
  Backoff backoff;
  std::chrono::milliseconds grace{2000};          ///< from a call's cancel until its thread is given up
  std::chrono::milliseconds pause_drain{10000};   ///< how long a pause waits for the calls in flight
  std::chrono::milliseconds sink_drain{5000};     ///< how long the end of the run waits for the sinks
  std::chrono::milliseconds progress_every{250};  ///< ephemeral progress frames
  std::size_t max_threads = 1024;
  services::Network network;    ///< what nodes reach others with; none by default
  std::filesystem::path cache;  ///< where answers are kept of providers that say so; empty: nowhere
  bool resume = false;          ///< the run has been in the journal before: go on where it stopped
  /// Where several runs are watched together: whoever made it gives it every event of the journal, and closes it. Null:
  /// the engine's own.
  std::shared_ptr<EventHub> hub;
  /// What is known of the services behind the providers; several runs share it. Null: the engine's own.
  std::shared_ptr<Upstreams> upstreams;
};

/// How a run ended, or stopped for now.
struct RunEnd {
  std::string state;       ///< complete | failed (every sample failed) | paused | cancelled
  std::string reason;      ///< why it is paused or cancelled
  std::string result;      ///< JSON of the `complete` event's result
  bool abandoned = false;  ///< a thread never came back from a plugin: end the process without destructors
};

/// One execution of a pipeline. Construct, run() once, destroy.
class Engine {
 public:
  /// Loads the plugins and creates every node: throws Failure(plugin_unusable) before anything has begun.
  /// `journal` is open for writing, `run` is in it; both outlive the engine.
  Engine(const config::Pipeline& pipeline, loader::Catalog& catalog, journal::Journal& journal, journal::Run run,
         EngineOptions options);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  /// Runs to the end, or until paused. Throws Failure(journal) when the journal can be written no more.
  RunEnd run();
  /// RunEnd::abandoned, also when run() has thrown. [after run(), its thread]
  bool abandoned() const;

  /// Nothing new starts, calls in flight get `pause_drain`, then they are cancelled. [any thread]
  void pause(const std::string& reason);
  /// Like pause, but the run is over for good and calls in flight are cancelled at once. [any thread]
  void cancel(const std::string& reason);
  /// Decides on a held sample; false when it is not held by that filter ("" = whichever holds it). [any thread]
  bool decide(std::int64_t index, const std::string& filter, bool pass, const std::string& by);

  /// The progress object as of now, as JSON. [any thread]
  std::string progress();
  /// Members `models`, `genres` and `coverage` of the result as of now, as a JSON object. [any thread]
  std::string stats();

  /// What watchers read from.
  std::shared_ptr<EventHub> hub() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The seed of a sample: a number in [0, 2^31) that depends on the run's seed and the index alone.
std::int64_t sampleSeed(std::int64_t run_seed, std::int64_t index);

}  // namespace troupe::pipeline
