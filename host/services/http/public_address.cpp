#include "services/http/public_address.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <cstring>

namespace troupe::services {
namespace {

struct Block {
  std::uint32_t network;
  int bits;
};

// IANA's special-purpose registry, as far as such an address could be connected to.
constexpr std::array<Block, 13> kSpecial = {{{0x00000000, 8},
                                             {0x0a000000, 8},
                                             {0x64400000, 10},
                                             {0x7f000000, 8},
                                             {0xa9fe0000, 16},
                                             {0xac100000, 12},
                                             {0xc0000000, 24},
                                             {0xc0000200, 24},
                                             {0xc0a80000, 16},
                                             {0xc6120000, 15},
                                             {0xc6336400, 24},
                                             {0xcb007100, 24},
                                             {0xe0000000, 3}}};

bool isPublic4(std::uint32_t address) {
  for (const auto& block : kSpecial)
    if ((address >> (32 - block.bits)) == (block.network >> (32 - block.bits))) return false;
  return true;
}

std::uint32_t embedded(const std::uint8_t* bytes) {
  return std::uint32_t{bytes[0]} << 24 | std::uint32_t{bytes[1]} << 16 | std::uint32_t{bytes[2]} << 8 | bytes[3];
}

bool isPublic6(const in6_addr& address) {
  const auto* bytes = address.s6_addr;
  if (IN6_IS_ADDR_V4MAPPED(&address)) return isPublic4(embedded(bytes + 12));
  static constexpr std::array<std::uint8_t, 12> kNat64 = {0x00, 0x64, 0xff, 0x9b};
  if (std::memcmp(bytes, kNat64.data(), kNat64.size()) == 0) return isPublic4(embedded(bytes + 12));
  if (bytes[0] == 0x20 && bytes[1] == 0x02) return isPublic4(embedded(bytes + 2));                 // 6to4
  if (bytes[0] == 0x20 && bytes[1] == 0x01 && bytes[2] == 0x0d && bytes[3] == 0xb8) return false;  // documentation
  return (bytes[0] & 0xe0) == 0x20;  // 2000::/3, global unicast
}

}  // namespace

bool isPublicAddress(const sockaddr* address) {
  if (address->sa_family == AF_INET) {
    sockaddr_in in{};
    std::memcpy(&in, address, sizeof in);
    return isPublic4(ntohl(in.sin_addr.s_addr));
  }
  if (address->sa_family != AF_INET6) return false;
  sockaddr_in6 in{};
  std::memcpy(&in, address, sizeof in);
  return isPublic6(in.sin6_addr);
}

}  // namespace troupe::services
