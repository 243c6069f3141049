#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace troupe {

/// SHA-256 as 64 lower-case hex digits.
std::string sha256(std::string_view bytes);

/// SHA-256 of a file's content; throws std::system_error when it cannot be read.
std::string sha256File(const std::filesystem::path& path);

/// HMAC-SHA256 (RFC 2104) as 64 lower-case hex digits.
std::string hmacSha256(std::string_view key, std::string_view bytes);

}  // namespace troupe
