#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "journal/journal.hpp"
#include "reports/export.hpp"

/// The commands `troupe runs …`, without the reading of arguments. A run is named by its id, the beginning of its id,
/// or "last". All throw Failure: usage for a name that is not there, journal for a file that cannot be read or an
/// output that cannot be written.
namespace troupe::cli {

/// A table of all runs, newest first; as JSON {"runs":[…]}.
void runsList(const journal::Journal& journal, bool json, std::ostream& out);

/// State, counts, a table of the models, how to resume.
void runsShow(const journal::Journal& journal, std::string_view name, bool json, std::ostream& out);

/// Why a winner won: prompt, candidates with all scores and reasons, margin, ties, abstentions, failures with their
/// attempts, verdicts, where it was saved, which scorers made the quality, which plugins made it all. Without an index:
/// the best saved sample, else the best.
void runsExplain(const journal::Journal& journal, std::string_view name, std::optional<std::int64_t> index, bool json,
                 std::ostream& out);

using reports::exportFormat;
using reports::ExportFormat;
using ExportFilters = reports::SampleFilters;
/// Settled samples by index, read page by page: memory does not grow with the run.
void runsExport(const journal::Journal& journal, std::string_view name, ExportFormat format,
                const ExportFilters& filters, std::ostream& out);

/// Deletes runs from the journal; what stores have saved stays. Nothing is deleted when one of the names is not there.
/// `journal` writes.
void runsDelete(journal::Journal& journal, const std::vector<std::string>& names, std::ostream& out);

struct PruneOptions {
  std::optional<int> older_than_days;  ///< since the end of the run, or its beginning
  std::optional<std::size_t> keep;     ///< the newest ones stay
  bool unfinished = false;             ///< also runs that could be resumed
  bool dry_run = false;                ///< only say what would go; `journal` may then be one that reads
  std::int64_t now_ms = 0;             ///< unix milliseconds
};
void runsPrune(journal::Journal& journal, const PruneOptions& options, std::ostream& out);

/// A consistent, compact copy of the journal, also while a run is writing. Refuses to replace a file.
void runsBackup(const journal::Journal& journal, const std::filesystem::path& to, std::ostream& out);

/// Decides on a held sample; the resumed run goes on with it. `node` may be empty when one filter holds it. `journal`
/// writes.
void runsDecide(journal::Journal& journal, std::string_view name, std::int64_t index, std::string_view node, bool pass,
                std::string_view by, std::int64_t now_ms, std::ostream& out);

}  // namespace troupe::cli
