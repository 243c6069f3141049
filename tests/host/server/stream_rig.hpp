#pragma once

#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/StreamSocket.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "server/stream_hub.hpp"

namespace troupe::test {

using server::Bytes;
using server::StreamFrame;
using server::StreamHub;
using namespace std::chrono_literals;

inline Bytes bytes(std::string text) { return std::make_shared<const std::string>(std::move(text)); }

/// Waits until something is so; throws when that takes too long.
template <typename Condition>
void waitUntil(Condition condition, std::chrono::milliseconds limit = 20s) {
  const auto until = std::chrono::steady_clock::now() + limit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > until) throw std::runtime_error("it did not happen in time");
    std::this_thread::sleep_for(1ms);
  }
}

/// Work of a thread whose failure must not end the program before it is told.
template <typename Work>
void countFailure(std::atomic<int>& failures, Work work) {
  try {
    work();
  } catch (const std::exception& e) {
    ++failures;
    std::cerr << "a thread of the test failed: " << e.what() << '\n';
  }
}

/// The socket, which nobody else has any more: the last copy is destroyed by the hub.
inline Poco::Net::StreamSocket handOver(Poco::Net::StreamSocket& socket) { return std::exchange(socket, {}); }

/// A number from the environment, for loops that can be made longer.
inline int scaled(const char* variable, int otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr ? otherwise : std::atoi(text);
}

/// Connections over loopback.
class Loopback {
 public:
  Loopback() : server_(Poco::Net::SocketAddress("127.0.0.1", 0)) {}
  /// The client's end first. A small receive buffer makes a reader that does not read soon felt.
  std::pair<Poco::Net::StreamSocket, Poco::Net::StreamSocket> connect(int receive_buffer = 0) {
    Poco::Net::StreamSocket client(Poco::Net::SocketAddress::IPv4);
    if (receive_buffer != 0) client.setReceiveBufferSize(receive_buffer);
    const std::lock_guard lock(mutex_);  // The next to be accepted is the one that connected.
    client.connect(server_.address());
    return {client, server_.acceptConnection()};
  }

 private:
  std::mutex mutex_;
  Poco::Net::ServerSocket server_;
};

/// Reads a stream as lines.
class LineReader {
 public:
  explicit LineReader(Poco::Net::StreamSocket socket) : socket_(std::move(socket)) {
    socket_.setReceiveTimeout(Poco::Timespan(20, 0));
  }

  /// The next whole line; nothing at the end of the stream. Throws when none comes.
  std::optional<std::string> next() {
    for (;;) {
      if (const auto end = buffer_.find('\n', at_); end != std::string::npos) {
        auto line = buffer_.substr(at_, end - at_);
        at_ = end + 1;
        return line;
      }
      buffer_.erase(0, at_);
      at_ = 0;
      char chunk[16384];
      const auto got = socket_.receiveBytes(chunk, sizeof chunk);
      if (got <= 0) return std::nullopt;
      buffer_.append(chunk, static_cast<std::size_t>(got));
    }
  }
  /// The next line that is the id of a durable frame.
  std::int64_t id() {
    for (;;) {
      const auto line = next();
      if (!line) throw std::runtime_error("the stream has ended");
      if (!line->empty() && line->front() >= '0' && line->front() <= '9') return std::stoll(*line);
    }
  }
  const std::string& rest() const { return buffer_; }
  Poco::Net::StreamSocket& socket() { return socket_; }

 private:
  Poco::Net::StreamSocket socket_;
  std::string buffer_;
  std::size_t at_ = 0;
};

/// What has been committed: the truth that every reader must see.
class Committed {
 public:
  /// The frame's text is its id, and what else is wanted of size.
  StreamFrame add(std::int64_t id, journal::RunKey run, std::size_t padding = 0, bool last = false) {
    StreamFrame frame;
    frame.id = id;
    frame.run = run;
    frame.last = last;
    frame.bytes = bytes(std::to_string(id) + (padding != 0 ? " " + std::string(padding, 'x') : "") + "\n");
    const std::lock_guard lock(mutex_);
    frames_.push_back(frame);
    return frame;
  }
  std::vector<StreamFrame> read(journal::RunKey run, std::int64_t after, std::size_t limit) const {
    const std::lock_guard lock(mutex_);
    std::vector<StreamFrame> page;
    auto frame = std::upper_bound(frames_.begin(), frames_.end(), after,
                                  [](std::int64_t id, const auto& f) { return id < f.id; });
    for (; frame != frames_.end() && page.size() < limit; ++frame)
      if (run == 0 || frame->run == run || frame->run == 0) page.push_back(*frame);
    return page;
  }
  /// The ids that a reader has to get.
  std::vector<std::int64_t> ids(journal::RunKey run, std::int64_t after) const {
    std::vector<std::int64_t> ids;
    for (const auto& frame : read(run, after, SIZE_MAX)) ids.push_back(frame.id);
    return ids;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<StreamFrame> frames_;
};

/// A hub with one stream over what has been committed.
class StreamRig {
 public:
  explicit StreamRig(StreamHub::Options options = {}, StreamHub::StreamSpec spec = {}) : hub(options) {
    spec.name = "test";
    if (!spec.replay)
      spec.replay = [this](auto run, auto after, auto limit) { return committed.read(run, after, limit); };
    stream = hub.addStream(std::move(spec));
  }

  void publish(std::int64_t id, journal::RunKey run = 1, std::size_t padding = 0, bool last = false) {
    hub.publish(stream, committed.add(id, run, padding, last));
  }
  void tell(const std::string& key, const std::string& text, journal::RunKey run = 1) {
    StreamFrame frame;
    frame.run = run;
    frame.key = key;
    frame.bytes = bytes("~" + text + "\n");
    hub.publish(stream, std::move(frame));
  }
  LineReader join(std::int64_t cursor = 0, journal::RunKey run = 0, std::function<void()> gone = nullptr,
                  int receive_buffer = 0) {
    auto [client, server] = loopback.connect(receive_buffer);
    refusal = hub.subscribe(stream, {handOver(server), "127.0.0.1", run, cursor, "hello\n", std::move(gone)});
    return LineReader(client);
  }

  Committed committed;
  Loopback loopback;
  StreamHub hub;
  StreamHub::StreamId stream = 0;
  std::atomic<StreamHub::Refusal> refusal{StreamHub::Refusal::none};
};

}  // namespace troupe::test
