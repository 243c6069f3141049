#pragma once

#include <Poco/Net/StreamSocket.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "server/connection_guard.hpp"
#include "server/request_head.hpp"

namespace troupe::server {

/// How much one connection may ask for.
struct WireLimits {
  std::size_t head_bytes = 32u << 10;
  std::size_t body_bytes = 16u << 20;
  std::chrono::milliseconds head{10000};   ///< to a complete head
  std::chrono::milliseconds body{60000};   ///< to a complete body
  std::chrono::milliseconds stall{10000};  ///< to take the next 64 KiB of an answer
  std::chrono::milliseconds linger{1000};  ///< to notice the end of the connection
};

/// The bytes of one connection: requests in, answers out, within the limits. [one thread]
class Wire {
 public:
  Wire(const Poco::Net::StreamSocket& socket, ConnectionGuard& guard, const WireLimits& limits);

  /// The next request's head; nothing when the client has ended the connection between two requests, or stays away.
  /// `first`: of the connection. Throws HttpError(408), (431) and what readHead() throws.
  std::optional<RequestHead> nextHead(bool first);

  /// Begins to read a body; tells a client that waits for it to send. Then pieces until an empty one. Throw
  /// HttpError(408), (400).
  void beginBody(const RequestHead& head);
  std::string_view bodyPiece();

  /// Throws Poco::Exception when the client is gone or takes too long.
  void write(std::string_view bytes);

  /// Gives the socket away: no time limit holds for it any more.
  Poco::Net::StreamSocket detach();
  bool detached() const { return !watch_; }
  /// Ends the connection so that the client can read the answer first, though what it still sends is not read.
  void close();

  bool hasUnread() const { return !unread_.empty(); }
  const Poco::Net::StreamSocket& socket() const { return socket_; }
  const WireLimits& limits() const { return limits_; }

 private:
  bool fill();
  std::string takeLine();
  void beginChunk();

  Poco::Net::StreamSocket socket_;
  const WireLimits limits_;
  std::optional<ConnectionGuard::Watch> watch_;
  std::unique_ptr<char[]> block_;
  std::string_view unread_;       // Within block_.
  std::uint64_t piece_left_ = 0;  // Of the body, or of its chunk.
  bool chunked_ = false, chunk_open_ = false, body_done_ = true;
  bool flooded_ = false;  // Bytes came after their time.
};

}  // namespace troupe::server
