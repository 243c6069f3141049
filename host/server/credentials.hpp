#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/server_config.hpp"

namespace troupe::server {

using SteadyNow = std::function<std::chrono::steady_clock::time_point()>;

/// Whether both are equal, in a time that depends on their lengths only.
bool sameBytes(std::string_view a, std::string_view b);
/// `bytes` random bytes of the system as lower-case hex.
std::string randomHex(std::size_t bytes);

/// The named tokens. Immutable. [any thread]
class Tokens {
 public:
  explicit Tokens(std::vector<ServerConfig::Token> tokens) : tokens_(std::move(tokens)) {}
  bool none() const { return tokens_.empty(); }
  /// Whose token it is. Takes the same time whichever it is, also for none.
  std::optional<Principal> find(std::string_view token) const;

 private:
  const std::vector<ServerConfig::Token> tokens_;
};

/// Those who have logged in with a browser, in memory. [any thread]
class Sessions {
 public:
  static constexpr std::chrono::hours kLife{12};  ///< since its last use
  static constexpr std::size_t kMost = 4096;      ///< then the one unused longest ends

  explicit Sessions(SteadyNow now = std::chrono::steady_clock::now) : now_(std::move(now)) {}
  /// The new session's id, which the browser keeps in its cookie.
  std::string begin(Principal principal);
  std::optional<Principal> find(std::string_view id);
  void end(std::string_view id);
  std::size_t size() const;

 private:
  struct Entry {
    Principal principal;
    std::chrono::steady_clock::time_point used;
  };
  const SteadyNow now_;
  mutable std::mutex mutex_;
  std::map<std::string, Entry, std::less<>> entries_;  // By the sha256 of the id. Guarded by mutex_.
};

/// Slows those who try tokens: after each failure an address waits, twice as long every time. [any thread]
class FailedLogins {
 public:
  static constexpr std::size_t kMost = 1024;  ///< addresses; then the oldest failure is forgotten

  explicit FailedLogins(SteadyNow now = std::chrono::steady_clock::now) : now_(std::move(now)) {}
  /// How long the address has to wait until it may try again; 0: it may.
  std::chrono::milliseconds wait(const std::string& address);
  void failed(const std::string& address);
  void succeeded(const std::string& address);
  std::size_t size() const;

 private:
  struct Entry {
    int count = 0;
    std::chrono::steady_clock::time_point last, until;
  };
  const SteadyNow now_;
  mutable std::mutex mutex_;
  std::map<std::string, Entry> entries_;  // Guarded by mutex_.
};

}  // namespace troupe::server
