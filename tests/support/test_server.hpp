#pragma once

#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "server/http_server.hpp"
#include "support/http_client.hpp"

namespace troupe::test {

/// A server on a free port of loopback, with what it has logged.
class TestServer {
 public:
  /// `setup` adds routes before it listens.
  template <class Setup>
  explicit TestServer(Setup setup, server::ServerConfig config = {}, server::HttpServer::Hooks hooks = {},
                      server::HttpServer::Tuning tuning = {})
      : log({server::ServerLog::Level::debug, false},
            [this](std::string_view line) {
              const std::lock_guard lock(mutex_);
              lines_.emplace_back(line);
            }),
        http(onFreePort(std::move(config)), router, log, metrics, std::move(hooks), std::move(tuning)) {
    setup(router);
    http.start();
    http.ready();
  }
  TestServer() : TestServer([](server::Router&) {}) {}

  std::uint16_t port() const { return http.port(); }
  std::string host() const { return "127.0.0.1:" + std::to_string(port()); }
  RawClient connect() const { return RawClient(port()); }

  /// A whole request with a Host, and a length when there is a body; `headers` are lines that end with CRLF.
  std::string request(const std::string& method, const std::string& target, const std::string& headers = "",
                      const std::string& body = "") const {
    auto text = method + " " + target + " HTTP/1.1\r\nHost: " + host() + "\r\n" + headers;
    if (!body.empty())
      text += "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
    return text + "\r\n" + body;
  }
  /// On a connection of its own.
  HttpAnswer ask(const std::string& method, const std::string& target, const std::string& headers = "",
                 const std::string& body = "") const {
    return connect().ask(request(method, target, headers, body));
  }
  HttpAnswer get(const std::string& target, const std::string& headers = "") const {
    return ask("GET", target, headers);
  }
  HttpAnswer post(const std::string& target, const std::string& body, const std::string& headers = "") const {
    return ask("POST", target, headers, body);
  }

  std::string logged() const {
    const std::lock_guard lock(mutex_);
    std::string all;
    for (const auto& line : lines_) all += line;
    return all;
  }

 private:
  static server::ServerConfig onFreePort(server::ServerConfig config) {
    config.port = 0;
    return config;
  }
  mutable std::mutex mutex_;
  std::vector<std::string> lines_;

 public:
  server::Router router;
  server::ServerLog log;
  server::Metrics metrics;
  server::HttpServer http;
};

}  // namespace troupe::test
