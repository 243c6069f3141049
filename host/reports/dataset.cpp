#include "reports/dataset.hpp"

#include <algorithm>
#include <functional>

#include "reports/dataset_line.hpp"
#include "reports/dataset_split.hpp"
#include "reports/sample_json.hpp"
#include "reports/settled_samples.hpp"

namespace troupe::reports {
namespace {

constexpr std::size_t kNamedDuplicates = 8;

using UseSample = std::function<bool(const journal::SampleRecord&, std::vector<DatasetRow>)>;

/// Each settled sample with its rows, which may be none.
void eachSample(const journal::Journal& journal, const journal::Run& run, const DatasetOptions& options,
                LeftOutCounts& left_out, const UseSample& use) {
  auto filters = options.filters;
  const RowRules rules{options.format, filters.min_margin.value_or(0), options.threshold};
  if (options.format == ExportFormat::dpo) filters.min_margin.reset();
  eachSettled(journal, run, [&](const journal::SampleRecord& record) {
    if (filters.mayTake(record)) {
      const auto sample = sampleJson(run, record);
      if (filters.take(record, sample)) return use(record, rowsOf(rules, record, sample, left_out));
    }
    left_out.add(LeftOut::filtered);
    return use(record, {});
  });
}

Duplicates duplicatesOf(const journal::Journal& journal, const journal::Run& run, const DatasetOptions& options) {
  Duplicates duplicates;
  LeftOutCounts ignored;
  eachSample(journal, run, options, ignored, [&](const auto&, const auto& rows) {
    for (const auto& row : rows) duplicates.see(row);
    return true;
  });
  return duplicates;
}

std::string countOf(std::int64_t count, const std::string& noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

std::string groupsText(const std::vector<Duplicates::Group>& groups) {
  std::string text;
  const auto named = std::min(groups.size(), kNamedDuplicates);
  for (std::size_t i = 0; i < named; ++i) {
    text += (i == 0 ? "" : ", ") + std::to_string(groups[i].left_out) + " of sample " + std::to_string(groups[i].index);
  }
  if (named < groups.size()) text += ", and of " + std::to_string(groups.size() - named) + " more";
  return text;
}

}  // namespace

DatasetSummary writeDataset(const journal::Journal& journal, const journal::Run& run, const DatasetOptions& options,
                            std::ostream& training, std::ostream* validation, DatasetStatistics* statistics) {
  DatasetSummary summary;
  Duplicates duplicates;
  if (options.without_duplicates) {
    duplicates = duplicatesOf(journal, run, options);
    summary.duplicates = duplicates.groups();
    for (const auto& group : summary.duplicates) summary.left_out.add(LeftOut::duplicate, group.left_out);
  }
  eachSample(journal, run, options, summary.left_out, [&](const auto& record, auto rows) {
    ++summary.samples;
    if (options.without_duplicates) std::erase_if(rows, [&](const auto& row) { return !duplicates.keeps(row); });
    for (const auto& row : rows) {
      const bool apart =
          validation != nullptr && options.validation && forValidation(*row.messages, *options.validation);
      (apart ? *validation : training) << lineOf(options.format, row) << '\n';
      ++summary.rows[apart ? 1 : 0];
    }
    if (statistics != nullptr) {
      statistics->settled(record);
      statistics->used(record, rows);
    }
    return training.good() && (validation == nullptr || validation->good());
  });
  return summary;
}

std::string summaryText(ExportFormat format, const DatasetSummary& summary) {
  auto text = nameOf(format) + ": " + countOf(summary.allRows(), "row") + " of " + countOf(summary.samples, "sample");
  if (summary.rows[1] > 0) text += ", " + std::to_string(summary.rows[1]) + " for validation";
  std::string reasons;
  for (std::size_t i = 0; i < kLeftOutReasons; ++i) {
    const auto reason = static_cast<LeftOut>(i);
    if (summary.left_out.of(reason) == 0) continue;
    reasons += (reasons.empty() ? "; left out: " : ", ") + std::string(wordsFor(reason)) + " (" +
               std::to_string(summary.left_out.of(reason)) +
               (reason == LeftOut::duplicate ? ": " + groupsText(summary.duplicates) : "") + ")";
  }
  return text + reasons;
}

}  // namespace troupe::reports
