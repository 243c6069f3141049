#pragma once

#include <cstdint>
#include <optional>

#include "json_reader.hpp"

namespace troupe::openai {

/// What an answer says it used. `cached` is a part of `input`, `reasoning` of `output`.
struct Usage {
  std::optional<std::int64_t> input, output, cached, reasoning;
  std::optional<double> usd;  ///< OpenRouter's usage.cost
};

/// Reads a "usage" object, which may be null. What is of another type is left out: an answer is not lost for its
/// accounting.
Usage readUsage(const Json* json);

/// Writes the members "usage" and "cost" of a candidate, where anything is known.
void writeUsage(JsonWriter& candidate, const Usage& usage);

}  // namespace troupe::openai
