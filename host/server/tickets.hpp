#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace troupe::server {

/// Makes and checks tickets: what stands in a URL to watch one run until a time, "<end in seconds since
/// 1970>.<HMAC-SHA256 in hex>". Immutable. [any thread]
class Tickets {
 public:
  /// Whoever has the secret can make tickets. An empty one makes none, and none is good then.
  explicit Tickets(std::string secret) : secret_(std::move(secret)) {}

  std::string make(std::string_view run, std::int64_t expires_s) const;
  bool good(std::string_view ticket, std::string_view run, std::int64_t now_s) const;

 private:
  std::string sign(std::string_view run, std::string_view expires) const;
  const std::string secret_;
};

}  // namespace troupe::server
