#pragma once

#include <rapidjson/document.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "journal/rows.hpp"
#include "reports/dataset_left_out.hpp"
#include "reports/export_format.hpp"

namespace troupe::reports {

/// A row before it is written; points into the sample.
struct DatasetRow {
  std::int64_t index = 0;                      ///< of the sample
  const rapidjson::Value* messages = nullptr;  ///< the prompt's
  const rapidjson::Value* answer = nullptr;    ///< the candidate that is learnt from; of a pair the chosen one
  double quality = 0;                          ///< its quality
  const rapidjson::Value* rejected = nullptr;  ///< dpo alone
  double rejected_quality = 0;
  bool label = false;  ///< kto alone: good enough

  double margin() const { return quality - rejected_quality; }
};

/// What tells the rows of one format from each other.
struct RowRules {
  ExportFormat format = ExportFormat::sft;
  double min_margin = 0;  ///< of a pair
  double threshold = 8;   ///< quality from which an answer is labelled good
};

/// The rows of a settled sample that the filters let through; what is left out is counted.
///   sft, sft-prompt, sharegpt  the winner
///   dpo  best and worst by quality (the winner among equals), unless they tie or have the same text
///   kto  every answer that has a quality
std::vector<DatasetRow> rowsOf(const RowRules& rules, const journal::SampleRecord& record,
                               const rapidjson::Document& sample, LeftOutCounts& left_out);

/// What two texts are compared by: ASCII letters in lower case, runs of ASCII white space as one blank, none at the
/// ends.
std::string comparable(std::string_view text);

}  // namespace troupe::reports
