#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace troupe::services {

/// An address as the transport will read it: one parser for the check and for the request, so that they cannot differ.
struct Url {
  std::string text;  ///< normalized
  std::string host;  ///< lower-case, without port, brackets and a last dot
};

/// Throws std::invalid_argument with a sentence that does not repeat the address: it may hold a secret.
Url parseUrl(const std::string& text);

/// The host of an address, or "" when it is none.
std::string urlHost(const std::string& text);

/// Whether one of the patterns names the host. "*.example.org" takes every host below example.org, but not that itself.
bool namesHost(const std::vector<std::string>& patterns, std::string_view host);

}  // namespace troupe::services
