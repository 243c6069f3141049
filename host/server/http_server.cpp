#include "server/http_server.hpp"

#include <Poco/Exception.h>
#include <sys/socket.h>

#include <cmath>
#include <mutex>

#include "server/acceptor.hpp"
#include "server/gate.hpp"
#include "server/listening.hpp"
#include "server/own_routes.hpp"
#include "server/problem_json.hpp"

namespace troupe::server {
namespace {

using Clock = std::chrono::steady_clock;
using Level = ServerLog::Level;

WireLimits limitsOf(const ServerConfig::Limits& limits) {
  WireLimits wire;
  wire.head_bytes = limits.head_bytes;
  wire.body_bytes = limits.body_bytes;
  wire.head = std::chrono::seconds(limits.head_s);
  wire.body = std::chrono::seconds(limits.body_s);
  wire.stall = std::chrono::seconds(limits.stall_s);
  return wire;
}

}  // namespace

struct HttpServer::State {
  const ServerConfig config;
  Router& router;
  ServerLog& log;
  Metrics& metrics;
  const Hooks hooks;
  const Tuning tuning;
  const WireLimits limits;
  const Tokens tokens;
  Sessions sessions;
  FailedLogins failed;
  const Tickets tickets;
  ConnectionGuard guard;
  std::uint16_t port = 0;
  std::unique_ptr<Gate> gate;
  std::atomic<bool> is_ready{false}, draining{false}, stopping{false};
  std::atomic<std::uint64_t> refused{0};
  std::mutex stop_mutex;               // One stop() at a time.
  std::mutex beginning;                // Held until `acceptor` is there.
  std::unique_ptr<Acceptor> acceptor;  // Last: its threads use all above.

  State(ServerConfig given, Router& r, ServerLog& l, Metrics& m, Hooks h, Tuning t)
      : config(std::move(given)),
        router(r),
        log(l),
        metrics(m),
        hooks(std::move(h)),
        tuning(std::move(t)),
        limits(tuning.wire.value_or(limitsOf(config.limits))),
        tokens(config.tokens),
        sessions(tuning.now),
        failed(tuning.now),
        tickets(hooks.ticket_secret) {}

