#include "server/gate.hpp"

#include <Poco/Exception.h>
#include <Poco/Net/IPAddress.h>

#include <algorithm>

#include "server/security_headers.hpp"
#include "server/wire.hpp"
#include "support/unix_time.hpp"

namespace troupe::server {
namespace {

constexpr const char* kMethods[] = {"DELETE", "GET", "HEAD", "PATCH", "POST", "PUT"};

bool changesState(std::string_view method) { return method != "GET" && method != "HEAD" && method != "OPTIONS"; }

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

/// Neither is what a form can send without asking first.
bool isJsonType(std::string_view content_type) {
  const auto type = lowered(trimmed(content_type.substr(0, content_type.find(';'))));
  return type == "application/json" || (type.compare(0, 12, "application/") == 0 && type.size() > 17 &&
                                        type.compare(type.size() - 5, 5, "+json") == 0);
}

std::string bearer(const Exchange& exchange) {
  const auto header = exchange.header("authorization");
  return lowered(header.substr(0, 7)) == "bearer " ? std::string(trimmed(std::string_view(header).substr(7))) : "";
}

}  // namespace

Gate::Gate(const ServerConfig& config, std::uint16_t port, const Router& router, const Tokens& tokens,
           Sessions& sessions, const Tickets& tickets)
    : config_(config),
      router_(router),
      tokens_(tokens),
      sessions_(sessions),
      tickets_(tickets),
      origins_(config, port) {}

void Gate::dress(Exchange& exchange) const {
  placeBelow(exchange);
  auto headers = securityHeaders(exchange.path(), config_.frame_ancestors);
  exchange.setCommonHeaders(std::move(headers.common));
  exchange.setHtmlPolicy(std::move(headers.html_policy));
}

/// The public prefix may have been taken off by the proxy, or not.
void Gate::placeBelow(Exchange& exchange) const {
  const auto& prefix = origins_.publicUrl().prefix;
  if (prefix.empty()) return;
  const auto& path = exchange.path();
  const bool below =
      path.compare(0, prefix.size(), prefix) == 0 && (path.size() == prefix.size() || path[prefix.size()] == '/');
  if (below || origins_.throughPublic(exchange.authority())) exchange.setBase(prefix);
  if (!below) return;
  auto rest = path.substr(prefix.size());
  exchange.setPath(rest.empty() ? "/" : std::move(rest));
}

void Gate::serve(Exchange& exchange, std::string& route) const {
  checkHost(exchange);
  allowOrigin(exchange);
  if (exchange.method() == "OPTIONS") return answerOptions(exchange);

  auto match = router_.match(exchange.method(), exchange.path());
  if (!match.route) {
    if (match.allowed.empty()) throw HttpError(404, "there is nothing at " + exchange.path());
    match.allowed.push_back("OPTIONS");
    throw HttpError(405, exchange.path() + " does not take " + exchange.method(), {},
                    {{"Allow", joined(match.allowed)}});
  }
  route = match.route->pattern;
  exchange.setParams(std::move(match.params));
  if (changesState(exchange.method())) checkWrite(exchange);
  authorize(exchange, *match.route);
  match.route->handle(exchange);
}

void Gate::checkHost(const Exchange& exchange) const {
  std::string local;
  try {
    local = exchange.wire().socket().address().host().toString();
  } catch (const Poco::Exception&) {
    // Nobody will read the answer.
  }
  if (!origins_.ownHost(exchange.authority(), local))
    throw HttpError(421, "this server does not answer for the host \"" + exchange.authority() +
                             "\"; \"hosts\" of its configuration lists further ones");
}

void Gate::allowOrigin(Exchange& exchange) const {
  if (!origins_.anyListed()) return;
  auto headers = exchange.commonHeaders();
  headers.emplace_back("Vary", "Origin");
  const auto origin = exchange.header("origin");
  if (!origin.empty() && origins_.listed(origin)) {
    headers.emplace_back("Access-Control-Allow-Origin", origin);
    headers.emplace_back("Access-Control-Allow-Credentials", "true");
    headers.emplace_back("Access-Control-Expose-Headers", "ETag, Location, Retry-After");
  }
  exchange.setCommonHeaders(std::move(headers));
}

void Gate::answerOptions(Exchange& exchange) const {
  std::vector<std::string> allowed;
  for (const auto* method : kMethods)
    if (exchange.path() == "*" || router_.match(method, exchange.path()).route) allowed.emplace_back(method);
  if (allowed.empty()) throw HttpError(404, "there is nothing at " + exchange.path());
  allowed.emplace_back("OPTIONS");
  if (exchange.header("access-control-request-method").empty())
    return exchange.empty(204, {{"Allow", joined(allowed)}});
  const auto origin = exchange.header("origin");
  if (!origins_.listed(origin))
    throw HttpError(
        403, "pages of " + (origin.empty() ? "no origin" : origin) + " may not call; \"origins\" lists those that may");
  exchange.empty(204, {{"Access-Control-Allow-Methods", joined(allowed)},
                       {"Access-Control-Allow-Headers",
                        "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Last-Event-ID"},
                       {"Access-Control-Max-Age", "600"}});
}

void Gate::checkWrite(const Exchange& exchange) const {
  const auto origin = exchange.header("origin");
  if (!origin.empty() && !origins_.own(origin, exchange.authority()) && !origins_.listed(origin))
    throw HttpError(403, "pages of " + origin + " may not change anything here; \"origins\" lists those that may");
  if (exchange.head().hasBody() && !isJsonType(exchange.header("content-type")))
    throw HttpError(415, "a body is sent as Content-Type: application/json");
}

std::string Gate::sessionId(const Exchange& exchange) {
  const auto header = exchange.header("cookie");
  for (std::string_view rest = header; !rest.empty();) {
    const auto pair = rest.substr(0, rest.find_first_of(";,"));
    rest.remove_prefix(std::min(rest.size(), pair.size() + 1));
    const auto equals = pair.find('=');
    if (equals != std::string_view::npos && trimmed(pair.substr(0, equals)) == kSessionCookie)
      return std::string(trimmed(pair.substr(equals + 1)));
  }
  return "";
}

Principal Gate::principal(const Exchange& exchange, const Route& route) const {
  if (tokens_.none()) return {"local", Right::operate, {}};
  if (const auto token = bearer(exchange); !token.empty()) return tokens_.find(token).value_or(Principal());
  if (const auto id = sessionId(exchange); !id.empty())
    if (auto known = sessions_.find(id)) return *known;
  if (const auto ticket = exchange.query("ticket"); ticket && route.ticket) {
    auto run = exchange.param("run");
    if (!run.empty() && tickets_.good(*ticket, run, unixMs() / 1000)) return {"ticket", Right::watch, std::move(run)};
  }
  return {};
}

void Gate::authorize(Exchange& exchange, const Route& route) const {
  auto who = principal(exchange, route);
  if (who.right < route.right) {
    if (who.right != Right::none) throw HttpError(403, "\"" + who.name + "\" may watch, but not operate");
    const bool ticket = exchange.query("ticket").has_value();
    throw HttpError(401,
                    ticket ? "the ticket is not for this, or it has expired"
                           : "a token is needed, as \"Authorization: Bearer\" or by logging in",
                    {}, {{"WWW-Authenticate", "Bearer realm=\"troupe\""}});
  }
  exchange.setPrincipal(std::move(who));
}

bool Gate::secure(const Exchange& exchange) const {
  return config_.tls.on() || (origins_.publicUrl().scheme == "https" && origins_.throughPublic(exchange.authority()));
}

std::string Gate::publicBase(const Exchange& exchange) const {
  return (secure(exchange) ? "https://" : "http://") + exchange.authority() + exchange.base();
}

std::string Gate::clientForLog(const Exchange& exchange) const {
  auto peer = exchange.clientAddress();
  const auto forwarded = exchange.header("x-forwarded-for");
  Poco::Net::IPAddress address;
  if (forwarded.empty() || config_.public_url.empty() || !Poco::Net::IPAddress::tryParse(peer, address) ||
      !address.isLoopback())
    return peer;
  return std::string(trimmed(std::string_view(forwarded).substr(forwarded.rfind(',') + 1)));
}

}  // namespace troupe::server
