#pragma once

#include "journal/rows.hpp"
#include "journal/sqlite.hpp"

namespace troupe::journal {

/// Deletes one slice of a run's rows, a few thousand at most; the run itself comes last. Returns false when nothing is
/// left. The ids of its events are not used again: `last_event` is remembered.
bool deleteSlice(sqlite::Connection& connection, RunKey run, std::int64_t last_event);

}  // namespace troupe::journal
