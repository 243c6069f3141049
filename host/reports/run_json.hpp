#pragma once

#include <rapidjson/document.h>

#include <cstdint>
#include <string>
#include <vector>

#include "journal/journal.hpp"
#include "reports/cost_json.hpp"

/// What is said about a run, in a list and alone.
namespace troupe::reports {

struct RunCounts {
  std::int64_t current = 0, successful = 0, failed = 0, saved = 0;
};
/// From the run's result, else from the progress that its last sample event carries: never a scan over its rows.
RunCounts countsOf(const journal::Journal& journal, const journal::Run& run);

/// "interrupted" for a run that was running when its process ended. `writer` is Journal::writer().
std::string shownState(const journal::Run& run, const std::string& writer);
/// True when `troupe resume` goes on with it.
bool resumable(const journal::Run& run, const std::string& writer);

/// One entry of a list; `state` is what is shown of it.
rapidjson::Value runJson(const journal::Run& run, const RunCounts& counts, const std::string& state,
                         rapidjson::Document::AllocatorType& allocator);

/// Nodes that gave or tried to give candidates, the one with the most wins first.
std::vector<journal::NodeTotals> modelsOf(const journal::RunTotals& totals);

/// The entry of a list, and what the journal counts: models, genres, what has begun, what did not pass, what it cost.
rapidjson::Document runDetails(const journal::Run& run, const journal::RunTotals& totals, const std::string& state,
                               const RunCost& cost);

}  // namespace troupe::reports
