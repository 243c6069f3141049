#pragma once

#include <cstdint>

namespace troupe::pipeline {

/// What a node does now and has done in this process, for those who watch.
struct NodeFigures {
  std::int64_t running = 0;  ///< calls inside the plugin
  std::int64_t waiting = 0;  ///< calls that wait for their time: back-off, pace
  std::int64_t done = 0;
  std::int64_t failed = 0;  ///< for good
  bool failing = false;     ///< the newest call that has ended failed
  bool parked = false;      ///< no call can succeed any more
  bool stuck = false;       ///< a call never came back

  bool operator==(const NodeFigures&) const = default;
  const char* state() const {
    if (stuck) return "stuck";
    if (parked) return "parked";
    if (failing) return "failing";
    if (running > 0) return "running";
    return waiting > 0 ? "waiting" : "idle";
  }
};

}  // namespace troupe::pipeline
