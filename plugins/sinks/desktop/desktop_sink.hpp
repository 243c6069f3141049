#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <troupe/troupe.hpp>

#include "session_bus.hpp"

namespace troupe::desktop {

struct Settings {
  std::set<std::string> events;  ///< names as in the options: "complete", "paused", …
  std::int64_t min_interval_ms = 5000;
  std::string sound;
  std::map<std::string, Urgency> urgency;  ///< by event, where it differs from defaultUrgency()
};

Settings settingsOf(const Options& options);

/// Which events are shown, when, and in which words. Not for use from several threads at once.
class DesktopSink {
 public:
  struct Outside {
    std::function<std::uint32_t(const Notification&)> show;  ///< returns the id; throws std::exception
    std::function<std::int64_t()> now_ms;                    ///< never goes back
    std::function<void(const std::string&)> warn;
  };
  DesktopSink(Settings settings, Outside outside);

  /// Never fails: what cannot be shown is told once.
  void handle(const Object& event);

 private:
  /// One run has one notification, which is replaced.
  struct Shown {
    std::uint32_t id = 0;
    std::int64_t next_ms = 0;       ///< not before
    std::vector<std::string> held;  ///< merged into the next one, oldest first
    std::size_t dropped = 0;        ///< held ones that there was no room for
  };
  void tell(const Object& event);
  Shown& shownOf(const std::string& run);

  const Settings settings_;
  const Outside outside_;
  std::map<std::string, Shown> runs_;
  bool warned_ = false;
};

}  // namespace troupe::desktop
