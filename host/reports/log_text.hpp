#pragma once

#include <ostream>

#include "journal/journal.hpp"

namespace troupe::reports {

/// The run's log as sink.log_file writes it, from its durable events, page by page: memory does not grow with the run.
/// Stops when `out` takes no more.
void writeLog(const journal::Journal& journal, const journal::Run& run, std::ostream& out);

}  // namespace troupe::reports
