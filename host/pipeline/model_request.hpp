#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace troupe::pipeline {

/// A request of troupe.model/1, checked.
struct ModelRequest {
  std::string role;
  int at = 0;
  std::string messages;  ///< JSON
  std::string params;    ///< JSON object of what the provider is to keep to; empty when nothing was said
  std::string schema;    ///< JSON of response_schema, or empty
  std::string key;

  /// sha256 of what is asked, whoever is asked.
  std::string hash() const;
};

/// Throws services::ModelFailure(permanent_request) with what is wrong.
ModelRequest readModelRequest(std::string_view json);

}  // namespace troupe::pipeline
