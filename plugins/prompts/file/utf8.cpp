#include "utf8.hpp"

#include <cstddef>
#include <cstdint>

namespace troupe::file_prompts {
namespace {

struct Lead {
  std::size_t following = 0;  // bytes after the first; 0: not a first byte of several
  unsigned char low = 0x80;   // range of the second byte
  unsigned char high = 0xbf;
};

Lead leadOf(unsigned char c) {
  if (c >= 0xc2 && c <= 0xdf) return {1, 0x80, 0xbf};
  if (c == 0xe0) return {2, 0xa0, 0xbf};
  if (c == 0xed) return {2, 0x80, 0x9f};
  if (c >= 0xe1 && c <= 0xef) return {2, 0x80, 0xbf};
  if (c == 0xf0) return {3, 0x90, 0xbf};
  if (c >= 0xf1 && c <= 0xf3) return {3, 0x80, 0xbf};
  if (c == 0xf4) return {3, 0x80, 0x8f};
  return {};
}

}  // namespace

bool isUtf8(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (byte(i) < 0x80) continue;
    const Lead lead = leadOf(byte(i));
    if (lead.following == 0 || text.size() - i <= lead.following) return false;
    if (byte(i + 1) < lead.low || byte(i + 1) > lead.high) return false;
    for (std::size_t k = 2; k <= lead.following; ++k) {
      if ((byte(i + k) & 0xc0) != 0x80) return false;
    }
    i += lead.following;
  }
  return true;
}

}  // namespace troupe::file_prompts
