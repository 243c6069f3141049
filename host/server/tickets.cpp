#include "server/tickets.hpp"

#include <charconv>
#include <stdexcept>

#include "server/credentials.hpp"
#include "support/sha256.hpp"

namespace troupe::server {

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
