#include "server/live_server.hpp"

#include <troupe/troupe.h>

#include <algorithm>
#include <atomic>
#include <utility>
#include <vector>

#include "server/api.hpp"
#include "server/auto_train.hpp"
#include "server/http_server.hpp"
#include "server/metrics.hpp"
#include "server/pipeline_store.hpp"
#include "server/router.hpp"
#include "server/snapshot.hpp"
#include "server/stream_hub.hpp"
#include "server/web_sink.hpp"

namespace troupe::server {
namespace {

StreamHub::Options streamOptions(const ServerConfig& config) {
  StreamHub::Options options;
  options.subscribers = config.limits.subscribers;
  options.per_address = config.limits.subscribers_per_address;
  options.stall = std::chrono::seconds(config.limits.stall_s);
  return options;
}

ServerLog::Level levelOf(int level) {
  switch (level) {
    case TROUPE_ERROR:
      return ServerLog::Level::error;
    case TROUPE_WARNING:
      return ServerLog::Level::warning;
    case TROUPE_DEBUG:
      return ServerLog::Level::debug;
    default:
      return ServerLog::Level::info;
  }
}

}  // namespace

// In the order of making; each is used by those after it only.
struct LiveServer::State {
  State(ServerConfig config_, Parts parts_)
      : config(std::move(config_)),
        parts(std::move(parts_)),
        streams(streamOptions(config)),
        pipelines(config.data / "pipelines"),
        api{parts.catalog, parts.journal, parts.runs, pipelines, config},
        auto_train({parts.catalog, parts.journal, parts.runs, streams, config, parts.hub}),
        counting(parts.journal.onEvent([this](const journal::Event& event) { count(event); })),
        http(config, router, parts.log, metrics, hooks()) {
    addApiRoutes(router, api);
    if (!config.auto_train.empty()) auto_train.addRoute(router);
    addFigures();
    for (const auto& node : config.sinks) sinks.push_back(makeSink(node));
  }

  // What has not been stopped: the hub's threads call the sinks.
  ~State() {
    streams.shutdown(std::chrono::milliseconds(0));
    http.stop(std::chrono::milliseconds(0));
  }

  HttpServer::Hooks hooks() {
    HttpServer::Hooks hooks;
    hooks.ticket_secret = parts.journal.secret("tickets");
    hooks.run_exists = [this](const std::string& id) {
      try {
        return parts.journal.findRun(id).id == id;
      } catch (const Failure&) {
        return false;
      }
    };
    hooks.unready = [this] {
      std::vector<std::string> reasons;
      if (const auto broken = parts.runs.broken()) reasons.push_back(*broken);
      return reasons;
    };
    return hooks;
  }

  std::unique_ptr<WebSink> makeSink(const ServerConfig::SinkNode& node) {
    WebSink::Options options;
    options.snapshot = [this](journal::RunKey run) {
      return snapshotEvent(parts.runs, parts.journal, run == 0 ? std::nullopt : parts.journal.run(run));
    };
    options.log = [this](int level, const std::string& name, std::string_view message) {
      parts.log.write(levelOf(level), message, {{"sink", name}});
    };
    options.network = parts.network;
    return std::make_unique<WebSink>(node, parts.catalog, parts.journal, parts.hub, streams, router,
                                     std::move(options));
  }

  // On the journal's thread. Quotes inside of texts are escaped, so this finds the member and nothing else.
  void count(const journal::Event& event) {
    if (event.type != "sample") return;
    (event.json.find("\"ok\":true") != std::string::npos ? successful : failed).fetch_add(1, std::memory_order_relaxed);
  }

  void addFigures() {
    addProcessMetrics(metrics);
    metrics.gauge("troupe_runs_active", "Runs that are under way.",
                  [this] { return static_cast<double>(parts.runs.active()); });
    metrics.gauge("troupe_runs_queued", "Runs that wait for a place.",
                  [this] { return static_cast<double>(parts.runs.queued()); });
    metrics.add(
        Metrics::Kind::counter, "troupe_samples_total", "Samples settled since the start, by their outcome.", [this] {
          return std::vector<Metrics::Sample>{{{{"outcome", "successful"}}, static_cast<double>(successful.load())},
                                              {{{"outcome", "failed"}}, static_cast<double>(failed.load())}};
        });
    metrics.gauge("troupe_stream_subscribers", "Open event streams.",
                  [this] { return static_cast<double>(streams.figures().subscribers); });
    const auto counter = [this](const char* name, const char* help, std::uint64_t StreamHub::Figures::*figure) {
      metrics.counter(name, help, [this, figure] { return static_cast<double>(streams.figures().*figure); });
    };
    counter("troupe_stream_frames_total", "Frames given to event streams.", &StreamHub::Figures::frames);
    counter("troupe_stream_deliveries_total", "Frames sent to subscribers.", &StreamHub::Figures::deliveries);
    counter("troupe_stream_sent_bytes_total", "Bytes sent to subscribers.", &StreamHub::Figures::bytes);
    counter("troupe_stream_dropped_total", "Subscribers closed because they took nothing.",
            &StreamHub::Figures::dropped_stalled);
    counter("troupe_stream_replays_total", "Pages of events read back from the journal.", &StreamHub::Figures::replays);
  }

  const ServerConfig config;
  const Parts parts;
  Metrics metrics;
  Router router;
  StreamHub streams;
  PipelineStore pipelines;
  const Api api;
  AutoTrain auto_train;
  std::atomic<std::uint64_t> successful{0}, failed{0};
  journal::Registration counting;
  HttpServer http;
  std::vector<std::unique_ptr<WebSink>> sinks;
};

LiveServer::LiveServer(ServerConfig config, Parts parts)
    : state_(std::make_unique<State>(std::move(config), std::move(parts))) {}
LiveServer::~LiveServer() = default;

void LiveServer::start() {
  state_->http.start();
  state_->http.ready();
}

void LiveServer::drain() { state_->http.drain(); }

bool LiveServer::stop(std::chrono::milliseconds limit) {
  drain();
  const auto until = std::chrono::steady_clock::now() + limit;
  const auto left = [&] {
    return std::max(std::chrono::milliseconds(200),
                    std::chrono::duration_cast<std::chrono::milliseconds>(until - std::chrono::steady_clock::now()));
  };
  state_->auto_train.stop();
  bool whole = true;
  for (const auto& sink : state_->sinks) {
    if (const auto missing = sink->stop(left()); missing > 0)
      state_->parts.log.write(ServerLog::Level::warning,
                              "a sink of the server did not take " + std::to_string(missing) + " events");
    whole = whole && !sink->abandoned();
  }
  state_->streams.shutdown(left());
  state_->http.stop(left());
  return whole;
}

std::string LiveServer::url() const { return state_->http.url(); }
std::string LiveServer::publicUrl() const { return state_->http.publicUrl(); }

}  // namespace troupe::server
