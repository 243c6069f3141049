#pragma once

#include <rapidjson/document.h>

#include <string_view>

#include "config/report.hpp"

namespace troupe::config {

/// The host's part of the pipeline file as a JSON Schema: keys, types, ranges. Knows no node type.
std::string_view hostSchema();

/// Reports what is off the host's schema, and what later versions will offer but this one does not.
void checkShape(const rapidjson::Value& pipeline, Report& report);

}  // namespace troupe::config
