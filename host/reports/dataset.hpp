#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "journal/journal.hpp"
#include "reports/dataset_duplicates.hpp"
#include "reports/dataset_left_out.hpp"
#include "reports/dataset_statistics.hpp"
#include "reports/export_format.hpp"
#include "reports/sample_filters.hpp"

/// Data sets for training, in the shapes of Hugging Face TRL and of ShareGPT: see dataset_line.hpp.
namespace troupe::reports {

struct DatasetOptions {
  ExportFormat format = ExportFormat::sft;  ///< one for which isDataset() holds
  SampleFilters filters;                    ///< with dpo `min_margin` is of the pair, not of the vote
  double threshold = 8;                     ///< kto: quality from which an answer is labelled good
  bool without_duplicates = false;
  std::optional<double> validation;  ///< share of the prompts that go to the validation part
};

struct DatasetSummary {
  std::int64_t samples = 0;            ///< settled ones
  std::array<std::int64_t, 2> rows{};  ///< written: for training, for validation
  LeftOutCounts left_out;
  std::vector<Duplicates::Group> duplicates;

  std::int64_t allRows() const { return rows[0] + rows[1]; }
};

/// Writes the rows in the order of the run: the same journal and options give the same bytes. Reads page by page, so
/// that memory does not grow with the run; finding duplicates reads the run twice and keeps a hash of each text.
/// `validation` takes what the split puts there, and may be null without one; `statistics` may be null.
DatasetSummary writeDataset(const journal::Journal& journal, const journal::Run& run, const DatasetOptions& options,
                            std::ostream& training, std::ostream* validation = nullptr,
                            DatasetStatistics* statistics = nullptr);

/// "dpo: 12 rows of 20 samples; left out: samples that failed (3), duplicates (2: 1 of sample 4, 1 of sample 7)"
std::string summaryText(ExportFormat format, const DatasetSummary& summary);

}  // namespace troupe::reports
