#include "sse_frame.hpp"

#include <troupe/troupe.hpp>

namespace troupe::sse {
namespace {

void field(std::string& out, std::string_view name, std::string_view value) {
  if (value.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos)
    throw Error(TROUPE_E_PERMANENT_REQUEST, std::string(name) + " has a line end or NUL, which no field can hold");
  out.append(name).append(": ").append(value).append("\n");
}

}  // namespace

std::string sseFrame(std::string_view id, std::string_view type, std::string_view data,
                     std::optional<std::int64_t> retry_ms) {
  std::string out;
  out.reserve(data.size() + id.size() + type.size() + 32);
  if (retry_ms) field(out, "retry", std::to_string(*retry_ms));
  if (!id.empty()) field(out, "id", id);
  field(out, "event", type);
  for (std::size_t from = 0;;) {
    const auto end = data.find_first_of("\r\n", from);
    out.append("data: ").append(data.substr(from, end == std::string_view::npos ? end : end - from)).append("\n");
    if (end == std::string_view::npos) break;
    from = end + (data.substr(end, 2) == "\r\n" ? 2 : 1);
  }
  return out.append("\n");
}

}  // namespace troupe::sse
