#pragma once

#include <ostream>

#include "journal/journal.hpp"
#include "reports/export_format.hpp"
#include "reports/sample_filters.hpp"

namespace troupe::reports {

/// Settled samples by index, read page by page: memory does not grow with the run. Stops when `out` takes no more.
/// jsonl, csv or canonical; for data sets there is writeDataset().
void writeExport(const journal::Journal& journal, const journal::Run& run, ExportFormat format,
                 const SampleFilters& filters, std::ostream& out);

/// One sample, filters aside; and what stands before all of them.
void writeSample(const journal::Run& run, const journal::SampleRecord& record, ExportFormat format, std::ostream& out);
void writeExportHead(ExportFormat format, std::ostream& out);

}  // namespace troupe::reports
