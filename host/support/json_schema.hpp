#pragma once

#include <rapidjson/document.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/problem.hpp"

namespace troupe {

/// A JSON Schema of draft-07, compiled once. It takes a documented subset: every keyword of draft-07 but remote
/// references, `format` values that nobody checks, and keywords that nobody knows (other than "x-…"), so that a
/// misspelt keyword never makes a schema lax.
///
/// Two keywords of our own: `x-says` on a schema with a `pattern` says in words what the pattern wants; `format:
/// troupe-secret` keeps a value out of every message. Immutable after compile(); copies share. [any thread]
class JsonSchema {
 public:
  /// Every mistake in the schema goes to `problems`, with pointers below `pointer_prefix`; nothing is returned when
  /// there is one. A `default` that does not fit its own schema is a mistake too.
  static std::optional<JsonSchema> compile(std::string_view schema_json, std::vector<Problem>& problems,
                                           const std::string& pointer_prefix = "");

  /// All mistakes of the value, in sentences for its author, with pointers below `pointer_prefix`. Any value is safe:
  /// deep, NaN, 64-bit.
  std::vector<Problem> check(const rapidjson::Value& value, const std::string& pointer_prefix = "") const;

  /// Puts in the defaults of absent properties, also in objects that are there and below those put in. Call it before
  /// check(): a required property with a default is then no mistake.
  void fillDefaults(rapidjson::Value& value, rapidjson::Document::AllocatorType& allocator) const;

 private:
  struct State;
  explicit JsonSchema(std::shared_ptr<const State> state) : state_(std::move(state)) {}
  std::shared_ptr<const State> state_;
};

}  // namespace troupe
