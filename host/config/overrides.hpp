#pragma once

#include <rapidjson/document.h>

#include <vector>

#include "config/pipeline_config.hpp"
#include "config/report.hpp"

namespace troupe::config {

/// Sets values in a pipeline, in the order given. A dotted path is taken along the longest names that are there, since
/// names may hold dots. Members of a node and of its options and limits may be new; nodes may not. What leads nowhere
/// is reported and changes nothing.
void applyOverrides(rapidjson::Document& pipeline, const std::vector<Override>& overrides, Report& report);

}  // namespace troupe::config
