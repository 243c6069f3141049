#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "server/server_config.hpp"

namespace troupe::server {

/// "https://example.org/troupe" in parts.
struct PublicUrl {
  std::string scheme, authority,
      prefix;  ///< authority in lower case and without the scheme's own port; prefix "" or "/troupe"
  std::string origin() const { return scheme.empty() ? "" : scheme + "://" + authority; }

  /// Nothing in it when the text is empty; throws std::invalid_argument with a sentence when it is no such address.
  static PublicUrl parse(std::string_view text);
};

/// Whether the text is "name", "name:port", "[v6]" or "[v6]:port".
bool isAuthority(std::string_view text);
/// Whether the text is an origin as browsers send it: scheme and authority, no path.
bool isOrigin(std::string_view text);

/// Which Host values are this server's (else a page could rebind its name to our address), and which pages may call.
/// Immutable. [any thread]
class Origins {
 public:
  Origins(const ServerConfig& config, std::uint16_t port);

  /// `local`: the address that the connection came in on, without port.
  bool ownHost(std::string_view authority, const std::string& local) const;
  /// Whether the request came through the public address.
  bool throughPublic(std::string_view authority) const;
  /// Whether the page is this server's own: `authority` is the request's, known to be ours.
  bool own(std::string_view origin, std::string_view authority) const;
  bool listed(std::string_view origin) const;
  bool anyListed() const { return !listed_.empty(); }
  const PublicUrl& publicUrl() const { return public_; }

 private:
  std::string withoutDefaultPort(std::string_view authority) const;

  const PublicUrl public_;
  const bool tls_;
  const std::uint16_t port_;
  std::vector<std::string> names_;  // Own hosts: without port ours or none is meant.
  std::vector<std::string> exact_;  // Own hosts with the port that was configured.
  std::vector<std::string> listed_;
};

}  // namespace troupe::server
