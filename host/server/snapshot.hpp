#pragma once

#include <optional>
#include <string>

#include "journal/journal.hpp"
#include "server/run_manager.hpp"

/// What a client that comes, or has missed too much, is told of the runs.
namespace troupe::server {

/// JSON object: id, state, reason, pipeline, file, user_id, samples, in_flight, seed, created_at, ended_at (null
/// before), active_s, repeated, ahead (runs before it in the queue; null when it is not queued), progress, and result
/// where there is one.
std::string runSummary(const RunManager& manager, const journal::Journal& journal, const journal::Run& run);

/// {"type":"snapshot","at","head","runs":[summary + "stats", "recent", "held"]}: of one run (then with "run": its id),
/// or of those that are under way, those that wait, and the newest that has ended. `stats` are models and genres as in
/// a result, `recent` the last 10 `sample` events, `held` the samples that wait for a decision. All events up to `head`
/// are in it, so a stream that goes on after `head` misses nothing; the figures may be newer, and are to be replaced by
/// those of later events, not added to.
std::string snapshotEvent(const RunManager& manager, const journal::Journal& journal,
                          const std::optional<journal::Run>& run = std::nullopt);

}  // namespace troupe::server
