#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "journal/journal.hpp"
#include "loader/module.hpp"
#include "pipeline/event_hub.hpp"
#include "pipeline/graph.hpp"
#include "services/http/http_service.hpp"

namespace troupe::pipeline {

/// Gives one sink the events of a run, one after the other, on a thread of its own: a cursor over the hub's ring, and over the journal when it
/// has fallen behind. A sink that fails or blocks harms nobody else.
class SinkRunner {
 public:
  /// `log` gets what the sink writes and what goes wrong with it. Throws Failure(plugin_unusable) when the sink cannot be made.
  SinkRunner(const Graph::Node& node, std::shared_ptr<loader::Module> module, std::shared_ptr<EventHub> hub, journal::Journal& journal,
             journal::RunKey run, const services::Network& network,
             std::function<void(int level, const std::string& source, std::string_view message)> log);
  /// Gives up on a sink that has not stopped.
  ~SinkRunner();
  SinkRunner(const SinkRunner&) = delete;
  SinkRunner& operator=(const SinkRunner&) = delete;

  const std::string& name() const;
  bool wants(const std::string& type) const;
  /// Waits until the sink has taken all up to `event_id`, or the time is over, and stops it. Returns how many events are unsent.
  std::int64_t drain(std::int64_t event_id, std::chrono::steady_clock::time_point until);
  /// True when its thread is inside the plugin and will not come back.
  bool abandoned() const;

 private:
  struct State;
  std::shared_ptr<State> state_;  // Shared with the thread, which may have to be abandoned.
};

}  // namespace troupe::pipeline
