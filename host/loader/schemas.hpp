#pragma once

#include <string_view>
#include <vector>

namespace troupe::loader {

/// The text of a file of sdk/schemas, embedded when the host was built: schemaText("manifest.schema.json"), or "" when
/// there is none.
std::string_view schemaText(std::string_view file_name);

/// The port types that manifests may name: "troupe:prompt/1", …, "text", "json".
const std::vector<std::string_view>& portTypes();

}  // namespace troupe::loader
