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
#include "services/http/recording.hpp"
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

/// Outbound HTTP for all nodes of the process: what may be asked of whom, with which secrets. The loop does the rest;
/// its thread begins with the first request.
class HttpService {
 public:
  /// With a recorder, what is asked and answered is kept there.
  explicit HttpService(HttpOptions options = {}, std::unique_ptr<Recorder> recorder = nullptr);
  /// Gives what was recorded, and never touches the network or a secret.
  explicit HttpService(std::unique_ptr<Replay> replay);
  ~HttpService();
  /// Whether it gives what was recorded.
  bool replays() const { return replay_ != nullptr; }
  HttpService(const HttpService&) = delete;
  HttpService& operator=(const HttpService&) = delete;

  /// Sends a request (JSON of troupe.http/1) and gives its answer to `on_part` on this thread. Returns TROUPE_OK, or
  /// what `on_part` returned when that was not 0. Throws HttpFailure. [any thread]
  int fetch(const NodeNetwork& node, CallContext& call, std::string_view request_json,
            const std::function<int(std::uint32_t part, std::string_view bytes)>& on_part);

 private:
  using OnPart = std::function<int(std::uint32_t part, std::string_view bytes)>;
  int replay(CallContext& call, const HttpRequest& request, const OnPart& on_part);
  HttpLoop& loop();

  const HttpOptions options_;
  const std::unique_ptr<Recorder> recorder_;
  const std::unique_ptr<Replay> replay_;
  std::once_flag begun_;
  std::unique_ptr<HttpLoop> loop_;
};

}  // namespace troupe::services
