#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "journal/journal.hpp"
#include "loader/catalog.hpp"
#include "pipeline/event_hub.hpp"
#include "server/http_server.hpp"
#include "server/run_manager.hpp"
#include "server/stream_hub.hpp"
#include "server/web_sink.hpp"

namespace troupe::test {

/// A whole server as `troupe serve` builds it: journal, runs, web sinks, HTTP.
class LiveServer {
 public:
  struct Options {
    std::filesystem::path folder;  ///< journal, cache, and what pipelines write
    server::ServerConfig config;   ///< `sinks` are made; port 0 unless set
    server::StreamHub::Options streams;
    std::chrono::milliseconds limit{10000};  ///< of the sinks
  };
  explicit LiveServer(Options options);
  /// Orderly.
  ~LiveServer();

  /// Begins a run of storytellers that write at a pace.
  journal::Run start(std::int64_t samples, int pace_ms, const std::string& more_nodes = "");
  void waitFor(const journal::Run& run, const std::string& state) const;
  void stop();
  std::uint16_t port() const { return http->port(); }
  std::vector<std::string> logged() const;

  std::unique_ptr<journal::Journal> journal;
  std::shared_ptr<pipeline::EventHub> events;
  std::unique_ptr<server::RunManager> manager;
  std::unique_ptr<server::StreamHub> streams;
  std::vector<std::unique_ptr<server::WebSink>> sinks;
  std::unique_ptr<server::HttpServer> http;
  server::Router router;

 private:
  const Options options_;
  loader::Catalog catalog_;
  server::Metrics metrics_;
  mutable std::mutex mutex_;  // Guards log_.
  std::vector<std::string> log_;
  server::ServerLog server_log_;
  journal::Registration feed_;
};

}  // namespace troupe::test
