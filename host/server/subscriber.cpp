#include "server/subscriber.hpp"

#include <algorithm>
#include <utility>

namespace troupe::server {
namespace {

constexpr std::size_t kPieces = 512;             // Of one write; the kernel takes 1024.
constexpr std::size_t kWriteBytes = 256u << 10;  // Offered in one write.
constexpr int kWrites = 4;                       // A share.

std::size_t sizeOf(const Bytes& bytes) { return bytes ? bytes->size() : 0; }

}  // namespace

Subscriber::Subscriber(StreamHub::Subscription& given, Stream& its_stream)
    : socket(std::exchange(given.socket, {})),
      stream(&its_stream),
      run(given.run),
      gone(std::move(given.gone)),
      current(given.first.empty() ? nullptr : std::make_shared<const std::string>(std::move(given.first))),
      cursor(given.cursor) {}

void Subscriber::gather(Scratch& scratch) {
  auto& pieces = scratch.pieces;
  pieces.clear();
  std::size_t bytes = sizeOf(current) - offset;
  const auto add = [&](const Piece& piece) {
    pieces.push_back(piece);
    bytes += sizeOf(*piece.bytes);
    return !piece.last && pieces.size() < kPieces && bytes < kWriteBytes;
  };
  const auto ends = [&](const StreamFrame& frame) { return frame.last && run != 0 && frame.run == run; };
  if (phase == Phase::replaying && page) {
    for (auto at = page_at; at < page->size(); ++at) {
      const auto& frame = (*page)[at];
      if (frame.id > cursor && wants(frame)) {
        if (!add({&frame.bytes, frame.id, place, seen, at + 1, ends(frame)})) return;
      } else if (pieces.empty()) {
        page_at = at + 1;
      }
    }
  }
  if (phase != Phase::live) return;
  const auto end = stream->ring.end();
  auto newest = cursor;
  for (auto at = place; at < end; ++at) {
    const auto& frame = stream->ring.at(at);
    newest = std::max(cursor, frame.id);
    if (frame.id > cursor && wants(frame)) {
      if (!add({&frame.bytes, frame.id, at + 1, seen, page_at, ends(frame)})) return;
    } else if (pieces.empty()) {
      place = at + 1;
      cursor = newest;
    }
  }
  for (const auto* slot = stream->latest.after(seen); slot != nullptr; slot = stream->latest.after(slot->version)) {
    if (wants(slot->frame)) {
      if (!add({&slot->frame.bytes, newest, end, slot->version, page_at, false})) return;
    } else if (pieces.empty()) {
      seen = slot->version;
    }
  }
}

void Subscriber::settle(std::size_t bytes, Scratch& scratch) {
  scratch.bytes += bytes;
  if (current) {
    const auto rest = current->size() - offset;
    if (bytes < rest) {
      offset += bytes;
      return;
    }
    bytes -= rest;
    send(nullptr);
  }
  for (const auto& piece : scratch.pieces) {
    const auto size = sizeOf(*piece.bytes);
    if (bytes == 0 && size != 0) return;
    ++scratch.frames;
    cursor = piece.cursor;
    place = piece.place;
    seen = piece.seen;
    page_at = piece.page_at;
    if (piece.last) phase = Phase::ending;
    if (bytes < size) {
      current = *piece.bytes;
      offset = bytes;
      return;
    }
    bytes -= size;
  }
}

Subscriber::Wrote Subscriber::write(Time now, Scratch& scratch) {
  for (int writes = 0; writes < kWrites; ++writes) {
    gather(scratch);
    auto& vectors = scratch.vectors;
    vectors.clear();
    const auto add = [&](const char* data, std::size_t size) {
      if (size != 0) vectors.push_back({const_cast<char*>(data), size});
    };
    if (current) add(current->data() + offset, current->size() - offset);
    for (const auto& piece : scratch.pieces)
      if (*piece.bytes) add((*piece.bytes)->data(), (*piece.bytes)->size());
    if (vectors.empty() && scratch.pieces.empty() && !socket.pending()) return Wrote::all;
    std::size_t done = 0;
    const bool was_pending = socket.pending();
    const auto state = vectors.empty() ? socket.flush() : socket.write(vectors.data(), vectors.size(), done);
    if (done != 0 || (was_pending && state == SubscriberSocket::State::open)) sent = now;
    settle(done, scratch);
    if (state == SubscriberSocket::State::gone) return Wrote::gone;
    if (state == SubscriberSocket::State::blocked) return Wrote::blocked;
  }
  return Wrote::more;
}

}  // namespace troupe::server
