#pragma once

#include <troupe/troupe.h>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "services/http/http_extension.hpp"

namespace troupe::services {

/// Ids of the extensions that this host offers.
std::vector<std::string> extensionIds();

/// The host as one node sees it: log() and ext(). Must outlive the node's instances; does not move.
class HostTable {
 public:
  /// `log` is called with a troupe_level and a line, from any thread. Without a network troupe.http/1 is offered, and
  /// refuses every request.
  explicit HostTable(std::function<void(int level, std::string_view message)> log, NodeNetwork network = {});
  HostTable(const HostTable&) = delete;
  HostTable& operator=(const HostTable&) = delete;

  const troupe_host* table() const { return &host_; }

 private:
  const void* extension(std::string_view id) const;

  const std::function<void(int, std::string_view)> log_;
  const HttpExtension http_;
  troupe_host host_;
};

}  // namespace troupe::services
