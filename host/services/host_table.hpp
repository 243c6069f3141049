#pragma once

#include <troupe/ext/clock.h>
#include <troupe/troupe.h>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::services {

/// Ids of the extensions that this host offers.
std::vector<std::string> extensionIds();

/// The host as one node sees it: log() and ext(). Must outlive the node's instances; does not move.
class HostTable {
 public:
  /// `log` is called with a troupe_level and a line, from any thread.
  explicit HostTable(std::function<void(int level, std::string_view message)> log);
  HostTable(const HostTable&) = delete;
  HostTable& operator=(const HostTable&) = delete;

  const troupe_host* table() const { return &host_; }

 private:
  const std::function<void(int, std::string_view)> log_;
  troupe_host host_;
};

}  // namespace troupe::services
