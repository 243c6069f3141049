#include "cli/runs_recount.hpp"

#include <filesystem>
#include <iostream>
#include <memory>
#include <vector>

#include "cli/command.hpp"
#include "cli/common.hpp"
#include "cli/recount.hpp"
#include "cli/recount_plan.hpp"
#include "cli/runs_text.hpp"
#include "pipeline/new_run.hpp"
#include "reports/export.hpp"
#include "reports/settled_samples.hpp"
#include "support/replaced_file.hpp"

#include <troupe/troupe.hpp>

namespace troupe::cli {
namespace {

/// One sample that came out differently.
struct Change {
  std::int64_t index;
  std::string genre, was, now;  // Nodes; empty where it failed.
  double quality_was, quality_now;
  bool kept_was, kept_now;
};

struct Tally {
  std::int64_t samples = 0, other_winner = 0, added = 0, removed = 0, failed = 0;
  std::vector<Change> changes;  // Of winner, or of being kept.
};

config::Pipeline storedPipeline(const journal::Run& run, const loader::Catalog& catalog,
                                const std::vector<config::Override>& changes) {
  config::CheckOptions check;
  check.base = run.base;
  check.overrides = pipeline::overridesOf(run);
  check.overrides.insert(check.overrides.end(), changes.begin(), changes.end());
  check.environment = false;  // Nobody is asked and nothing is stored.
  return config::checkPipeline(run.pipeline_text, run.file, catalog, check);
}

config::Pipeline filedPipeline(const std::string& file, const loader::Catalog& catalog,
                               const std::vector<config::Override>& changes) {
  config::CheckOptions check;
  check.base = std::filesystem::current_path();
  check.overrides = changes;
  check.environment = false;
  return openPipeline(file, catalog, check);
}

/// --set, and --selector-options as what it is short for.
std::vector<config::Override> changesFrom(const Arguments& arguments, const config::Pipeline& before) {
  auto changes = overridesFrom(arguments);
  if (!arguments.has("selector-options")) return changes;
  if (arguments.has("pipeline"))
    throw Failure(ExitCode::usage, "--selector-options changes the run's own pipeline; with --pipeline use --set");
  for (const auto& node : before.nodes)
    if (node.info->kind == loader::Kind::selector)
      changes.push_back({"/nodes/" + node.name + "/options", arguments.get("selector-options")});
  return changes;
}

reports::ExportFormat formatOf(const Arguments& arguments) {
  const auto format = reports::exportFormat(arguments.get("format", "jsonl"));
  if (reports::isDataset(format))
    throw Failure(ExitCode::usage, "--format " + arguments.get("format") +
                                       " is a data set; a recount is written as jsonl, csv or canonical");
  if (arguments.has("format") && !arguments.has("out"))
    throw Failure(ExitCode::usage, "--format is about the file of --out FILE; the summary is on standard output");
  return format;
}

void note(Tally& tally, const journal::SampleRecord& was, bool kept_was, const Recount::Result& result) {
  const auto& now = result.record;
  ++tally.samples;
  if (!now.ok) ++tally.failed;
  const bool other = was.ok != now.ok || was.winner != now.winner;
  if (other) ++tally.other_winner;
  if (!kept_was && result.kept) ++tally.added;
  if (kept_was && !result.kept) ++tally.removed;
  if (other || kept_was != result.kept)
    tally.changes.push_back(
        {now.index, now.genre, was.winner, now.winner, was.quality, now.quality, kept_was, result.kept});
}

std::string summaryJson(const journal::Run& run, const Tally& tally) {
  JsonWriter json;
  const auto winner = [&](std::string_view key, const std::string& node, std::string_view quality, double value) {
    json.key(key);
    node.empty() ? json.null() : json.value(std::string_view(node));
    json.key(quality);
    node.empty() ? json.null() : json.value(value);
  };
  json.beginObject().member("run", run.id).member("samples", tally.samples);
  json.member("other_winner", tally.other_winner).member("failed", tally.failed);
  json.member("kept_added", tally.added).member("kept_removed", tally.removed).key("changes").beginArray();
  for (const auto& change : tally.changes) {
    json.beginObject().member("index", change.index);
    winner("was", change.was, "quality_was", change.quality_was);
    winner("now", change.now, "quality_now", change.quality_now);
    json.member("kept_was", change.kept_was).member("kept_now", change.kept_now).endObject();
  }
  json.endArray().endObject();
  return std::string(json.text());
}

void printSummary(const journal::Run& run, const Tally& tally, std::ostream& out) {
  constexpr std::size_t kShown = 20;
  out << run.id << ": " << tally.other_winner << " of " << tally.samples << " samples "
      << (tally.other_winner == 1 ? "has" : "have") << " another winner; of what is kept +" << tally.added << " -"
      << tally.removed;
  if (tally.failed > 0) out << "; " << tally.failed << " without a winner";
  out << '\n';
  if (tally.changes.empty()) return;
  const auto shown = [](const std::string& node, double quality) {
    return node.empty() ? std::string("none") : printable(node, false) + " " + flooredText(quality, 2);
  };
  const auto kept = [](bool is) { return std::string(is ? "kept" : "not kept"); };
  Table table({{"SAMPLE", true}, {"GENRE"}, {"WAS"}, {"NOW"}, {"KEPT"}});
  for (std::size_t i = 0; i < tally.changes.size() && i < kShown; ++i) {
    const auto& c = tally.changes[i];
    table.add({std::to_string(c.index), printable(c.genre, false), shown(c.was, c.quality_was),
               shown(c.now, c.quality_now),
               c.kept_was == c.kept_now ? kept(c.kept_now) : kept(c.kept_was) + " -> " + kept(c.kept_now)});
  }
  out << '\n' << table.text("  ");
  if (tally.changes.size() > kShown) out << "  and " << tally.changes.size() - kShown << " more; --json has them all\n";
}

ExitCode recount(const Arguments& arguments, const RecountPlan& plan, const std::string& command) {
  arguments.expect(0, 1, "troupe " + command + " [RUN]");
  const auto format = formatOf(arguments);
  const auto catalog = openCatalog(arguments);
  const auto journal = openJournal(arguments, false, command);
  const auto run = journal->findRun(runName(arguments));
  const auto before = storedPipeline(run, *catalog, {});
  const auto changes = changesFrom(arguments, before);
  const auto now = arguments.has("pipeline") ? filedPipeline(arguments.get("pipeline"), *catalog, changes)
                                             : storedPipeline(run, *catalog, changes);
  const auto graph_before = pipeline::buildGraph(before);
  const auto graph_now = pipeline::buildGraph(now);
  const auto scorers = scorersToRun(graph_before, graph_now, plan);
  Recount counted(graph_now, *catalog, *journal, run, scorers);

  const auto file = arguments.has("out") ? std::make_unique<ReplacedFile>(arguments.get("out")) : nullptr;
  if (file) reports::writeExportHead(format, file->out());
  Tally tally;
  reports::eachSettled(*journal, run, [&](const journal::SampleRecord& record) {
    const auto result = counted.count(record);
    note(tally, record, wasKept(graph_before, run, record), result);
    if (file) reports::writeSample(run, result.record, format, file->out());
    return file == nullptr || file->out().good();
  });
  if (file) {
    file->finish();
    file->commit();
  }
  if (arguments.has("json")) {
    std::cout << summaryJson(run, tally) << '\n';
  } else {
    printSummary(run, tally, std::cout);
  }
  return ExitCode::complete;
}

std::vector<OptionSpec> common() {
  return {{"set", "PATH=VALUE", "change the pipeline, for example nodes.craft.weight=2 (repeatable)"},
          {"pipeline", "FILE", "count by this pipeline instead of the run's own; nodes are matched by name"},
          {"out", "FILE", "write the samples as they come out; a file that is there is replaced"},
          {"format", "FORMAT", "of that file: jsonl (default), csv, canonical, as runs export writes them"},
          jsonOption(),
          pluginPathOption(),
          journalOption()};
}

}  // namespace

std::vector<OptionSpec> rescoreOptions() {
  auto options = common();
  options.insert(options.begin(), {"scorer", "NODE", "only this scorer scores anew (repeatable)"});
  return options;
}

std::vector<OptionSpec> revoteOptions() {
  auto options = common();
  options.insert(options.begin(), {"selector-options", "JSON", "the options of the run's selector"});
  return options;
}

ExitCode rescoreRun(const Arguments& arguments) {
  return recount(arguments, {true, arguments.all("scorer")}, "runs rescore");
}

ExitCode revoteRun(const Arguments& arguments) { return recount(arguments, {false, {}}, "runs revote"); }

}  // namespace troupe::cli
