#pragma once

#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/StreamSocket.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

namespace troupe::test {

/// Passes connections on to a server of this machine, and cuts each after so many bytes of the answer as `bytes` says.
class CuttingProxy {
 public:
  CuttingProxy(std::uint16_t to, std::function<std::size_t()> bytes) : to_(to), bytes_(std::move(bytes)) {
    listener_.bind(Poco::Net::SocketAddress("127.0.0.1", 0));
    listener_.listen();
    thread_ = std::thread([this] { accept(); });
  }
  ~CuttingProxy() {
    ending_ = true;
    {
      const std::lock_guard lock(mutex_);
      if (active_) active_->shutdown();  // It may be waiting for a heartbeat.
    }
    try {
      Poco::Net::StreamSocket(Poco::Net::SocketAddress("127.0.0.1", port()));  // Wakes accept().
    } catch (const Poco::Exception&) {
    }
    thread_.join();
  }
  CuttingProxy(const CuttingProxy&) = delete;
  CuttingProxy& operator=(const CuttingProxy&) = delete;

  std::uint16_t port() const { return listener_.address().port(); }
  /// How many connections were cut so far.
  std::size_t cuts() const { return cuts_; }

 private:
  // One connection at a time: its reader comes again when it was cut.
  void accept() {
    while (!ending_) {
      try {
        auto client = listener_.acceptConnection();
        if (ending_) return;
        pass(client);
      } catch (const Poco::Exception&) {
        // The connection is over.
      }
    }
  }

  void pass(Poco::Net::StreamSocket& client) {
    Poco::Net::StreamSocket server(Poco::Net::SocketAddress("127.0.0.1", to_));
    {
      const std::lock_guard lock(mutex_);
      if (ending_) return;
      active_ = server;
    }
    char buffer[4096];
    // The request's head comes in one piece from the reader of these tests.
    const int asked = client.receiveBytes(buffer, sizeof buffer);
    if (asked <= 0) return;
    server.sendBytes(buffer, asked);
    for (auto left = bytes_();;) {
      const int got = server.receiveBytes(buffer, static_cast<int>(std::min(left, sizeof buffer)));
      if (got <= 0) return;
      client.sendBytes(buffer, got);
      left -= static_cast<std::size_t>(got);
      if (left > 0) continue;
      ++cuts_;
      client.setLinger(true, 0);  // A reset, as when a cable is pulled.
      return;
    }
  }

  const std::uint16_t to_;
  const std::function<std::size_t()> bytes_;
  Poco::Net::ServerSocket listener_;
  std::atomic<bool> ending_{false};
  std::atomic<std::size_t> cuts_{0};
  std::mutex mutex_;  // Guards the one below.
  std::optional<Poco::Net::StreamSocket> active_;
  std::thread thread_;
};

}  // namespace troupe::test
