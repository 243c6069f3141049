#include "server/stream_start.hpp"

#include <charconv>

#include "support/json_text.hpp"

namespace troupe::server {

StreamStart streamStart(std::string_view last_id, std::string_view epoch, std::int64_t head) {
  if (last_id.empty()) return {};
  if (last_id == "earliest") return {0, {}};
  const auto dash = last_id.rfind('-');
  const auto number = dash == std::string_view::npos ? std::string_view() : last_id.substr(dash + 1);
  std::int64_t after = -1;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), after);
  if (number.empty() || error != std::errc() || end != number.data() + number.size() || after < 0)
    return {std::nullopt, "the id " + quoted(last_id, 100) + " is none of this server's"};
  if (last_id.substr(0, dash) != epoch) return {std::nullopt, "the journal is another one: what came before is void"};
  if (after > head)
    return {std::nullopt, "the id " + quoted(last_id, 100) + " is of an event that this journal does not have"};
  return {after, {}};
}

}  // namespace troupe::server
