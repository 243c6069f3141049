#include <cstdlib>
#include <iostream>

#include "cli/command.hpp"
#include "cli/common.hpp"
#include "cli/export_command.hpp"
#include "cli/runs_commands.hpp"
#include "cli/runs_recount.hpp"
#include "support/unix_time.hpp"

namespace troupe::cli {
namespace {

ExitCode decide(const Arguments& arguments) {
  arguments.expect(3, 3, "troupe runs decide RUN INDEX pass|drop");
  const auto& verdict = arguments.positional()[2];
  if (verdict != "pass" && verdict != "drop")
    throw Failure(ExitCode::usage, "\"" + verdict + "\" is neither pass nor drop");
  char* end = nullptr;
  const auto index = std::strtoll(arguments.positional()[1].c_str(), &end, 10);
  if (end == nullptr || *end != '\0')
    throw Failure(ExitCode::usage, "\"" + arguments.positional()[1] + "\" is no index");
  const auto journal = openJournal(arguments, true, "runs decide");
  const char* user = std::getenv("USER");
  runsDecide(*journal, arguments.positional()[0], index, arguments.get("node"), verdict == "pass",
             user != nullptr ? user : "command line", unixMs(), std::cout);
  return ExitCode::complete;
}

ExitCode prune(const Arguments& arguments) {
  arguments.expect(0, 0, "troupe runs prune --older-than DAYS | --keep N");
  PruneOptions options;
  if (const auto days = arguments.integer("older-than", 0, 36500)) options.older_than_days = static_cast<int>(*days);
  if (const auto keep = arguments.integer("keep", 0, 1'000'000)) options.keep = static_cast<std::size_t>(*keep);
  options.unfinished = arguments.has("unfinished");
  options.dry_run = arguments.has("dry-run");
  options.now_ms = unixMs();
  if (!options.older_than_days && !options.keep)
    throw Failure(ExitCode::usage, "say what may go: --older-than DAYS, --keep N, or both");
  runsPrune(*openJournal(arguments, !options.dry_run, "runs prune"), options, std::cout);
  return ExitCode::complete;
}

}  // namespace

std::vector<Command> runsCommands() {
  const auto reading = [](std::vector<OptionSpec> options = {}) {
    options.push_back(journalOption());
    return options;
  };
  std::vector<Command> commands;
  commands.push_back(
      {"runs list", "", "list the runs, newest first", {}, reading({jsonOption()}), [](const Arguments& a) {
         a.expect(0, 0, "troupe runs list");
         runsList(*openJournal(a, false, "runs list"), a.has("json"), std::cout);
         return ExitCode::complete;
       }});
  commands.push_back({"runs show", "[RUN]", "show state, counts and models of a run",
                      "RUN is an id, the beginning of one, or `last`.", reading({jsonOption()}),
                      [](const Arguments& a) {
                        a.expect(0, 1, "troupe runs show [RUN]");
                        runsShow(*openJournal(a, false, "runs show"), runName(a), a.has("json"), std::cout);
                        return ExitCode::complete;
                      }});
  commands.push_back({"runs explain", "[RUN] [--sample INDEX]", "say why a winner won",
                      "Without --sample: the best saved one.",
                      reading({{"sample", "INDEX", "of the sample, from 0"}, jsonOption()}), [](const Arguments& a) {
                        a.expect(0, 1, "troupe runs explain [RUN]");
                        runsExplain(*openJournal(a, false, "runs explain"), runName(a),
                                    a.integer("sample", 0, 1'000'000'000), a.has("json"), std::cout);
                        return ExitCode::complete;
                      }});
  commands.push_back({"runs export", "[RUN] [options]", "write the samples of a run, or a data set for training",
                      "jsonl: one sample a line, with candidates, scores and votes. csv: the winners. canonical: what "
                      "equal runs have equal. For training, as JSON Lines: sft (messages), sft-prompt (prompt and "
                      "completion) and sharegpt (conversations) have the winners, dpo the best and the worst answer, "
                      "kto every answer with a label.",
                      reading(exportOptions()), exportRun});
  commands.push_back({"runs rescore", "[RUN] [options]", "score and vote again on what the journal has",
                      "Scorers that ask no model score the run's candidates anew, then come vote and filters. What "
                      "judges have said stays. The journal is only read.",
                      rescoreOptions(), rescoreRun});
  commands.push_back({"runs revote", "[RUN] [options]", "vote again on the scores that the journal has",
                      "By another selector, other options, weights or filters. The journal is only read.",
                      revoteOptions(), revoteRun});
  commands.push_back({"runs decide",
                      "RUN INDEX pass|drop",
                      "decide on a sample that is held for review; resume the run afterwards",
                      {},
                      reading({{"node", "FILTER", "which filter holds it, if several do"}}),
                      decide});
  commands.push_back({"runs delete",
                      "RUN…",
                      "delete runs from the journal; what stores have saved stays",
                      {},
                      reading(),
                      [](const Arguments& a) {
                        a.expect(1, 1000, "troupe runs delete RUN…");
                        runsDelete(*openJournal(a, true, "runs delete"), a.positional(), std::cout);
                        return ExitCode::complete;
                      }});
  commands.push_back({"runs prune",
                      "--older-than DAYS | --keep N",
                      "delete old runs from the journal",
                      {},
                      reading({{"older-than", "DAYS", "runs that ended longer ago"},
                               {"keep", "N", "the newest N stay"},
                               {"unfinished", "", "also runs that could be resumed"},
                               {"dry-run", "", "only say what would go"}}),
                      prune});
  commands.push_back({"runs backup",
                      "FILE",
                      "write a consistent copy of the journal, also while a run is on",
                      {},
                      reading(),
                      [](const Arguments& a) {
                        a.expect(1, 1, "troupe runs backup FILE");
                        runsBackup(*openJournal(a, false, "runs backup"), a.positional()[0], std::cout);
                        return ExitCode::complete;
                      }});
  return commands;
}

}  // namespace troupe::cli
