#include "config/confinement.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <list>

namespace troupe::config {

namespace fs = std::filesystem;

namespace {

constexpr int kMaxLinks = 40;  // As the kernel's.

bool isPrivateV4(std::uint32_t address) {
  struct Net {
    std::uint32_t address;
    int bits;
  };
  static constexpr std::array<Net, 13> kNets{{{0x00000000, 8},    // this network
                                              {0x0a000000, 8},    // 10/8
                                              {0x64400000, 10},   // 100.64/10, of carriers
                                              {0x7f000000, 8},    // loopback
                                              {0xa9fe0000, 16},   // link-local
                                              {0xac100000, 12},   // 172.16/12
                                              {0xc0000000, 24},   // of protocols
                                              {0xc0000200, 24},   // documentation
                                              {0xc0a80000, 16},   // 192.168/16
                                              {0xc6120000, 15},   // benchmarks
                                              {0xc6336400, 24},   // documentation
                                              {0xcb007100, 24},   // documentation
                                              {0xe0000000, 3}}};  // multicast, reserved, broadcast
  return std::any_of(kNets.begin(), kNets.end(),
                     [&](const Net& net) { return (address ^ net.address) >> (32 - net.bits) == 0; });
}

bool isPrivateV6(const in6_addr& address) {
  const auto* bytes = address.s6_addr;
  const auto v4At = [&](int at) {
    return std::uint32_t{bytes[at]} << 24 | std::uint32_t{bytes[at + 1]} << 16 | std::uint32_t{bytes[at + 2]} << 8 |
           bytes[at + 3];
  };
  const auto zeros = [&](int from, int to) {
    return std::all_of(bytes + from, bytes + to, [](unsigned char byte) { return byte == 0; });
  };
  if (zeros(0, 10) && bytes[10] == 0xff && bytes[11] == 0xff) return isPrivateV4(v4At(12));  // mapped
  if (zeros(0, 12)) return true;                                                             // ::, ::1, ::a.b.c.d
  if (bytes[0] == 0x00 && bytes[1] == 0x64 && bytes[2] == 0xff && bytes[3] == 0x9b)
    return !zeros(4, 12) || isPrivateV4(v4At(12));                        // NAT64
  if (bytes[0] == 0x20 && bytes[1] == 0x02) return isPrivateV4(v4At(2));  // 6to4
  return (bytes[0] & 0xe0) != 0x20;  // Whatever is no global unicast: fc00::/7, fe80::/10, ff00::/8, …
}

int hexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<std::string> percentDecoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    const int high = i + 2 < text.size() ? hexDigit(text[i + 1]) : -1;
    const int low = high >= 0 ? hexDigit(text[i + 2]) : -1;
    if (low < 0) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

bool endsWith(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

}  // namespace

fs::path resolvedPath(const fs::path& path) {
  fs::path done;
  int links = 0;
  const auto absolute = fs::absolute(path);
  std::list<fs::path> rest(absolute.begin(), absolute.end());
  while (!rest.empty()) {
    const auto name = rest.front();
    rest.pop_front();
    if (name.empty() || name == ".") continue;
    if (name == "..") {
      done = done.parent_path();
      continue;
    }
    auto next = done / name;
    std::error_code error;
    if (!fs::is_symlink(fs::symlink_status(next, error))) {
      done = std::move(next);
      continue;
    }
    if (++links > kMaxLinks) return {};
    const auto target = fs::read_symlink(next, error);
    if (error) return {};
    if (target.is_absolute()) done.clear();
    rest.insert(rest.begin(), target.begin(), target.end());
  }
  return done;
}

bool liesBelow(const fs::path& path, const fs::path& folder) {
  const auto inner = resolvedPath(path), outer = resolvedPath(folder);
  if (inner.empty() || outer.empty() || inner == outer) return false;
  const auto [end, ignored] = std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end());
  return end == outer.end();
}

std::optional<UrlHost> hostOf(std::string_view url) {
  for (const char c : url)
    if (static_cast<unsigned char>(c) <= 0x20 || static_cast<unsigned char>(c) >= 0x7f || c == '\\')
      return std::nullopt;
  const auto scheme = url.find("://");
  if (scheme == std::string_view::npos) return std::nullopt;
  auto authority = url.substr(scheme + 3);
  authority = authority.substr(0, authority.find_first_of("/?#"));
  if (const auto at = authority.rfind('@'); at != std::string_view::npos) authority.remove_prefix(at + 1);
  const auto decoded = percentDecoded(authority);
  if (!decoded || decoded->find_first_of("@/?#\\ ") != std::string::npos) return std::nullopt;

  UrlHost found;
  std::string_view text = *decoded;
  if (!text.empty() && text[0] == '[') {
    const auto close = text.find(']');
    if (close == std::string_view::npos || (close + 1 < text.size() && text[close + 1] != ':')) return std::nullopt;
    found.host = text.substr(1, close - 1);
    found.port = text.substr(std::min(text.size(), close + 2));
  } else {
    const auto colon = text.find(':');
    found.host = text.substr(0, colon);
    if (colon != std::string_view::npos) found.port = text.substr(colon + 1);
  }
  for (char& c : found.host) {
    if (static_cast<unsigned char>(c) <= 0x20 || static_cast<unsigned char>(c) >= 0x7f) return std::nullopt;
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  while (!found.host.empty() && found.host.back() == '.') found.host.pop_back();
  if (found.host.empty() ||
      !std::all_of(found.port.begin(), found.port.end(), [](char c) { return c >= '0' && c <= '9'; }))
    return std::nullopt;
  return found;
}

bool isPrivateHost(const std::string& host) {
  if (host == "localhost" || endsWith(host, ".localhost") || endsWith(host, ".localdomain")) return true;
  in6_addr v6{};
  const auto without_zone = host.substr(0, host.find('%'));
  if (::inet_pton(AF_INET6, without_zone.c_str(), &v6) == 1) return isPrivateV6(v6);
  in_addr
      v4{};  // inet_aton() reads every notation that resolvers take: decimal, octal, hexadecimal, of one to four parts.
  if (::inet_aton(host.c_str(), &v4) != 0) return isPrivateV4(ntohl(v4.s_addr));
  return false;
}

bool isBoundTo(const Secret& secret, const std::string& host) {
  return std::any_of(secret.hosts.begin(), secret.hosts.end(), [&](const std::string& pattern) {
    if (pattern.compare(0, 2, "*.") == 0)
      return endsWith(host, std::string_view(pattern).substr(1)) && host.size() > pattern.size() - 1;
    return host == pattern;
  });
}

}  // namespace troupe::config
