#pragma once

#include <rapidjson/document.h>

#include <string>

namespace troupe::config {

/// Compact JSON with the keys of every object in byte order: equal values give equal text. The value is at most
/// kMaxLevels deep.
std::string canonicalJson(const rapidjson::Value& value);

}  // namespace troupe::config
