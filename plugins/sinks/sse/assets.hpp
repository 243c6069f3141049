#pragma once

#include <iterator>
#include <string_view>

namespace troupe::sse {

/// A file of the browser's side.
struct Asset {
  std::string_view path, content_type, body;
};

/// All of them: for (const auto& asset : Assets()) …
struct Assets {};
const Asset* begin(Assets);
const Asset* end(Assets);

}  // namespace troupe::sse
