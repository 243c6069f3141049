#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "loader/manifest.hpp"

namespace troupe::loader {

/// Node types by id: all that checking a pipeline needs to know about plugins. The catalog is one; tests make their
/// own.
class TypeLookup {
 public:
  virtual ~TypeLookup() = default;
  TypeLookup() = default;
  TypeLookup(const TypeLookup&) = delete;
  TypeLookup& operator=(const TypeLookup&) = delete;

  /// The node type, or nullptr. Stays valid as long as the lookup.
  virtual const NodeType* find(std::string_view node_type) const = 0;
  /// Ids of all node types that can be used, sorted.
  virtual std::vector<std::string> nodeTypes() const = 0;
  /// Why a node type is not to be had though something would offer it ("plugins/x.troupe: refused: …"), or "".
  virtual std::string whyMissing(std::string_view node_type) const = 0;
};

}  // namespace troupe::loader
