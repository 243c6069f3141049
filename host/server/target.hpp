#pragma once

#include <map>
#include <string>
#include <string_view>

namespace troupe::server {

/// What a request line names, decoded.
struct Target {
  std::string path;  ///< "/a/b c"; "*" of OPTIONS
  std::map<std::string, std::string, std::less<>> query;
  std::string authority;  ///< of the absolute form, else empty
};

/// Throws HttpError(400) for what is no path or might be taken for another one: "." and ".." segments, encoded slashes,
/// backslashes, control characters, text that is no UTF-8.
Target readTarget(std::string_view target);

/// The pairs of a query; the first one of a name counts. Throws HttpError(400).
std::map<std::string, std::string, std::less<>> readQuery(std::string_view query);

}  // namespace troupe::server
