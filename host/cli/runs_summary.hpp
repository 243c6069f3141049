#pragma once

#include <rapidjson/document.h>

#include <cstdint>
#include <string>

#include "journal/journal.hpp"

/// What a list of runs says about each of them.
namespace troupe::cli {

struct RunCounts {
  std::int64_t current = 0, successful = 0, failed = 0, saved = 0;
};
/// From the run's result, else from the progress that its last sample event carries: never a scan over its rows.
RunCounts countsOf(const journal::Journal& journal, const journal::Run& run);

/// "interrupted" for a run that was running when its process ended. `writer` is Journal::writer().
std::string shownState(const journal::Run& run, const std::string& writer);
/// True when `troupe resume` goes on with it.
bool resumable(const journal::Run& run, const std::string& writer);

rapidjson::Value runJson(const journal::Run& run, const RunCounts& counts, const std::string& writer,
                         rapidjson::Document::AllocatorType& allocator);

}  // namespace troupe::cli
