#include "server/origins.hpp"

#include <algorithm>
#include <stdexcept>

#include "server/request_head.hpp"

namespace troupe::server {
namespace {

bool contains(const std::vector<std::string>& all, std::string_view one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

struct HostAndPort {
  std::string host;  ///< with brackets when it is IPv6
  std::string port;
};

HostAndPort split(std::string_view authority) {
  const auto bracket = authority.rfind(']');
  const auto colon = authority.rfind(':');
  if (colon == std::string_view::npos || (bracket != std::string_view::npos && colon < bracket))
    return {std::string(authority), ""};
  return {std::string(authority.substr(0, colon)), std::string(authority.substr(colon + 1))};
}

std::string bracketed(const std::string& address) {
  return address.find(':') == std::string::npos ? address : '[' + address + ']';
}

/// An IPv4 peer of a socket that listens on "::" has an address such as "::ffff:127.0.0.1".
std::string unmapped(const std::string& address) {
  const std::string_view mapped = "::ffff:";
  return address.compare(0, mapped.size(), mapped) == 0 && address.find('.') != std::string::npos
             ? address.substr(mapped.size())
             : address;
}

std::string_view defaultPort(std::string_view scheme) { return scheme == "https" ? "443" : "80"; }

}  // namespace

bool isAuthority(std::string_view text) {
  const auto [host, port] = split(text);
  const bool digits = std::all_of(port.begin(), port.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (host.empty() || host.size() > 255 || !digits || port.size() > 5 || (port.empty() && text.back() == ':'))
    return false;
  const bool v6 = host.front() == '[' && host.back() == ']' && host.size() > 3;
  return std::all_of(host.begin() + (v6 ? 1 : 0), host.end() - (v6 ? 1 : 0), [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == '-' ||
           (!v6 && c == '_') || (v6 && c == ':');
  });
}

bool isOrigin(std::string_view text) {
  for (const std::string_view scheme : {"http://", "https://"})
    if (text.substr(0, scheme.size()) == scheme) return isAuthority(text.substr(scheme.size()));
  return false;
}

PublicUrl PublicUrl::parse(std::string_view text) {
  PublicUrl url;
  if (text.empty()) return url;
  const auto colon = text.find("://");
  url.scheme = lowered(text.substr(0, colon));
  if (colon == std::string_view::npos || (url.scheme != "http" && url.scheme != "https"))
    throw std::invalid_argument("it does not begin with http:// or https://");
  text.remove_prefix(colon + 3);
  const auto slash = std::min(text.find('/'), text.size());
  if (!isAuthority(text.substr(0, slash))) throw std::invalid_argument("it names no host");
  const auto [host, port] = split(lowered(text.substr(0, slash)));
  url.authority = port.empty() || port == defaultPort(url.scheme) ? host : host + ':' + port;
  auto prefix = text.substr(slash);
  while (!prefix.empty() && prefix.back() == '/') prefix.remove_suffix(1);
  const bool plain = std::all_of(prefix.begin(), prefix.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           std::string_view("/._~-").find(c) != std::string_view::npos;
  });
  if (!plain || prefix.find("//") != std::string_view::npos || prefix.find("/.") != std::string_view::npos)
    throw std::invalid_argument("its path is no plain prefix, such as /troupe");
  url.prefix = prefix;
  return url;
}

Origins::Origins(const ServerConfig& config, std::uint16_t port)
    : public_(PublicUrl::parse(config.public_url)), tls_(config.tls.on()), port_(port) {
  names_ = {"localhost", "127.0.0.1", "[::1]"};
  if (config.address != "0.0.0.0" && config.address != "::") names_.push_back(lowered(bracketed(config.address)));
  for (const auto& host : config.hosts) {
    const auto lower = lowered(host);
    exact_.push_back(lower);
    if (split(lower).port.empty()) names_.push_back(lower);
  }
  for (const auto& origin : config.origins) listed_.push_back(lowered(origin));
}

bool Origins::ownHost(std::string_view authority, const std::string& local) const {
  const auto lower = lowered(authority);
  if (!isAuthority(lower)) return false;
  if (throughPublic(lower) || contains(exact_, lower)) return true;
  const auto [host, port] = split(lower);
  const bool our_port = port.empty() ? port_ == (tls_ ? 443 : 80) : port == std::to_string(port_);
  return our_port && (contains(names_, host) || host == bracketed(unmapped(local)));
}

bool Origins::throughPublic(std::string_view authority) const {
  if (public_.scheme.empty()) return false;
  const auto [host, port] = split(lowered(authority));
  return public_.authority == (port.empty() || port == defaultPort(public_.scheme) ? host : host + ':' + port);
}

std::string Origins::withoutDefaultPort(std::string_view authority) const {
  const auto [host, port] = split(lowered(authority));
  return port.empty() || port == defaultPort(tls_ ? "https" : "http") ? host : host + ':' + port;
}

bool Origins::own(std::string_view origin, std::string_view authority) const {
  const auto lower = lowered(origin);
  if (!public_.scheme.empty() && lower == public_.origin()) return true;
  return lower == (tls_ ? "https://" : "http://") + withoutDefaultPort(authority);
}

bool Origins::listed(std::string_view origin) const { return contains(listed_, lowered(origin)); }

}  // namespace troupe::server
