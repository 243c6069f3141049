#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "journal/journal.hpp"
#include "loader/module.hpp"
#include "pipeline/event_hub.hpp"
#include "pipeline/graph.hpp"
#include "pipeline/node_figures.hpp"
#include "services/http/http_service.hpp"
#include "services/web_mount.hpp"

namespace troupe::pipeline {

/// What a sink made of one event.
struct SinkFrames {
  std::int64_t id = 0;  ///< of a durable event; 0: ephemeral
  journal::RunKey run = 0;
  std::string key;                ///< of an ephemeral one: a later one of the same run and key replaces it
  std::vector<std::string> json;  ///< what it emitted on ports of type troupe:frame/1
};

/// What makes a sink a part of the server. Each may be left out.
struct SinkOptions {
  services::WebMount* web = nullptr;  ///< where the sink's declarations go; outlives the runner
  /// Called for each event that the sink has taken. A durable event is then repeated until the sink takes it, or says
  /// that it never will (permanent_request, content, unsupported). Must be quick. [sink's thread]
  std::function<void(SinkFrames)> taken;
  std::chrono::milliseconds blocks{10000};  ///< a call under way for so long shows the sink as failing
  std::chrono::milliseconds limit{0};       ///< and for so long is cancelled; 0: the node's own time limit
};

/// Whether a failure says that the event will never be taken.
bool isNever(int code);
/// Id of a durable event on the wire.
inline std::string wireId(const std::string& epoch, std::int64_t id) { return epoch + "-" + std::to_string(id); }

/// Gives one sink the events of a run, or of all (run 0), one after the other, on a thread of its own: a cursor over
/// the hub's ring, and over the journal when it has fallen behind. The cursor of a run is kept in the journal; a sink
/// of all runs starts at the head. A sink that fails or blocks harms nobody else: it is shown as failing, once, and
/// catches up when it works again.
class SinkRunner {
 public:
  /// The sink gets what comes after event `cursor`. `log` gets what it writes and what goes wrong with it. Throws
  /// Failure(plugin_unusable) when the sink cannot be made.
  SinkRunner(const Graph::Node& node, std::shared_ptr<loader::Module> module, std::shared_ptr<EventHub> hub,
             journal::Journal& journal, journal::RunKey run, std::int64_t cursor, const services::Network& network,
             std::function<void(int level, const std::string& source, std::string_view message)> log,
             SinkOptions options = {});
  /// Gives up on a sink that has not stopped.
  ~SinkRunner();
  SinkRunner(const SinkRunner&) = delete;
  SinkRunner& operator=(const SinkRunner&) = delete;

  const std::string& name() const;
  bool wants(const std::string& type) const;
  /// True from a failure, or a call that blocks, until the next event that it takes. [any thread]
  bool failing() const;
  /// Id of the last event that it is done with. [any thread]
  std::int64_t cursor() const;
  /// Looks after the call under way; to be called now and then. [any thread]
  void sweep(std::chrono::steady_clock::time_point now);
  /// Waits until the sink has taken all up to `event_id`, or the time is over, and stops it. Returns how many events
  /// are unsent.
  std::int64_t drain(std::int64_t event_id, std::chrono::steady_clock::time_point until);
  /// Of durable events. [any thread]
  NodeFigures figures() const;
  /// True when its thread is inside the plugin and will not come back.
  bool abandoned() const;

 private:
  struct State;
  std::shared_ptr<State> state_;  // Shared with the thread, which may have to be abandoned.
};

}  // namespace troupe::pipeline
