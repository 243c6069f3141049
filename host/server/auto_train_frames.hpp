#pragma once

#include <rapidjson/document.h>

#include <optional>
#include <string>
#include <string_view>

#include "journal/rows.hpp"
#include "server/stream_hub.hpp"

/// What goes over the wire on POST /auto-train-stream. Fixed: clients of others read it.
namespace troupe::server {

/// A piece of a chunked body (RFC 9112, 7.1).
std::string chunk(std::string_view data);
/// After it nothing comes: the end of a chunked body.
inline constexpr std::string_view kLastChunk = "0\r\n\r\n";

/// ": heartbeat", a comment that no reader of data lines sees.
inline constexpr std::string_view kHeartbeat = ": heartbeat\n\n";

/// The seed's ten members, from the progress of a `sample` event. "data: {…}" stays below 200 bytes: where genre and
/// model are too long for that, the longer one is cut.
std::string progressMessage(const rapidjson::Value& progress);
std::string errorMessage(std::string_view error);

/// What an event is on this stream; nothing for an event that is not told here. Whatever ends the run for its watchers
/// is `last`.
std::optional<StreamFrame> autoTrainFrame(const journal::Event& event);

}  // namespace troupe::server
