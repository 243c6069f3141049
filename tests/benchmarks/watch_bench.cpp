#include <sys/resource.h>

#include <algorithm>
#include <map>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "benchmarks/bench.hpp"
#include "benchmarks/watchers.hpp"
#include "loader/catalog.hpp"
#include "server/live_server.hpp"
#include "server/run_manager.hpp"
#include "support/temp_dir.hpp"

// The whole way from a sample to who watches: engine, journal, hub, `sink.sse`, sockets.
namespace troupe::bench {
namespace {

// One story after another, 50 ms each: about 20 samples a second, and no slack in which a delay could hide.
std::string pacedPipeline(int samples) {
  return R"({"name": "paced", "run": {"samples": )" + std::to_string(samples) +
         R"(, "in_flight": 1, "seed": 1}, "nodes": {
    "genres": {"type": "troupe.prompts.genres"},
    "marlow": {"type": "troupe.provider.storyteller", "inputs": ["genres"],
               "options": {"voice": "marlow", "pace_ms": 50}},
    "craft": {"type": "troupe.scorer.text", "inputs": ["marlow"]},
    "vote": {"type": "troupe.selector.best", "inputs": ["craft"]},
    "good": {"type": "troupe.filter.threshold", "inputs": ["vote"]},
    "stories": {"type": "troupe.store.sqlite", "inputs": ["good"], "options": {"path": "stories.db"}}}})";
}

struct Watched {
  double seconds = 0;              ///< of the run
  double cpu_seconds = 0;          ///< of the host meanwhile
  std::uint64_t received = 0;      ///< events, all watchers
  std::vector<double> to_wire_ms;  ///< from an event's commit until the first watcher had read it
};

Watched watch(int samples, int watchers) {
  const test::TempDir folder;
  Watchers crowd(watchers);  // Before there is any thread.
  auto where = loader::defaultCatalogOptions({TROUPE_PLUGIN_DIR});
  where.cache = folder / "cache";
  where.program = TROUPE_PROGRAM;
  loader::Catalog catalog(std::move(where));
  journal::JournalOptions journal_options;
  journal_options.file = folder / "journal.db";
  journal_options.write = true;
  journal::Journal journal(journal_options);
  std::map<std::int64_t, Clock::time_point>
      committed;  // On the journal's thread; looked at when it has ended its work.
  const auto hub = std::make_shared<pipeline::EventHub>();
  const auto feed = journal.onEvent([&](const journal::Event& event) {
    committed[event.id] = Clock::now();
    hub->publish(event);
  });
  server::RunManager runs(catalog, journal, hub, {});
  server::ServerConfig config;
  config.port = 0;
  config.data = folder / "data";
  config.sinks.push_back({"events", "troupe.sink.sse", "{}", {}});
  config.limits.subscribers = config.limits.subscribers_per_address = static_cast<std::size_t>(watchers) + 1;
  config.limits.connections = watchers + 16;
  server::ServerLog log({server::ServerLog::Level::error, false});
  server::LiveServer server(config, {catalog, journal, hub, runs, log, {}});
  server.start();
  const auto url = server.url();
  if (watchers > 0) crowd.connect(static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1))));

  Watched watched;
  server::RunManager::Order order;
  order.pipeline_text = pacedPipeline(samples);
  order.file = "paced.json";
  order.check.base = folder.path();
  const auto cpu = cpuSeconds();
  const auto began = Clock::now();
  const auto run = runs.start(order).run;
  while (runs.active() > 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  watched.seconds = secondsSince(began);
  watched.cpu_seconds = cpuSeconds() - cpu;
  if (const auto state = runs.state(journal.findRun(run.id)); state != "complete")
    throw std::runtime_error("the run is " + state);
  journal.flush();
  if (!server.stop()) throw std::runtime_error("the server has not ended");
  if (watchers > 0) watched.received = crowd.finish().received;
  const auto events = static_cast<std::uint64_t>(committed.size());
  if (watched.received != events * static_cast<std::uint64_t>(watchers))
    throw std::runtime_error(std::to_string(events) + " events to each of " + std::to_string(watchers) +
                             " watchers were due, " + std::to_string(watched.received) + " came");
  for (const auto& [row, read_ns] : crowd.read())
    watched.to_wire_ms.push_back(
        static_cast<double>(
            read_ns -
            std::chrono::duration_cast<std::chrono::nanoseconds>(committed.at(row).time_since_epoch()).count()) /
        1e6);
  std::sort(watched.to_wire_ms.begin(), watched.to_wire_ms.end());
  return watched;
}

}  // namespace

void watchBench() {
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
  constexpr int kSamples = 200;
  const auto one = watch(kSamples, 1);
  const auto at = [&](double part) {
    return one.to_wire_ms[static_cast<std::size_t>(part * static_cast<double>(one.to_wire_ms.size() - 1))];
  };
  report("1 watcher: from the commit to its read, median, p99", text(at(0.5), 3) + " ms, " + text(at(0.99), 3) + " ms",
         "median under 1 ms");
  // The best of several, in turns, so that what else the machine does strikes both.
  Watched alone, watched;
  for (int round = 0; round < 3; ++round) {
    const auto keep = [round](Watched& best, const Watched& next) {
      if (round == 0 || next.seconds < best.seconds) best = next;
    };
    keep(alone, watch(kSamples, 0));
    keep(watched, watch(kSamples, 1000));
  }
  report("a run of 20 samples/s, nobody watches", text(kSamples / alone.seconds, 2) + " samples/s", "");
  report("  1,000 watch, " + std::to_string(watched.received) + " deliveries",
         text(kSamples / watched.seconds, 2) + " samples/s", "");
  report("  what they cost the run", text((watched.seconds / alone.seconds - 1) * 100, 1) + " %", "less than 5 %");
  report("  CPU of the host, without and with them",
         text(alone.cpu_seconds, 2) + " s, " + text(watched.cpu_seconds, 2) + " s", "");
}

}  // namespace troupe::bench
