#include "host/web/live_server.hpp"

#include <stdexcept>
#include <thread>
#include <utility>

#include "server/snapshot.hpp"

namespace troupe::test {
namespace {

loader::CatalogOptions catalogIn(const std::filesystem::path& folder) {
  return {{TROUPE_WEB_PLUGIN_DIR, TROUPE_PLUGIN_DIR}, folder / "cache", {}, {}};
}

journal::JournalOptions journalIn(const std::filesystem::path& folder) {
  journal::JournalOptions options;
  options.file = folder / "journal.db";
  options.write = true;
  return options;
}

}  // namespace

LiveServer::LiveServer(Options options)
    : options_(std::move(options)), catalog_(catalogIn(options_.folder)), server_log_({}, [](std::string_view) {}) {
  journal = std::make_unique<journal::Journal>(journalIn(options_.folder));
  events = std::make_shared<pipeline::EventHub>();
  feed_ = journal->onEvent([hub = events](const journal::Event& event) { hub->publish(event); });
  streams = std::make_unique<server::StreamHub>(options_.streams);
  server::RunManager::Options runs;
  runs.resume_interrupted = options_.config.runs.resume;
  runs.engine.pause_drain = std::chrono::seconds(2);
  manager = std::make_unique<server::RunManager>(catalog_, *journal, events, runs);
  server::WebSink::Options sink;
  sink.limit = options_.limit;
  sink.snapshot = [this](journal::RunKey key) {
    return server::snapshotEvent(*manager, *journal, key == 0 ? std::nullopt : journal->run(key));
  };
  sink.log = [this](int, const std::string& node, std::string_view message) {
    const std::lock_guard lock(mutex_);
    log_.push_back(node + ": " + std::string(message));
  };
  for (const auto& node : options_.config.sinks)
    sinks.push_back(std::make_unique<server::WebSink>(node, catalog_, *journal, events, *streams, router, sink));
  server::HttpServer::Hooks hooks;
  hooks.ticket_secret = journal->secret("tickets");
  hooks.run_exists = [this](const std::string& id) {
    for (const auto& run : journal->runs())
      if (run.id == id) return true;
    return false;
  };
  http = std::make_unique<server::HttpServer>(options_.config, router, server_log_, metrics_, std::move(hooks));
  http->start();
  http->ready();
}

LiveServer::~LiveServer() { stop(); }

void LiveServer::stop() {
  if (!http) return;
  http->drain();
  manager->stop("the server stops");
  for (const auto& sink : sinks) sink->stop(std::chrono::seconds(2));
  streams->shutdown(std::chrono::seconds(2));
  http->stop(std::chrono::seconds(2));
  http.reset();
  sinks.clear();
  streams.reset();
  manager.reset();
  feed_.reset();
  events->close();
  journal.reset();
}

journal::Run LiveServer::start(std::int64_t samples, int pace_ms, const std::string& more_nodes) {
  const auto voice = [&](const std::string& name) {
    return "\"" + name + R"(":{"type":"troupe.provider.storyteller","inputs":["genres"],"options":{"voice":")" + name +
           R"(","pace_ms":)" + std::to_string(pace_ms) + "}}";
  };
  server::RunManager::Order order;
  order.file = "stories.json";
  order.check.base = options_.folder;
  order.pipeline_text = R"({"name":"stories","run":{"samples":)" + std::to_string(samples) +
                        R"(,"in_flight":1,"seed":7},"nodes":{"genres":{"type":"troupe.prompts.genres"},)" +
                        voice("wren") + "," + voice("quill") +
                        R"(,"craft":{"type":"troupe.scorer.text","inputs":["wren","quill"]},)"
                        R"("vote":{"type":"troupe.selector.best","inputs":["craft"]})" +
                        more_nodes + "}}";
  return manager->start(order).run;
}

void LiveServer::waitFor(const journal::Run& run, const std::string& state) const {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (manager->state(*journal->run(run.key)) != state) {
    if (std::chrono::steady_clock::now() > end) throw std::runtime_error("the run does not become " + state);
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
}

std::vector<std::string> LiveServer::logged() const {
  const std::lock_guard lock(mutex_);
  return log_;
}

}  // namespace troupe::test
