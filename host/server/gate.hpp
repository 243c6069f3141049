#pragma once

#include <string>

#include "server/credentials.hpp"
#include "server/origins.hpp"
#include "server/router.hpp"
#include "server/tickets.hpp"

namespace troupe::server {

inline constexpr std::string_view kSessionCookie = "troupe_session";

/// What stands before every handler: whose host, which page, who asks, and may they.
class Gate {
 public:
  /// All outlive it. `port`: the one that is listened on.
  Gate(const ServerConfig& config, std::uint16_t port, const Router& router, const Tokens& tokens, Sessions& sessions,
       const Tickets& tickets);

  /// Sets the headers that every answer has; first of all, and for requests that cannot be read too. [any thread, like
  /// all below]
  void dress(Exchange& exchange) const;
  /// Answers the request through its route's handler. Throws HttpError when it may not, and what the handler throws.
  /// `route` is set to the pattern.
  void serve(Exchange& exchange, std::string& route) const;

  /// Id of the browser's session, or "".
  static std::string sessionId(const Exchange& exchange);
  /// Whether the client speaks TLS, with us or with the proxy before us.
  bool secure(const Exchange& exchange) const;
  /// Address as the client knows it: "https://example.org/troupe".
  std::string publicBase(const Exchange& exchange) const;
  /// Who asks, for the log: behind a proxy on this machine, the client that it names.
  std::string clientForLog(const Exchange& exchange) const;

 private:
  void checkHost(const Exchange& exchange) const;
  void placeBelow(Exchange& exchange) const;
  void allowOrigin(Exchange& exchange) const;
  void answerOptions(Exchange& exchange) const;
  void checkWrite(const Exchange& exchange) const;
  Principal principal(const Exchange& exchange, const Route& route) const;
  void authorize(Exchange& exchange, const Route& route) const;

  const ServerConfig& config_;
  const Router& router_;
  const Tokens& tokens_;
  Sessions& sessions_;
  const Tickets& tickets_;
  const Origins origins_;
};

}  // namespace troupe::server
