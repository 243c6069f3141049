#pragma once

#include <string>

#include <troupe/troupe.hpp>

namespace troupe::log_file {

/// The least severe line that is written.
enum class Level { kDebug, kInfo, kWarning, kError };

/// "debug", "info", "warning" or "error"; anything else is info.
Level levelOf(std::string_view name);

/// The lines of one event, each ended by '\n'; empty when the event has none at this level. A pure function: the same
/// event gives the same lines, whenever and however often it comes.
std::string eventLines(const Object& event, Level level);

}  // namespace troupe::log_file
