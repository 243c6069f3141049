#pragma once

#include <rapidjson/document.h>

#include <optional>
#include <ostream>
#include <string>
#include <string_view>

#include "journal/journal.hpp"

namespace troupe::reports {

enum class ExportFormat {
  jsonl,  ///< a line a settled sample, as it flowed, with what became of it
  csv,  ///< RFC 4180 with a header row: the winners. Text stays as it is, also where a spreadsheet would take it for a
        ///< formula.
  canonical,  ///< JSONL without run id, times, latency, attempts, cost and ids of stores, keys sorted: equal for equal
              ///< runs
};
/// "jsonl", "csv", "canonical"; throws Failure(usage) otherwise.
ExportFormat exportFormat(std::string_view name);

/// Which samples of a run are wanted.
struct SampleFilters {
  std::optional<double> min_quality;
  bool saved_only = false;
  std::string genre;
  std::string model;  ///< of the winner: name of its node, or of the model that answered

  /// False when the record alone tells that it is not wanted: cheaper than take().
  bool mayTake(const journal::SampleRecord& record) const;
  bool take(const journal::SampleRecord& record, const rapidjson::Document& sample) const;
};

/// Settled samples by index, read page by page: memory does not grow with the run. Stops when `out` takes no more.
void writeExport(const journal::Journal& journal, const journal::Run& run, ExportFormat format,
                 const SampleFilters& filters, std::ostream& out);

}  // namespace troupe::reports
