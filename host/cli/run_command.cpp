#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <utility>

#include <troupe/troupe.hpp>

#include "cli/command.hpp"
#include "cli/common.hpp"
#include "cli/dry_run.hpp"
#include "cli/run_server.hpp"
#include "cli/signals.hpp"
#include "pipeline/engine.hpp"
#include "pipeline/new_run.hpp"
#include "pipeline/resume_rules.hpp"

namespace troupe::cli {
namespace {

// The terminal's view belongs to `run`, not to the pipeline: there is one without being asked for, and none with
// --quiet or --json.
void setConsole(config::Pipeline& pipeline, const loader::Catalog& catalog, bool quiet) {
  if (quiet) {
    pipeline::removeConsole(pipeline);
    return;
  }
  auto& nodes = pipeline.nodes;
  if (std::any_of(nodes.begin(), nodes.end(), [](const auto& node) { return node.type == pipeline::kConsoleSink; }))
    return;
  const auto* type = catalog.find(pipeline::kConsoleSink);
  if (type == nullptr) return;
  config::Node node;
  node.name = "(console)";
  node.type = pipeline::kConsoleSink;
  node.info = type;
  nodes.push_back(std::move(node));
}

std::string storyPath(const config::Pipeline& pipeline) {
  for (const auto& node : pipeline.nodes) {
    if (node.type != "troupe.store.sqlite") continue;
    rapidjson::Document options;
    options.Parse(node.options.data(), node.options.size());
    if (options.HasParseError()) continue;
    const std::filesystem::path path(Object(options).text("path", ""));
    const auto relative = path.lexically_proximate(std::filesystem::current_path());
    return relative.string().size() < path.string().size() ? relative.string() : path.string();
  }
  return {};
}

void printNext(const config::Pipeline& pipeline) {
  std::cout << "\nNext:\n"
               "  troupe runs explain last          why a winner won\n"
               "  troupe runs export last           every sample as JSON Lines\n";
  if (const auto path = storyPath(pipeline); !path.empty())
    std::cout << "  sqlite3 " << path
              << " \"SELECT genre, model, round(quality, 2), substr(text, 1, 60) FROM stories ORDER BY quality DESC "
                 "LIMIT 5\"\n";
}

// Before the engine goes, nobody may call it any more.
struct Silence {
  Signals& signals;
  ~Silence() { signals.silence(); }
};

ExitCode execute(config::Pipeline& pipeline, loader::Catalog& catalog, journal::Journal& journal,
                 const journal::Run& run, Signals& signals, const Arguments& arguments, bool resume) {
  const bool json = arguments.has("json");
  const bool quiet = json || arguments.has("quiet");
  pipeline::EngineOptions options;
  options.resume = resume;
  options.network = network(arguments);
  options.cache = cacheFile(arguments);
  pipeline::RunEnd end;
  try {
    const auto server = RunServer::open(pipeline, catalog, journal);
    if (server) options.hub = server->hub();
    pipeline::Engine engine(pipeline, catalog, journal, run, options);
    const auto go_on = "go on with: troupe resume " + run.id + "\n";
    signals.listen(
        [&](const std::string& name) {
          // In a terminal the view says so; there its lines are redrawn, and another's would be in the way.
          if (quiet || ::isatty(STDOUT_FILENO) == 0)
            std::cerr << "troupe: " << name << ": pausing; calls in flight get "
                      << std::chrono::duration_cast<std::chrono::seconds>(options.pause_drain).count()
                      << " s; a second one ends at once" << std::endl;
          engine.pause("interrupted by " + name);
        },
        "troupe: run " + run.id + " was ended at once; " + go_on);
    const Silence silence{signals};
    if (server) std::cerr << "troupe: watch this run at " << server->show(run, engine) << std::endl;
    end = engine.run();
    if (server && !server->close()) end.abandoned = true;
    if (end.abandoned) {
      // A thread is still inside a plugin: what it holds must not be torn down under it.
      if (json) std::cout << end.result << std::endl;
      if (end.state == "paused")
        std::cerr << "troupe: run " << run.id << " is paused: " << end.reason << "; go on with: troupe resume "
                  << run.id << std::endl;
      std::_Exit(static_cast<int>(exitCodeOf(end.state)));
    }
  } catch (const Failure& e) {
    if (e.code() != ExitCode::journal) {
      // A node that could not be made: nothing has begun, so there is nothing to go on with.
      if (!resume) journal.deleteRun(run.key);
      throw;
    }
    std::cerr << "troupe: " << e.what()
              << "\ntroupe: what was announced is safe; when there is room again, go on with: troupe resume " << run.id
              << std::endl;
    std::_Exit(static_cast<int>(ExitCode::journal));
  }
  if (json) {
    std::cout << end.result << '\n';
  } else if (end.state == "complete" && !quiet) {
    printNext(pipeline);
  }
  if (end.state == "paused" && quiet)
    std::cerr << "troupe: run " << run.id << " is paused: " << end.reason << "; go on with: troupe resume " << run.id
              << '\n';
  if (end.state == "failed" && quiet)
    std::cerr << "troupe: run " << run.id << ": " << end.reason << "; see: troupe runs show " << run.id << '\n';
  return exitCodeOf(end.state);
}

ExitCode resume(const std::string& name, const Arguments& arguments, const std::vector<config::Override>& changes) {
  Signals signals;
  const auto catalog = openCatalog(arguments);
  const auto journal = openJournal(arguments, true, "resume " + name);
  auto run = journal->findRun(name);
  pipeline::checkChanges(run, changes);
  if (!pipeline::canResume(run, changes)) {
    std::cerr << "troupe: run " << run.id << " is " << run.state << "; there is nothing to resume\n";
    return exitCodeOf(run.state);
  }
  config::CheckOptions check;
  check.secrets = !arguments.has("replay");
  check.prices = pricesFrom(arguments);
  auto going_on = pipeline::prepareResume(*journal, *catalog, std::move(run), changes, check);
  setConsole(going_on.pipeline, *catalog, arguments.has("quiet") || arguments.has("json"));
  return execute(going_on.pipeline, *catalog, *journal, going_on.run, signals, arguments, true);
}

// The newest run of this very pipeline that did not come to its end.
std::optional<std::string> unfinishedRun(const journal::Journal& journal, const std::string& hash) {
  for (const auto& run : journal.runs(100))
    if (run.pipeline_hash == hash && (run.state == "running" || run.state == "paused" || run.state == "queued"))
      return run.id;
  return std::nullopt;
}

ExitCode runPipeline(const Arguments& arguments) {
  arguments.expect(1, 1, "troupe run FILE [options]");
  const auto& file = arguments.positional()[0];
  auto signals = std::make_unique<Signals>();
  const auto catalog = openCatalog(arguments);
  config::CheckOptions options;
  options.base = std::filesystem::current_path();
  options.secrets = !arguments.has("replay");
  options.prices = pricesFrom(arguments);
  options.overrides = overridesFrom(arguments);
  for (auto& change : genreOverrides(arguments, file, *catalog)) options.overrides.push_back(std::move(change));
  auto pipeline = openPipeline(file, *catalog, options);
  if (arguments.has("dry-run")) return dryRun(pipeline, *catalog, arguments);
  if (arguments.has("resume")) {
    if (const auto unfinished = unfinishedRun(*openJournal(arguments, false, "run"), pipeline.hash)) {
      signals.reset();
      return resume(*unfinished, arguments, {});
    }
  }
  const auto journal = openJournal(arguments, true, "run " + file);
  const auto fresh = pipeline::newRun(pipeline, std::filesystem::absolute(file).string(), options);
  const auto run = journal->createRun(fresh);
  setConsole(pipeline, *catalog, arguments.has("quiet") || arguments.has("json"));
  return execute(pipeline, *catalog, *journal, run, *signals, arguments, false);
}

std::vector<OptionSpec> runOptions() {
  auto options = overrideOptions();
  const std::vector<OptionSpec> more = {
      {"resume", "", "go on with the newest unfinished run of this very pipeline, if there is one"},
      {"dry-run", "", "start nothing; print calls, size, tokens, cost and time as ranges"},
      {"quiet", "", "no view in the terminal"},
      {"json", "", "no view in the terminal; print the result as JSON at the end"},
      pricesOption(),
      cacheOption(),
      journalOption(),
      pluginPathOption()};
  for (const auto& some : {recordingOptions(), more}) options.insert(options.end(), some.begin(), some.end());
  return options;
}

}  // namespace

std::vector<Command> runCommands() {
  std::vector<Command> commands;
  commands.push_back({"run", "FILE [options]", "run a pipeline",
                      "Ctrl-C pauses: nothing new starts, calls in flight get 10 s, and how to go on is printed. A "
                      "second one ends at once.",
                      runOptions(), runPipeline});
  std::vector<OptionSpec> of_resume = {
      {"samples", "N", "run N samples in all"},
      {"in-flight", "N", "work on N samples at once"},
      {"set", "PATH=VALUE", "change run.samples, run.in_flight, budget or a node's limits (repeatable)"},
      {"quiet", "", "no view in the terminal"},
      {"json", "", "no view in the terminal; print the result as JSON at the end"},
      pricesOption(),
      cacheOption(),
      journalOption(),
      pluginPathOption()};
  for (auto& option : recordingOptions()) of_resume.push_back(std::move(option));
  commands.push_back({"resume", "RUN [options]", "go on with a run that was paused or interrupted",
                      "RUN is an id, the beginning of one, or `last`. The stored pipeline is used; samples, in_flight, "
                      "limits and the budget may be changed.",
                      std::move(of_resume), [](const Arguments& arguments) {
                        arguments.expect(1, 1, "troupe resume RUN");
                        return resume(arguments.positional()[0], arguments, overridesFrom(arguments));
                      }});
  return commands;
}

}  // namespace troupe::cli
