#include "cli/export_command.hpp"

#include <cerrno>
#include <filesystem>
#include <functional>
#include <iostream>
#include <memory>

#include "cli/common.hpp"
#include "cli/runs_commands.hpp"
#include "reports/dataset_card.hpp"
#include "support/replaced_file.hpp"
#include "support/sha256.hpp"

namespace troupe::cli {
namespace fs = std::filesystem;
namespace {

[[noreturn]] void wrong(const std::string& message) { throw Failure(ExitCode::usage, message); }

/// A number of a scale from 0 to 10.
std::optional<double> gradeOf(const Arguments& arguments, const std::string& name) {
  const auto value = arguments.number(name);
  if (value && !(*value >= 0 && *value <= 10))
    wrong("--" + name + " is \"" + arguments.get(name) + "\"; it takes a number from 0 to 10");
  return value;
}

std::optional<double> shareOf(const Arguments& arguments) {
  const auto share = arguments.number("split");
  if (share && !(*share > 0 && *share < 1))
    wrong("--split is \"" + arguments.get("split") + "\"; it takes the share of the validation, such as 0.1");
  return share;
}

reports::DatasetOptions optionsOf(const Arguments& arguments) {
  reports::DatasetOptions options;
  options.format = exportFormat(arguments.has("canonical") ? "canonical" : arguments.get("format", "jsonl"));
  options.filters.min_quality = arguments.number("min-quality");
  options.filters.min_margin = gradeOf(arguments, "min-margin");
  options.filters.saved_only = arguments.has("saved");
  options.filters.genre = arguments.get("genre");
  options.filters.model = arguments.get("model");
  options.threshold = gradeOf(arguments, "threshold").value_or(options.threshold);
  options.without_duplicates = arguments.has("dedup");
  options.validation = shareOf(arguments);
  if (arguments.has("threshold") && options.format != ExportFormat::kto) wrong("--threshold goes with --format kto");
  for (const char* name : {"dedup", "split", "card"}) {
    if (arguments.has(name) && !reports::isDataset(options.format))
      wrong("--" + std::string(name) + " goes with a data set: --format sft, sft-prompt, sharegpt, dpo or kto");
  }
  if (options.validation && !arguments.has("out"))
    wrong("--split writes two files; say where: --out NAME.jsonl makes NAME.train.jsonl and NAME.validation.jsonl");
  return options;
}

/// False when the reader has seen enough, such as `head`: that is no mistake.
bool toStandardOutput(const std::function<void()>& write) {
  try {
    write();
    std::cout.flush();
    if (!std::cout) throw Failure(ExitCode::journal, "standard output took not all of it");
    return true;
  } catch (const Failure&) {
    if (errno != EPIPE) throw;
    return false;
  }
}

/// "stories.train.jsonl" of "stories.jsonl".
fs::path partOf(const fs::path& file, const std::string& part) {
  auto name = file.stem();
  name += "." + part;
  name += file.extension();
  return file.parent_path() / name;
}

std::vector<fs::path> filesOf(const Arguments& arguments) {
  const fs::path out = arguments.get("out");
  if (out.empty()) return {};
  if (!arguments.has("split")) return {out};
  return {partOf(out, "train"), partOf(out, "validation")};
}

reports::DatasetFile described(const fs::path& path, const fs::path& written, std::int64_t rows) {
  reports::DatasetFile file;
  file.name = path.filename().string();
  file.rows = rows;
  if (!fs::is_regular_file(written)) return file;
  file.bytes = fs::file_size(written);
  file.sha256 = sha256File(written);
  return file;
}

/// All files are opened first, so that one that cannot be written costs nothing, and put in their places last.
void exportDataset(const journal::Journal& journal, const journal::Run& run, const reports::DatasetOptions& options,
                   const std::vector<fs::path>& paths, const fs::path& card_path) {
  std::vector<std::unique_ptr<ReplacedFile>> files;
  for (const auto& path : paths) files.push_back(std::make_unique<ReplacedFile>(path));
  const auto card = card_path.empty() ? nullptr : std::make_unique<ReplacedFile>(card_path);
  reports::DatasetStatistics statistics;
  reports::DatasetSummary summary;
  const auto write = [&] {
    auto& training = files.empty() ? std::cout : files[0]->out();
    auto* validation = files.size() > 1 ? &files[1]->out() : nullptr;
    summary =
        reports::writeDataset(journal, run, options, training, validation, card == nullptr ? nullptr : &statistics);
  };
  if (files.empty()) {
    if (!toStandardOutput(write)) return;
  } else {
    write();
  }
  std::vector<reports::DatasetFile> written;
  for (std::size_t i = 0; i < files.size(); ++i) {
    files[i]->finish();
    if (card != nullptr) written.push_back(described(paths[i], files[i]->written(), summary.rows.at(i)));
  }
  if (card != nullptr) {
    card->out() << reports::cardText(journal, run, options, summary, statistics, written);
    card->finish();
  }
  for (const auto& file : files) file->commit();
  if (card != nullptr) card->commit();
  std::cerr << reports::summaryText(options.format, summary) << '\n';
}

}  // namespace

std::vector<OptionSpec> exportOptions() {
  return {{"format", "FORMAT", "jsonl (default), csv, canonical, sft, sft-prompt, sharegpt, dpo, kto"},
          {"canonical", "", "the same as --format canonical"},
          {"out", "FILE", "default: standard output; a file that is there is replaced"},
          {"min-quality", "N", "only winners at or above"},
          {"min-margin", "N", "only votes won by so much; dpo: only pairs so far apart"},
          {"saved", "", "only what a store has saved"},
          {"genre", "GENRE", "only this genre"},
          {"model", "NAME", "only winners of this node or model"},
          {"threshold", "N", "kto: quality from which an answer is good (default: 8)"},
          {"dedup", "", "data sets: of rows with the same text only the best"},
          {"split", "SHARE", "data sets: so many of the prompts to NAME.validation.jsonl"},
          {"card", "FILE", "data sets: write what is in it, as Markdown"}};
}

ExitCode exportRun(const Arguments& arguments) {
  arguments.expect(0, 1, "troupe runs export [RUN]");
  const auto options = optionsOf(arguments);
  const auto files = filesOf(arguments);
  const fs::path card = arguments.get("card");
  for (const auto& file : files) {
    if (!card.empty() && fs::weakly_canonical(fs::absolute(file)) == fs::weakly_canonical(fs::absolute(card)))
      wrong("--card and --out name the same file");
  }
  const auto journal = openJournal(arguments, false, "runs export");
  const auto name = runName(arguments);
  if (reports::isDataset(options.format)) {
    exportDataset(*journal, journal->findRun(name), options, files, card);
  } else if (files.empty()) {
    toStandardOutput([&] { runsExport(*journal, name, options.format, options.filters, std::cout); });
  } else {
    ReplacedFile file(files[0]);
    runsExport(*journal, name, options.format, options.filters, file.out());
    file.finish();
    file.commit();
  }
  return ExitCode::complete;
}

}  // namespace troupe::cli
