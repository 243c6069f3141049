#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace troupe::reports {

enum class ExportFormat {
  jsonl,  ///< a line a settled sample, as it flowed, with what became of it
  csv,  ///< RFC 4180 with a header row: the winners. Text stays as it is, also where a spreadsheet would take it for a
        ///< formula.
  canonical,  ///< JSONL without run id, times, latency, attempts, cost and ids of stores, keys sorted: equal for equal
              ///< runs
  sft,        ///< from here on data sets: see dataset_line.hpp
  sft_prompt,
  sharegpt,
  dpo,
  kto,
};

/// Every name, in the order above: "jsonl", "csv", "canonical", "sft", "sft-prompt", "sharegpt", "dpo", "kto".
std::vector<std::string> exportFormats();
/// Throws Failure(usage) for a name that is none of these; for "parquet" with what to do instead.
ExportFormat exportFormat(std::string_view name);
std::string nameOf(ExportFormat format);

/// True for what a trainer reads rather than a person or a program.
inline bool isDataset(ExportFormat format) { return format >= ExportFormat::sft; }

}  // namespace troupe::reports
