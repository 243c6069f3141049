#pragma once

#include <rapidjson/document.h>

#include <string>
#include <string_view>

namespace troupe::config {

/// JSON as a person would write it into a pipeline: on one line while that is short enough, else a member a line, two
/// blanks deeper than `indent`. The first line is not indented. `eol` ends the lines.
std::string formatJson(const rapidjson::Value& value, std::string_view indent = "", std::string_view eol = "\n");

}  // namespace troupe::config
