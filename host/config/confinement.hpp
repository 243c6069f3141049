#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/secrets.hpp"

namespace troupe::config {

/// What a pipeline from somebody else may use of this machine. Each breach is one more mistake of its report.
struct Confinement {
  std::filesystem::path root;      ///< paths in options lie below it, wherever symbolic links lead
  std::filesystem::path secrets;   ///< the only secrets: entries of this file that are bound to hosts
  std::vector<std::string> hosts;  ///< hosts that may be named though they are private: "name" or "name:port"
};

/// The path that the operating system would open: absolute, ".." and symbolic links resolved, also those that lead to
/// nothing yet. Empty when the links go round in circles.
std::filesystem::path resolvedPath(const std::filesystem::path& path);

/// Whether the path lies in the folder, once both are resolved; the folder itself does not.
bool liesBelow(const std::filesystem::path& path, const std::filesystem::path& folder);

/// Host and port of an http or https URL as a client would understand them.
struct UrlHost {
  std::string host;  ///< in lower case, percent-decoded, without brackets and final dot
  std::string port;
};
/// Nothing when clients might disagree about it: backslashes, spaces, control characters, bytes that are no ASCII, no
/// host.
std::optional<UrlHost> hostOf(std::string_view url);

/// Whether it names this machine or a network that is not public: an address in any notation (127.0.0.1, 127.1,
/// 2130706433, 0x7f000001,
/// ::ffff:127.0.0.1 and so on), or localhost. Names are not looked up.
bool isPrivateHost(const std::string& host);

/// Whether the host matches one of a secret's hosts, with leading "*." as wildcard.
bool isBoundTo(const Secret& secret, const std::string& host);

}  // namespace troupe::config
