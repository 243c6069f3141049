#include "server/credentials.hpp"

#include <sys/random.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "support/sha256.hpp"

namespace troupe::server {
namespace {

constexpr std::chrono::milliseconds kFirstWait{500}, kLongestWait{60000};
constexpr std::chrono::minutes kForgotten{15};

template <class Map, class TimeOf>
void eraseOldest(Map& map, TimeOf timeOf) {
  map.erase(std::min_element(map.begin(), map.end(),
                             [&](const auto& a, const auto& b) { return timeOf(a.second) < timeOf(b.second); }));
}

}  // namespace

bool sameBytes(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  volatile unsigned char difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) difference = difference | static_cast<unsigned char>(a[i] ^ b[i]);
  return difference == 0;
}

std::string randomHex(std::size_t bytes) {
  std::string hex;
  while (hex.size() < 2 * bytes) {
    unsigned char block[32];
    const auto count = ::getrandom(block, std::min(sizeof block, bytes - hex.size() / 2), 0);
    if (count < 0 && errno != EINTR) throw std::system_error(errno, std::generic_category(), "no random bytes");
    for (ssize_t i = 0; i < count; ++i)
      hex.append(1, "0123456789abcdef"[block[i] >> 4]).append(1, "0123456789abcdef"[block[i] & 15]);
  }
  return hex;
}

std::optional<Principal> Tokens::find(std::string_view token) const {
  const auto hash = sha256(token);
  const ServerConfig::Token* found = nullptr;
  for (const auto& known : tokens_)
    if (sameBytes(known.sha256, hash)) found = &known;  // No way out early.
  if (found == nullptr) return std::nullopt;
  return Principal{found->name, found->right, {}};
}

std::string Sessions::begin(Principal principal) {
  auto id = randomHex(32);
  const auto now = now_();
  const std::lock_guard lock(mutex_);
  if (entries_.size() >= kMost) eraseOldest(entries_, [](const Entry& entry) { return entry.used; });
  entries_[sha256(id)] = {std::move(principal), now};
  return id;
}

std::optional<Principal> Sessions::find(std::string_view id) {
  const auto now = now_();
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(sha256(id));
  if (found == entries_.end()) return std::nullopt;
  if (now - found->second.used > kLife) {
    entries_.erase(found);
    return std::nullopt;
  }
  found->second.used = now;
  return found->second.principal;
}

void Sessions::end(std::string_view id) {
  const std::lock_guard lock(mutex_);
  entries_.erase(sha256(id));
}

std::size_t Sessions::size() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

std::chrono::milliseconds FailedLogins::wait(const std::string& address) {
  const auto now = now_();
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(address);
  if (found == entries_.end() || found->second.until <= now) return {};
  return std::chrono::ceil<std::chrono::milliseconds>(found->second.until - now);
}

void FailedLogins::failed(const std::string& address) {
  const auto now = now_();
  const std::lock_guard lock(mutex_);
  if (entries_.size() >= kMost && entries_.count(address) == 0)
    eraseOldest(entries_, [](const Entry& entry) { return entry.last; });
  auto& entry = entries_[address];
  if (entry.count > 0 && now - entry.last > kForgotten) entry.count = 0;
  entry.until = now + std::min(kFirstWait * (1 << std::min(entry.count, 10)), kLongestWait);
  entry.last = now;
  ++entry.count;
}

void FailedLogins::succeeded(const std::string& address) {
  const std::lock_guard lock(mutex_);
  entries_.erase(address);
}

std::size_t FailedLogins::size() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

}  // namespace troupe::server
