#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "journal/journal.hpp"
#include "loader/catalog.hpp"
#include "pipeline/event_hub.hpp"
#include "server/router.hpp"
#include "server/server_config.hpp"
#include "server/stream_hub.hpp"
#include "services/http/http_service.hpp"

namespace troupe::server {

/// A web node of the server: what it declares becomes routes, what it makes of an event goes to the subscribers of its
/// streams.
///
/// Begin in this order: journal, EventHub, StreamHub, Router, WebSinks, HttpServer. End in the reverse: stop() after
/// the last event, then StreamHub::shutdown(), then the HttpServer, then the WebSinks.
class WebSink {
 public:
  struct Options {
    /// Event `snapshot` (JSON) of a run, or of all (0), with the member `head`: a stream that goes on after that misses
    /// nothing. [any thread]
    std::function<std::string(journal::RunKey run)> snapshot;
    /// What the plugin says, and what goes wrong with it: a troupe_level, the node's name, the message. [any thread]
    std::function<void(int level, const std::string& node, std::string_view message)> log;
    services::Network network;               ///< what it reaches others with; none by default
    std::chrono::milliseconds limit{10000};  ///< of a request, and of what the node makes for one subscriber
  };

  /// All given outlive it; so does whatever calls the router. Throws Failure(usage) when the type is unknown or no
  /// sink, Failure(plugin_unusable) when the node cannot be made.
  WebSink(const ServerConfig::SinkNode& node, loader::Catalog& catalog, journal::Journal& journal,
          std::shared_ptr<pipeline::EventHub> events, StreamHub& streams, Router& router, Options options);
  ~WebSink();
  WebSink(const WebSink&) = delete;
  WebSink& operator=(const WebSink&) = delete;

  /// Waits, at most for `limit`, until what is in the journal has been given to the streams, and ends. Returns how many
  /// events are missing.
  std::int64_t stop(std::chrono::milliseconds limit);
  /// Whether the plugin fails or blocks at the moment. [any thread]
  bool failing() const;
  /// A thread is inside the plugin and did not come back: the process must end without destructors.
  bool abandoned() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace troupe::server
