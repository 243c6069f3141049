#pragma once

#include <rapidjson/document.h>

#include <map>
#include <string>

namespace troupe::config {

/// What the `format` markers of an options schema say about one value.
struct OptionMark {
  rapidjson::Value* value = nullptr;
  bool secret = false;       ///< may be a reference to a secret
  bool only_secret = false;  ///< and must not be anything else
  bool path = false;
  bool written = false;  ///< the path is for writing
  bool url = false;
};

/// The marked values of some options by JSON pointer. Walks the schema beside the options: properties, items, local
/// references, and all branches. `schema` is one that JsonSchema compiles. Adding members to `options` makes the marks
/// stale.
std::map<std::string, OptionMark> markedOptions(const rapidjson::Document& schema, rapidjson::Value& options,
                                                const std::string& pointer);

}  // namespace troupe::config
