#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace troupe::sse {

/// One event as text/event-stream (WHATWG HTML, section 9.2): lines end with LF, `data` is split at every kind of line
/// end, so that no value can begin a field of its own. Throws troupe::Error when the id or the type has a character
/// that a field cannot hold.
std::string sseFrame(std::string_view id, std::string_view type, std::string_view data,
                     std::optional<std::int64_t> retry_ms = {});

}  // namespace troupe::sse
