#pragma once

#include <string>
#include <string_view>

#include "journal/journal.hpp"

namespace troupe::server {

/// The progress object (JSON) that the newest event of a run carries; that of a run which has not begun when there is
/// none.
std::string journaledProgress(const journal::Journal& journal, const journal::Run& run);

/// The same object in another phase.
std::string withPhase(const std::string& progress, std::string_view phase, std::string_view waiting_for);

}  // namespace troupe::server
