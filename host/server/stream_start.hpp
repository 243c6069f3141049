#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace troupe::server {

/// Where a stream begins for a client that says what it has.
struct StreamStart {
  std::optional<std::int64_t> after;  ///< all durable events after this number follow; nothing: a snapshot comes first
  std::string reset;                  ///< why what the client has is void; empty: it is not
};

/// `last_id`: what the client sent as Last-Event-ID or last_event_id; "" for nothing, "earliest" for all that the
/// journal has. `head`: number of the newest durable event.
StreamStart streamStart(std::string_view last_id, std::string_view epoch, std::int64_t head);

}  // namespace troupe::server
