#pragma once

#include <rapidjson/document.h>

#include <string>
#include <vector>

#include "support/problem.hpp"
#include "support/schema_lint.hpp"

namespace troupe {

/// Walks a value beside its schema and says in sentences what does not fit. `schema` and `parts` come out of
/// lintSchema() without a mistake; `value` is within kMaxJsonDepth.
void walkSchema(const rapidjson::Value& schema, const SchemaParts& parts, const rapidjson::Value& value,
                const std::string& pointer, std::vector<Problem>& problems);

}  // namespace troupe
