#pragma once

#include <rapidjson/document.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/problem.hpp"

namespace troupe {

inline constexpr std::size_t kMaxJsonBytes = 16u << 20;
inline constexpr int kMaxJsonDepth = 64;

/// Reads strict JSON of any origin: size and depth are bounded, nothing recurses over the text, numbers keep full
/// precision, text must be UTF-8, and no object may have a key twice. A mistake goes to `problems` with line and column
/// (or its pointer).
std::optional<rapidjson::Document> parseJson(std::string_view text, std::vector<Problem>& problems);

/// True when the value is nested at most `limit` levels deep.
bool withinDepth(const rapidjson::Value& value, int limit = kMaxJsonDepth);

/// The value as compact JSON text.
std::string toJson(const rapidjson::Value& value);

/// `pointer` with one more token, escaped as RFC 6901 asks.
std::string pointerTo(const std::string& pointer, std::string_view token);

/// `text` in double quotes, control characters made visible, cut at about `limit` bytes.
std::string quoted(std::string_view text, std::size_t limit = 60);

}  // namespace troupe
