#include <algorithm>

#include "cli/runs_commands.hpp"
#include "cli/runs_text.hpp"
#include "journal/holds.hpp"
#include "support/json_text.hpp"
#include "support/problem.hpp"

namespace troupe::cli {
namespace {

constexpr std::size_t kPage = 50;

bool ended(const journal::Run& run) {
  return run.state == "complete" || run.state == "failed" || run.state == "cancelled";
}

}  // namespace

void runsDelete(journal::Journal& journal, const std::vector<std::string>& names, std::ostream& out) {
  std::vector<journal::Run> found;
  for (const auto& name : names) {
    auto run = journal.findRun(name);
    const auto same = [&](const auto& other) { return other.key == run.key; };
    if (std::none_of(found.begin(), found.end(), same)) found.push_back(std::move(run));
  }
  for (const auto& run : found) {
    journal.deleteRun(run.key);
    out << "deleted " << run.id << '\n';
  }
}

void runsPrune(journal::Journal& journal, const PruneOptions& options, std::ostream& out) {
  if (!options.older_than_days && !options.keep) {
    throw Failure(ExitCode::usage, "nothing says which runs to delete; give an age in days, or how many to keep");
  }
  constexpr std::int64_t kDayMs = 86'400'000;
  std::vector<journal::Run> due;
  std::size_t place = 0;
  std::size_t unfinished = 0;
  journal::RunKey before = 0;
  for (;;) {
    auto page = journal.runs(kPage, before);
    if (page.empty()) break;
    before = page.back().key;
    for (auto& run : page) {
      const bool newest = options.keep && place++ < *options.keep;
      const auto since = run.ended_at != 0 ? run.ended_at : run.created_at;
      const bool young = options.older_than_days && options.now_ms - since < *options.older_than_days * kDayMs;
      if (newest || young) continue;
      if (!ended(run) && !options.unfinished) {
        ++unfinished;
        continue;
      }
      // Only what is printed and needed: the texts of a pipeline may be long.
      run.pipeline_text.clear();
      run.pipeline_effective.clear();
      run.result_json.clear();
      due.push_back(std::move(run));
    }
  }
  for (const auto& run : due) {
    if (!options.dry_run) journal.deleteRun(run.key);
    out << (options.dry_run ? "would delete " : "deleted ") << run.id << " (" << run.state << ", "
        << timeText(run.created_at) << ")\n";
  }
  if (due.empty()) out << "no run to delete\n";
  if (unfinished > 0) {
    out << unfinished << (unfinished == 1 ? " run that can be resumed was" : " runs that can be resumed were")
        << " left alone; delete by name, or add --unfinished\n";
  }
}

void runsBackup(const journal::Journal& journal, const std::filesystem::path& to, std::ostream& out) {
  std::error_code error;
  if (std::filesystem::exists(to, error)) {
    throw Failure(ExitCode::usage, to.string() + " is there already; name another file for the copy");
  }
  journal.backup(to);
  const auto bytes = std::filesystem::file_size(to, error);
  out << "copied the journal to " << to.string() << " (" << flooredText(static_cast<double>(bytes) / 1e6, 1)
      << " MB)\n";
}

void runsDecide(journal::Journal& journal, std::string_view name, std::int64_t index, std::string_view node, bool pass,
                std::string_view by, std::int64_t now_ms, std::ostream& out) {
  const auto run = journal.findRun(name);
  const auto holder = journal::decideHold(journal, run, index, node, pass, by, now_ms);
  out << "sample " << index << " of " << run.id << (pass ? " passes " : " does not pass ") << troupe::quoted(holder)
      << "; go on with: troupe resume " << run.id << '\n';
}

}  // namespace troupe::cli
