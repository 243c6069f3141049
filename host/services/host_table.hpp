#pragma once

#include <troupe/ext/web.h>
#include <troupe/troupe.h>

#include <atomic>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "services/http/http_extension.hpp"
#include "services/web_mount.hpp"

namespace troupe::services {

/// Ids of the extensions that this host offers.
std::vector<std::string> extensionIds();

/// The host as one node sees it: log() and ext(). Must outlive the node's instances; does not move.
class HostTable {
 public:
  /// What only some nodes are given.
  struct Offers {
    WebMount* web = nullptr;   ///< where its declarations go, of one instance; null: they are taken and mean nothing.
                               ///< Outlives the table
    NodeNetwork network = {};  ///< without one troupe.http/1 refuses every request
  };
  using Log = std::function<void(int level, std::string_view message)>;

  /// `log` is called with a troupe_level and a line, from any thread.
  explicit HostTable(Log log) : HostTable(std::move(log), Offers{}) {}
  HostTable(Log log, Offers offers);
  HostTable(const HostTable&) = delete;
  HostTable& operator=(const HostTable&) = delete;

  const troupe_host* table() const { return &host_; }

 private:
  const void* extension(std::string_view id) const;
  static int declare(void* ctx, troupe_str json);
  static int asset(void* ctx, troupe_str path, troupe_str content_type, troupe_str body);

  const Log log_;
  WebMount* const web_mount_;
  const HttpExtension http_;
  const troupe_web web_;
  std::atomic<bool> declared_{false};
  troupe_host host_;
};

}  // namespace troupe::services