  std::vector<std::string> unready() const;
  void addRoutes();
  void serveConnection(const Poco::Net::StreamSocket& socket);
  bool serveNext(Wire& wire, bool first);
  void answerUnreadable(Wire& wire, const HttpError& error);
  void answer(Exchange& exchange);
  bool answerError(Exchange& exchange, const std::exception& error);
  void note(const Exchange& exchange, const std::string& route, Clock::time_point began);
  void refuse(const Poco::Net::StreamSocket& socket);
};

std::vector<std::string> HttpServer::State::unready() const {
  std::vector<std::string> reasons;
  if (!is_ready) reasons.emplace_back("the server is starting");
  if (draining) reasons.emplace_back("the server is about to stop");
  if (hooks.unready)
    for (auto& reason : hooks.unready()) reasons.push_back(std::move(reason));
  return reasons;
}

void HttpServer::State::addRoutes() {
  const auto the_gate = [this]() -> const Gate& { return *gate; };
  addSessionRoutes(router, tokens, sessions, failed, the_gate);
  if (hooks.run_exists && !hooks.ticket_secret.empty()) addTicketRoute(router, tickets, hooks.run_exists, the_gate);
  addSystemRoutes(router, metrics, [this] { return unready(); });
}

void HttpServer::State::serveConnection(const Poco::Net::StreamSocket& socket) {
  Wire wire(socket, guard, limits);
  try {
    bool first = true;
    while (serveNext(wire, first)) first = false;
  } catch (const Poco::Exception& error) {
    log.write(Level::debug, "a connection ended: " + error.displayText());
  } catch (const std::exception& error) {
    log.write(Level::debug, std::string("a connection ended: ") + error.what());
  }
  wire.close();
}

/// One request; whether the connection may have another.
bool HttpServer::State::serveNext(Wire& wire, bool first) {
  std::optional<RequestHead> head;
  try {
    if (!first && (stopping || (acceptor->waiting() > 0 && !wire.hasUnread()))) return false;
    head = wire.nextHead(first);
  } catch (const HttpError& error) {
    answerUnreadable(wire, error);
    return false;
  }
  if (!head) return false;
  std::optional<Exchange> exchange;
  try {
    exchange.emplace(wire, *head);
  } catch (const HttpError& error) {
    answerUnreadable(wire, error);
    return false;
  }
  exchange->reuseIf([this] { return !stopping && acceptor->waiting() == 0; });
  answer(*exchange);
  return exchange->reusable();
}

void HttpServer::State::answerUnreadable(Wire& wire, const HttpError& error) {
  RequestHead head;
  head.method = "-";
  head.target = "/";
  head.keep_alive = false;
  const auto began = Clock::now();
  Exchange exchange(wire, head);
  gate->dress(exchange);
  exchange.problem(error);
  note(exchange, "", began);
}

void HttpServer::State::answer(Exchange& exchange) {
  const auto began = Clock::now();
  std::string route;
  gate->dress(exchange);
  try {
    try {
      gate->serve(exchange, route);
      if (!exchange.answered()) throw std::logic_error("the handler of " + route + " gave no answer");
      exchange.finish();
    } catch (const std::exception& error) {
      if (!answerError(exchange, error)) exchange.forbidReuse();
    }
  } catch (...) {
    note(exchange, route, began);
    throw;  // The client is gone.
  }
  note(exchange, route, began);
}

/// False when it is too late: the answer has begun, and the client must see that it is cut.
bool HttpServer::State::answerError(Exchange& exchange, const std::exception& error) {
  const auto* poco = dynamic_cast<const Poco::Exception*>(&error);
  const auto words = poco != nullptr ? poco->displayText() : std::string(error.what());
  const auto told = toHttpError(error);
  if (told.status() >= 500 && dynamic_cast<const HttpError*>(&error) == nullptr)
    log.write(exchange.answered() ? Level::debug : Level::error,
              exchange.method() + " " + exchange.path() + ": " + words);
  if (exchange.answered()) return false;
  exchange.problem(told);
  return true;
}

void HttpServer::State::note(const Exchange& exchange, const std::string& route, Clock::time_point began) {
  const double seconds = std::chrono::duration<double>(Clock::now() - began).count();
  metrics.request(exchange.method(), route.empty() ? "none" : route, exchange.status(), seconds);
  if (!config.log.access || !log.shows(Level::info)) return;
  log.write(Level::info, "request",
            {{"client", gate->clientForLog(exchange)},
             {"user", exchange.principal().name.empty() ? "-" : exchange.principal().name},
             {"method", exchange.method()},
             {"path", exchange.base() + exchange.path()},
             {"status", static_cast<double>(exchange.status())},
             {"bytes", static_cast<double>(exchange.sent())},
             {"ms", std::round(seconds * 1e6) / 1e3}});
}

/// Without a thread for it there is no time for a handshake or for reading: what a plain client can be told is told.
void HttpServer::State::refuse(const Poco::Net::StreamSocket& socket) {
  static constexpr std::string_view kBusy =
      "HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nRetry-After: 1\r\nContent-Type: "
      "application/problem+json\r\n"
      "Cache-Control: no-store\r\nContent-Security-Policy: default-src 'none'; frame-ancestors "
      "'none'\r\nX-Content-Type-Options: nosniff\r\n"
      "Referrer-Policy: no-referrer\r\nX-Frame-Options: DENY\r\nContent-Length: 103\r\n\r\n"
      R"({"type":"about:blank","title":"Service Unavailable","status":503,"detail":"all connections are in use"})";
  ++refused;
  if (!config.tls.on()) {
    const auto fd = static_cast<int>(socket.impl()->sockfd());
    [[maybe_unused]] const auto sent = ::send(fd, kBusy.data(), kBusy.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    ::shutdown(fd, SHUT_WR);
  }
}

HttpServer::HttpServer(ServerConfig config, Router& router, ServerLog& log, Metrics& metrics, Hooks hooks,
                       Tuning tuning)
    : state_(std::make_unique<State>(std::move(config), router, log, metrics, std::move(hooks), std::move(tuning))) {
  state_->addRoutes();
}

HttpServer::HttpServer(ServerConfig config, Router& router, ServerLog& log, Metrics& metrics, Hooks hooks)
    : HttpServer(std::move(config), router, log, metrics, std::move(hooks), Tuning()) {}

HttpServer::~HttpServer() { stop(std::chrono::milliseconds(0)); }

void HttpServer::start() {
  auto& s = *state_;
  if (s.tokens.none() && !isLoopback(s.config.address))
    throw Failure(ExitCode::usage,
                  "other machines can reach " + s.config.address +
                      ", so a token is needed: add one to \"tokens\" of server.json, or listen on 127.0.0.1");
  auto socket = listenAs(s.config, s.log);
  s.port = socket.address().port();
  s.gate = std::make_unique<Gate>(s.config, s.port, s.router, s.tokens, s.sessions, s.tickets);
  Acceptor::Handlers handlers;
  handlers.serve = [&s](const Poco::Net::StreamSocket& connection) {
    { const std::lock_guard begun(s.beginning); }  // The first may come before the acceptor is noted.
    s.serveConnection(connection);
  };
  handlers.refuse = [&s](const Poco::Net::StreamSocket& connection) { s.refuse(connection); };
  handlers.crowded = [&s] { s.guard.endOneKept(); };
  const std::lock_guard begin(s.beginning);
  s.acceptor = std::make_unique<Acceptor>(socket, Acceptor::Options{s.config.limits.connections, s.tuning.queue},
                                          std::move(handlers));
}

void HttpServer::ready() { state_->is_ready = true; }

void HttpServer::drain() { state_->draining = true; }

bool HttpServer::stop(std::chrono::milliseconds limit) {
  auto& s = *state_;
  const std::lock_guard lock(s.stop_mutex);
  s.draining = s.stopping = true;
  if (!s.acceptor) return true;  // It never began.
  s.acceptor->stop();
  s.guard.endWaiting();
  const bool finished = s.acceptor->wait(Clock::now() + limit);
  if (finished) return true;
  s.guard.endAll();
  while (!s.acceptor->wait(Clock::now() + std::chrono::hours(1))) continue;
  return false;
}

std::uint16_t HttpServer::port() const { return state_->port; }

std::string HttpServer::url() const {
  auto host = state_->config.address;
  if (host == "0.0.0.0") host = "127.0.0.1";
  if (host == "::") host = "::1";
  if (host.find(':') != std::string::npos) host = '[' + host + ']';
  return (state_->config.tls.on() ? "https://" : "http://") + host + ':' + std::to_string(state_->port);
}

std::string HttpServer::publicUrl() const {
  return state_->config.public_url.empty() ? url() : state_->config.public_url;
}

const ServerConfig& HttpServer::config() const { return state_->config; }

}  // namespace troupe::server
