#pragma once

#include <string>
#include <string_view>

#include "services/web_mount.hpp"

namespace troupe::services {

/// What a web node said to troupe.web/1, and what the host answers: a TROUPE_* code, and a sentence when it is not
/// TROUPE_OK.
struct DeclareResult {
  int code;
  std::string message;
};

/// Checks a declaration and hands it to the mount; without one it is only checked.
DeclareResult declareWeb(std::string_view json, WebMount* mount);
/// Likewise for one asset.
DeclareResult declareAsset(std::string_view path, std::string_view content_type, std::string_view body,
                           WebMount* mount);

}  // namespace troupe::services
