#pragma once

#include <rapidjson/document.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/problem.hpp"

namespace troupe::config {

inline constexpr std::size_t kMaxPatchOperations = 1000;
inline constexpr std::size_t kMaxPatchWork = std::size_t{256}
                                             << 20;  ///< operations times bytes of the text: each one reads it

/// One operation of a JSON Patch (RFC 6902).
struct PatchOperation {
  enum class Kind { add, remove, replace, move, copy, test };
  Kind kind = Kind::test;
  std::string path;
  std::string from;                         ///< of move and copy
  const rapidjson::Value* value = nullptr;  ///< of add, replace and test; in the document that was read
};

/// Reads a patch; every mistake goes to `problems`, with pointers into the patch. The document must outlive the
/// operations.
std::optional<std::vector<PatchOperation>> readPatch(const rapidjson::Value& patch, std::vector<Problem>& problems);

/// The text after all operations, or nothing, and a problem, when one of them does not apply (a value is not there, a
/// test fails, the result would be too large): all or none. Comments and the look of what the patch does not touch
/// stay. `text` may have comments.
std::optional<std::string> applyPatch(const std::string& text, const std::vector<PatchOperation>& operations,
                                      std::vector<Problem>& problems);

/// Equal as JSON: the order of members does not count, 1 is 1.0.
bool equalJson(const rapidjson::Value& a, const rapidjson::Value& b);

}  // namespace troupe::config
