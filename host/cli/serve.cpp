#include <sys/resource.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <future>
#include <iostream>
#include <memory>
#include <mutex>
#include <utility>

#include "cli/command.hpp"
#include "cli/common.hpp"
#include "cli/signals.hpp"
#include "config/json_text.hpp"
#include "config/secrets.hpp"
#include "config/text_file.hpp"
#include "pipeline/upstream.hpp"
#include "server/live_server.hpp"
#include "server/run_manager.hpp"
#include "support/paths.hpp"

namespace troupe::cli {
namespace {

constexpr const char* kEvents = "troupe.sink.sse";  // What a server has when its configuration names no sinks.

/// Why the server has to end: the first that says so counts.
class Ending {
 public:
  enum class Why { asked, journal };
  void say(Why why, const std::string& text) {
    const std::lock_guard lock(mutex_);
    if (std::exchange(said_, true)) return;
    promise_.set_value({why, text});
  }
  std::pair<Why, std::string> wait() { return promise_.get_future().get(); }

 private:
  std::mutex mutex_;
  bool said_ = false;
  std::promise<std::pair<Why, std::string>> promise_;
};

server::ServerOverrides serverOverrides(const Arguments& arguments) {
  server::ServerOverrides overrides;
  if (arguments.has("listen")) overrides.listen = arguments.get("listen");
  if (arguments.has("data")) overrides.data = arguments.get("data");
  if (arguments.has("public-url")) overrides.public_url = arguments.get("public-url");
  if (arguments.has("token-secret")) overrides.token = arguments.get("token-secret");
  if (arguments.has("log-level")) overrides.log_level = arguments.get("log-level");
  if (arguments.has("log-json")) overrides.log_json = true;
  return overrides;
}

// Every watcher is a descriptor: as many as this process may have.
void raiseDescriptorLimit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

// The run that the command line names: its file may do what a file of the user may.
void beginRun(server::RunManager& runs, const std::string& file) {
  server::RunManager::Order order;
  std::vector<Problem> problems;
  auto text = config::readTextFile(file, config::kMaxBytes, problems);
  if (!text) throw Problems(ExitCode::invalid_pipeline, file, std::move(problems));
  order.pipeline_text = std::move(*text);
  order.file = std::filesystem::absolute(file).string();
  order.check.base = std::filesystem::current_path();
  const auto started = runs.start(order);
  std::cout << "Run " << started.run.id << " of " << file << " has begun" << std::endl;
}

void tellInterrupted(const server::RunManager& runs, const server::LiveServer& server) {
  for (const auto& run : runs.interrupted())
    std::cout << "Run " << run.id << " was interrupted; go on with it: curl -X POST " << server.url() << "/api/v1/runs/"
              << run.id << "/resume (or start with --resume)" << std::endl;
}

ExitCode serve(const Arguments& arguments) {
  arguments.expect(0, 1, "troupe serve [FILE] [options]");
  Signals signals;  // Before any other thread.
  raiseDescriptorLimit();
  const auto catalog = openCatalog(arguments);
  auto config = server::loadServerConfig(arguments.get("config"), *catalog, serverOverrides(arguments));
  if (config.sinks.empty() && catalog->find(kEvents) != nullptr) config.sinks.push_back({"events", kEvents, "{}", {}});
  server::ServerLog log({server::ServerLog::levelFrom(config.log.level), config.log.json});
  const auto journal = openJournal(arguments, true, "serve");

  const auto hub = std::make_shared<pipeline::EventHub>();
  hub->startAfter(journal->head());
  const auto feed = journal->onEvent([hub](const journal::Event& event) { hub->publish(event); });
  Ending ending;
  const auto failing =
      journal->onFailure([&](const std::string& message) { ending.say(Ending::Why::journal, message); });

  server::RunManager::Options options;
  options.at_once = config.runs.at_once;
  options.queue = config.runs.queue;
  options.resume_interrupted = config.runs.resume || arguments.has("resume");
  options.confinement = server::confinementOf(config);
  options.engine.network = network();
  options.engine.cache = paths::answers();
  options.engine.upstreams = std::make_shared<pipeline::Upstreams>();
  options.confined_network = {options.engine.network.http, std::make_shared<config::Secrets>(config.secrets, false),
                              true, config.private_hosts};
  server::RunManager runs(*catalog, *journal, hub, options);
  server::LiveServer server(config, {*catalog, *journal, hub, runs, log, options.engine.network});
  server.start();
  std::cout << "Listening on " << server.url() << std::endl;
  if (server.publicUrl() != server.url()) std::cout << "Known as " << server.publicUrl() << std::endl;
  tellInterrupted(runs, server);
  signals.listen([&](const std::string& name) { ending.say(Ending::Why::asked, name); },
                 "troupe: the server was ended at once; its runs can be resumed\n");
  if (!arguments.positional().empty()) beginRun(runs, arguments.positional()[0]);

  const auto [why, text] = ending.wait();
  log.write(server::ServerLog::Level::info, "stopping: " + text);
  server.drain();
  runs.stop(why == Ending::Why::asked ? "the server was stopped by " + text : text);
  const bool whole = server.stop();
  signals.silence();
  const auto code = why == Ending::Why::journal ? ExitCode::journal : ExitCode::complete;
  if (why == Ending::Why::journal)
    std::cerr << "troupe: " << text
              << "\ntroupe: what was announced is safe; when there is room again, start the server again" << std::endl;
  if (!whole || runs.abandoned() > 0) {
    // A thread is still inside a plugin: what it holds must not be torn down under it.
    std::cout.flush();
    std::_Exit(static_cast<int>(code));
  }
  return code;
}

}  // namespace

std::vector<Command> serveCommands() {
  std::vector<Command> commands;
  commands.push_back(
      {"serve",
       "[FILE] [options]",
       "serve runs, event streams and pages over HTTP",
       "Begins a run of FILE when one is given. Listens on loopback unless the configuration has tokens. "
       "SIGTERM or Ctrl-C pauses the runs, says goodbye to watchers and ends; a second one ends at once.",
       {{"config", "FILE", "server.json: sinks, tokens, TLS, limits (docs/server.md)"},
        {"listen", "HOST:PORT", "where to listen (127.0.0.1:7878); port 0 takes any free one"},
        {"data", "DIR", "root of pipelines and of what they write ($XDG_DATA_HOME/troupe)"},
        {"public-url", "URL", "how clients reach it behind a proxy, with a path prefix if there is one"},
        {"resume", "", "go on at once with the runs that a crash interrupted"},
        {"log-level", "LEVEL", "debug, info, warning or error (info)"},
        {"log-json", "", "log JSON, a line each"},
        journalOption(),
        pluginPathOption()},
       serve});
  return commands;
}

}  // namespace troupe::cli
