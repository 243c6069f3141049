#pragma once

#include <cstdint>
#include <optional>

#include "support/json_reader.hpp"

namespace troupe::providers {

/// What an answer says it used. `cached` is a part of `input`, `reasoning` of `output`.
struct Usage {
  std::optional<std::int64_t> input, output, cached, reasoning;
  std::optional<double> usd;  ///< where the service tells the cost itself
};

/// A number of tokens. What is of another type is left out: an answer is not lost for its accounting.
std::optional<std::int64_t> tokenCount(const Json* value);

/// The sum of what is known; nothing where nothing is.
std::optional<std::int64_t> sum(std::optional<std::int64_t> a, std::optional<std::int64_t> b);

/// Writes the members "usage" and "cost" of a candidate, where anything is known.
void writeUsage(JsonWriter& candidate, const Usage& usage);

}  // namespace troupe::providers
