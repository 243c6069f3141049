#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/credentials.hpp"
#include "server/metrics.hpp"
#include "server/router.hpp"
#include "server/server_config.hpp"
#include "server/server_log.hpp"
#include "server/wire.hpp"

namespace troupe::server {

/// The host's HTTP server: listens, reads, lets through who may, hands to the router's handlers, logs and counts.
class HttpServer {
 public:
  struct Hooks {
    std::string ticket_secret;  ///< stays the same over restarts; empty: there are no tickets
    std::function<bool(const std::string& run_id)> run_exists;  ///< null: there are no tickets
    std::function<std::vector<std::string>()> unready;  ///< why /readyz should be false, in sentences; null: never
  };
  /// For tests: limits that the configuration does not name.
  struct Tuning {
    std::optional<WireLimits> wire;
    std::size_t queue = 256;  ///< connections that wait for a thread; more are refused
    SteadyNow now = std::chrono::steady_clock::now;
  };

  /// Adds its own routes to the router: session, tickets, /healthz, /readyz, /metrics. All given outlive it.
  HttpServer(ServerConfig config, Router& router, ServerLog& log, Metrics& metrics, Hooks hooks, Tuning tuning);
  HttpServer(ServerConfig config, Router& router, ServerLog& log, Metrics& metrics, Hooks hooks = {});
  /// Stops at once, but for handlers that are under way.
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  /// Listens. Throws Failure(usage) with a sentence: the address cannot be had, needs a token, TLS files that do not
  /// fit. Once.
  void start();
  /// From now on /readyz is true, unless a hook knows better. Before, the server is "starting". [any thread]
  void ready();
  /// From now on /readyz is false: about to stop. [any thread]
  void drain();
  /// No new connections; requests under way are finished, at most until `limit` has passed, then their connections are
  /// cut. Whether all were finished. [any thread but a handler's]
  bool stop(std::chrono::milliseconds limit);

  std::uint16_t port() const;
  /// "http://127.0.0.1:7878", as reached from this machine.
  std::string url() const;
  /// public_url, else url().
  std::string publicUrl() const;
  const ServerConfig& config() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace troupe::server
