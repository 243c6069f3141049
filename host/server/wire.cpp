#include "server/wire.hpp"

#include <Poco/Exception.h>

#include <algorithm>
#include <charconv>

#include "server/exchange.hpp"

namespace troupe::server {
namespace {

constexpr std::size_t kBlock = std::size_t{16} << 10;
constexpr std::size_t kWriteStep = std::size_t{64} << 10;
constexpr std::size_t kChunkLine = 4096;  // Chunk extensions and trailers, in all; nobody needs them.
constexpr std::size_t kLingerBytes = std::size_t{4} << 20;

[[noreturn]] void cut() { throw HttpError(400, "the body ended before its announced length"); }

}  // namespace

Wire::Wire(const Poco::Net::StreamSocket& socket, ConnectionGuard& guard, const WireLimits& limits)
    : socket_(socket), limits_(limits), block_(new char[kBlock]) {
  watch_.emplace(guard, static_cast<int>(socket_.impl()->sockfd()));
}

/// Reads more into the empty block; false at the end of the connection, for whatever reason.
bool Wire::fill() {
  try {
    const int count = socket_.receiveBytes(block_.get(), static_cast<int>(kBlock));
    unread_ = {block_.get(), static_cast<std::size_t>(std::max(count, 0))};
  } catch (const Poco::Exception&) {
    unread_ = {};
  }
  if (watch_->expired()) {
    flooded_ = flooded_ || !unread_.empty();  // What is shut down for reading can be read as long as bytes keep coming.
    unread_ = {};
  }
  return !unread_.empty();
}

std::optional<RequestHead> Wire::nextHead(bool first) {
  watch_->arm(limits_.head);
  using Waits = ConnectionGuard::Watch::Waits;
  if (unread_.empty()) watch_->waits(first ? Waits::for_first : Waits::for_next);
  std::string text;
  std::size_t read = 0;
  bool line_empty = true;  // Nothing but CR since the last LF.
  while (true) {
    if (unread_.empty() && !fill()) {
      if (text.empty() || !watch_->expired()) return std::nullopt;
      throw HttpError(408, "the request's head did not come in time");
    }
    watch_->waits(Waits::no);
    std::size_t used = 0;
    bool complete = false;
    while (used < unread_.size() && !complete) {
      const char c = unread_[used++];
      if (++read > limits_.head_bytes)
        throw HttpError(431, "the request's head has more than " + std::to_string(limits_.head_bytes) + " bytes");
      if (c == '\n') {
        complete = line_empty && !text.empty();
        if (line_empty && text.empty()) continue;  // Empty lines before a request are passed over.
        line_empty = true;
      } else if (c != '\r') {
        line_empty = false;
      } else if (text.empty()) {
        continue;
      }
      text += c;
    }
    unread_.remove_prefix(used);
    if (complete) break;
  }
  watch_->disarm();
  return readHead(text);
}

void Wire::beginBody(const RequestHead& head) {
  if (head.expect_continue) write("HTTP/1.1 100 Continue\r\n\r\n");
  chunked_ = head.chunked;
  chunk_open_ = false;
  piece_left_ = head.content_length.value_or(0);
  body_done_ = !head.hasBody();
  if (!body_done_) watch_->arm(limits_.body);
}

std::string Wire::takeLine() {
  std::string line;
  while (true) {
    if (unread_.empty() && !fill()) {
      if (watch_->expired()) throw HttpError(408, "the request's body did not come in time");
      cut();
    }
    const auto end = unread_.find('\n');
    line += unread_.substr(0, end);
    unread_.remove_prefix(std::min(unread_.size(), end == std::string_view::npos ? end : end + 1));
    if (line.size() > kChunkLine) throw HttpError(400, "a line between the body's chunks is too long");
    if (end != std::string_view::npos) break;
  }
  if (!line.empty() && line.back() == '\r') line.pop_back();
  return line;
}

void Wire::beginChunk() {
  if (chunk_open_ && !takeLine().empty()) throw HttpError(400, "a chunk of the body is longer than it says");
  chunk_open_ = true;
  const auto line = takeLine();
  const std::string_view digits = trimmed(std::string_view(line).substr(0, line.find(';')));
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), piece_left_, 16);
  if (digits.empty() || digits[0] == '-' || error != std::errc() || end != digits.data() + digits.size())
    throw HttpError(400, "a chunk of the body has no length");
  if (piece_left_ > 0) return;
  for (std::size_t trailer = 0;;) {
    const auto field = takeLine();
    if (field.empty()) break;
    if ((trailer += field.size()) > kChunkLine) throw HttpError(400, "the body's trailer is too long");
  }
  body_done_ = true;
}

std::string_view Wire::bodyPiece() {
  if (!body_done_ && piece_left_ == 0) {
    if (chunked_)
      beginChunk();
    else
      body_done_ = true;
  }
  if (body_done_) {
    watch_->disarm();
    return {};
  }
  if (unread_.empty() && !fill()) {
    if (watch_->expired()) throw HttpError(408, "the request's body did not come in time");
    cut();
  }
  const auto piece = unread_.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(unread_.size(), piece_left_)));
  unread_.remove_prefix(piece.size());
  piece_left_ -= piece.size();
  return piece;
}

void Wire::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto step = bytes.substr(0, kWriteStep);
    watch_->arm(limits_.stall, ConnectionGuard::Ends::both);
    for (std::size_t sent = 0; sent < step.size();) {
      const int count = socket_.sendBytes(step.data() + sent, static_cast<int>(step.size() - sent));
      if (count <= 0) throw Poco::IOException("the connection takes no more bytes");
      sent += static_cast<std::size_t>(count);
    }
    bytes.remove_prefix(step.size());
  }
  watch_->disarm();
}

Poco::Net::StreamSocket Wire::detach() {
  watch_.reset();
  return socket_;
}

// A socket that is closed with unread bytes resets the connection, and the client may never see the answer.
void Wire::close() {
  if (!watch_) return;
  try {
    watch_->arm(limits_.linger, ConnectionGuard::Ends::both);
    socket_.shutdownSend();
    for (std::size_t left = kLingerBytes; left > 0;) {
      const int count = socket_.receiveBytes(block_.get(), static_cast<int>(kBlock));
      if (count <= 0) break;
      left -= std::min(left, static_cast<std::size_t>(count));
    }
  } catch (const Poco::Exception&) {
    // It is closed anyway.
  }
  try {
    if (flooded_) socket_.setLinger(true, 0);  // It would never hear that its window is closed for good.
  } catch (const Poco::Exception&) {
    // It is closed anyway.
  }
  watch_.reset();
  socket_.close();
}

}  // namespace troupe::server
