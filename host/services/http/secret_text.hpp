#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "services/secret_source.hpp"

namespace troupe::services {

/// Puts the values of secrets in where a request names them, and takes them out of what comes back. One for each
/// request.
class SecretText {
 public:
  /// `source` may be null: then there are no secrets. Outlives this object.
  explicit SecretText(const SecretSource* source) : source_(source) {}

  /// The text with each "${secret:NAME}" replaced; throws HttpFailure when there is none of that name.
  std::string insert(std::string_view text);
  /// Throws HttpFailure when one of the inserted secrets is bound to other hosts.
  void checkHost(const std::string& host) const;
  /// Whether one of the inserted secrets is bound to this host by name.
  bool bindsTo(const std::string& host) const;

  bool any() const { return !used_.empty(); }
  /// The text with each inserted value turned back into "${secret:NAME}".
  std::string redact(std::string_view text) const;
  /// The same for a text that comes in pieces: what may be the beginning of a value is kept back until the next one, or
  /// the end.
  std::string redactPiece(std::string_view piece, bool last);

 private:
  const Secret& use(const std::string& name);
  std::size_t keptBack(std::string_view text) const;

  const SecretSource* source_;
  std::vector<std::pair<std::string, Secret>> used_;
  std::string tail_;
};

}  // namespace troupe::services
