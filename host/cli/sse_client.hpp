#pragma once

#include <Poco/Net/HTTPClientSession.h>
#include <Poco/URI.h>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <utility>

#include "support/sse_parser.hpp"

namespace troupe::cli {

/// Reads an event stream, and goes on after the last event that it has had when the connection is lost.
class SseClient {
 public:
  struct Options {
    Poco::URI uri;
    std::string token;                 ///< sent as a bearer; empty: none
    std::string ca_file;               ///< certificates to trust besides those of the system
    std::chrono::seconds silence{45};  ///< a connection that says nothing for so long is lost: a server has a heartbeat
    std::function<void(const std::string&)> tell;  ///< what happens to the connection, for the user; may be null
  };
  enum class Verdict {
    more,  ///< go on
    last,  ///< it seems to be the last one: the end of the stream, or a second without another, is the end
    end,   ///< seen enough
  };
  using OnEvent = std::function<Verdict(const SseParser::Event&)>;

  explicit SseClient(Options options);
  /// Returns when `on_event` has seen enough, the server says that there is no more (204), or stop() was called. Throws
  /// Failure(usage) when the server refuses, or when there was none from the beginning.
  void run(const OnEvent& on_event);
  /// Where the stream is to be read from when the connection is lost. [on_event]
  void moveTo(Poco::URI uri) { options_.uri = std::move(uri); }
  const Poco::URI& address() const { return options_.uri; }
  /// [any thread]
  void stop();

 private:
  enum class Ending { done, lost };
  Ending connection(const OnEvent& on_event);
  Ending read(std::istream& in, Poco::Net::StreamSocket& socket, const OnEvent& on_event);
  std::unique_ptr<Poco::Net::HTTPClientSession> session() const;
  void tell(const std::string& message) const;
  bool stopped() const;
  /// False when stopped meanwhile.
  bool pause();

  Options options_;
  SseParser parser_;
  bool connected_once_ = false;
  int failures_ = 0;  // In a row.
  std::string why_;   // The connection was lost.
  std::minstd_rand random_{std::random_device{}()};

  mutable std::mutex mutex_;  // Guards all below.
  std::condition_variable changed_;
  bool stop_ = false;
  int file_ = -1;  // Of the connection.
};

}  // namespace troupe::cli
