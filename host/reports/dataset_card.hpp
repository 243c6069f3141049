#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "reports/dataset.hpp"

namespace troupe::reports {

/// A file of the data set, as it was written.
struct DatasetFile {
  std::string name;  ///< without folder
  std::int64_t rows = 0;
  std::uintmax_t bytes = 0;
  std::string sha256;
};

/// The data card, Markdown: where the rows are from, by what rules, how many and how good, who wrote them, which
/// plugins worked on them, what it cost. It follows from journal, options and files alone, and names no clock and no
/// folder.
std::string cardText(const journal::Journal& journal, const journal::Run& run, const DatasetOptions& options,
                     const DatasetSummary& summary, const DatasetStatistics& statistics,
                     const std::vector<DatasetFile>& files);

}  // namespace troupe::reports
