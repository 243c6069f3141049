#include "server/tickets.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <charconv>
#include <stdexcept>

#include "server/credentials.hpp"

namespace troupe::server {

std::string hmacSha256(std::string_view key, std::string_view text) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  if (::HMAC(::EVP_sha256(), key.data(), static_cast<int>(key.size()),
             reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest, &size) == nullptr)
    throw std::runtime_error("HMAC-SHA256 failed");
  std::string hex;
  for (unsigned int i = 0; i < size; ++i)
    hex.append(1, "0123456789abcdef"[digest[i] >> 4]).append(1, "0123456789abcdef"[digest[i] & 15]);
  return hex;
}

// A length before the run keeps one pair of run and time from reading like another.
std::string Tickets::sign(std::string_view run, std::string_view expires) const {
  return hmacSha256(secret_, "troupe-ticket/1\n" + std::to_string(run.size()) + "\n" + std::string(run) + "\n" +
                                 std::string(expires));
}

std::string Tickets::make(std::string_view run, std::int64_t expires_s) const {
  if (secret_.empty()) throw std::logic_error("tickets without a secret");
  const auto expires = std::to_string(expires_s);
  return expires + "." + sign(run, expires);
}

bool Tickets::good(std::string_view ticket, std::string_view run, std::int64_t now_s) const {
  const auto dot = ticket.find('.');
  if (secret_.empty() || dot == std::string_view::npos || dot == 0 || dot > 15) return false;
  const auto expires = ticket.substr(0, dot);
  std::int64_t at = 0;
  const auto [end, error] = std::from_chars(expires.data(), expires.data() + expires.size(), at);
  if (error != std::errc() || end != expires.data() + expires.size()) return false;
  return sameBytes(ticket.substr(dot + 1), sign(run, expires)) && at > now_s;
}

}  // namespace troupe::server
