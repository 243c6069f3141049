#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::services {

/// What one node serves on the host's HTTP server: the host's side of troupe.web/1. Implemented by host/server.
class WebMount {
 public:
  virtual ~WebMount() = default;

  struct Stream {
    std::string name;
    std::vector<std::string> paths;  ///< with or without "{run}"
    std::string content_type;
    int heartbeat_ms = 10000;
  };
  struct Request {
    std::string method;
    std::string path;
    std::string right;  ///< none | watch | operate
  };
  struct Asset {
    std::string path;
    std::string content_type;
    std::string body;
  };

  /// Each throws std::invalid_argument with a sentence when a path is taken or is no path. [setup]
  virtual void stream(Stream stream) = 0;
  virtual void request(Request request) = 0;
  virtual void asset(Asset asset) = 0;
};

}  // namespace troupe::services
