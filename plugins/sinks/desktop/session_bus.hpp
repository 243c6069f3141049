#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

namespace troupe::desktop {

enum class Urgency : std::uint8_t { low = 0, normal = 1, critical = 2 };

struct Notification {
  std::string title;
  std::string body;  ///< plain text; escaped here when the daemon reads markup
  Urgency urgency = Urgency::normal;
  std::string sound;           ///< a name of the sound theme; empty: none is asked for
  std::uint32_t replaces = 0;  ///< id of the one that it takes the place of; 0: none
};

/// Shows a notification through org.freedesktop.Notifications on the session bus and returns its id. Takes at most
/// `limit`, whatever the bus and the daemon do, and ends early when `cancelled` says so. Throws std::runtime_error with
/// a sentence.
std::uint32_t show(const Notification& notification, std::chrono::milliseconds limit,
                   const std::function<bool()>& cancelled);

/// & < > as a daemon with markup wants them.
std::string escapedMarkup(const std::string& text);

}  // namespace troupe::desktop
