#pragma once

#include <string>
#include <string_view>

#include "support/json_schema.hpp"

namespace troupe::pipeline {

/// What the text of an answer has to be where a schema was asked for: JSON, and nothing around it, that fits.
/// Immutable. [any thread]
class AnswerSchema {
 public:
  /// Throws BadValue when the text is no JSON Schema that the host can check.
  explicit AnswerSchema(std::string_view schema);
  /// Throws BadValue with the place and the fact.
  void check(std::string_view text) const;
  /// The same, of a candidate as it flows.
  void checkCandidate(std::string_view json) const;

 private:
  const JsonSchema schema_;
};

}  // namespace troupe::pipeline
