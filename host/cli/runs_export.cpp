#include "cli/runs_commands.hpp"
#include "support/problem.hpp"

namespace troupe::cli {

void runsExport(const journal::Journal& journal, std::string_view name, ExportFormat format,
                const ExportFilters& filters, std::ostream& out) {
  const auto run = journal.findRun(name);
  reports::writeExport(journal, run, format, filters, out);
  out.flush();
  if (!out) throw Failure(ExitCode::journal, "the export of " + run.id + " cannot be written; check the disk");
}

}  // namespace troupe::cli
