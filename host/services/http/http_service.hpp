#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "services/call_context.hpp"
#include "services/http/http_loop.hpp"
#include "services/secret_source.hpp"

namespace troupe::services {

class HttpService;

/// What the nodes of a run reach the network with.
struct Network {
  std::shared_ptr<HttpService> http;            ///< null: there is no network
  std::shared_ptr<const SecretSource> secrets;  ///< null: there are no secrets
  bool public_only = false;                     ///< no loopback, private or link-local address …
  std::vector<std::string> private_hosts;       ///< … but those
};

/// The same for one node.
struct NodeNetwork : Network {
  std::vector<std::string> hosts;  ///< that it may speak to, with leading "*." as wildcard
};

/// Outbound HTTP for all nodes of the process: what may be asked of whom, with which secrets. A transport does the
/// rest; its thread begins with the first request.
class HttpService {
 public:
  explicit HttpService(HttpOptions options = {});
  /// For recordings.
  explicit HttpService(std::unique_ptr<HttpTransport> transport);
  ~HttpService();
  HttpService(const HttpService&) = delete;
  HttpService& operator=(const HttpService&) = delete;

  /// Sends a request (JSON of troupe.http/1) and gives its answer to `on_part` on this thread. Returns TROUPE_OK, or
  /// what `on_part` returned when that was not 0. Throws HttpFailure. [any thread]
  int fetch(const NodeNetwork& node, CallContext& call, std::string_view request_json,
            const std::function<int(std::uint32_t part, std::string_view bytes)>& on_part);

 private:
  HttpTransport& transport();

  const HttpOptions options_;
  std::once_flag begun_;
  std::unique_ptr<HttpTransport> transport_;
};

}  // namespace troupe::services
