#pragma once

#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

namespace troupe::services {

/// Never to be written to a log, an event, the journal or a message.
struct Secret {
  std::string value;
  std::vector<std::string> hosts;  ///< where it may go, with leading "*." as wildcard; empty: anywhere
};
std::ostream& operator<<(std::ostream&, const Secret&) = delete;

/// Where the host's services find the value of a secret.
class SecretSource {
 public:
  virtual ~SecretSource() = default;
  /// Nothing when there is no secret of this name. [any thread]
  virtual std::optional<Secret> find(const std::string& name) const = 0;
};

}  // namespace troupe::services
