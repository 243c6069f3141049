#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/confinement.hpp"
#include "loader/type_lookup.hpp"
#include "server/exchange.hpp"

namespace troupe::server {

/// What `troupe serve` is told: server.json, completed and checked. Paths are absolute.
struct ServerConfig {
  struct Token {
    std::string name;
    Right right = Right::watch;
    std::string sha256;  ///< of the token; the token itself is not kept
  };
  struct Tls {
    std::filesystem::path certificate, key;
    bool on() const { return !certificate.empty(); }
  };
  struct SinkNode {
    std::string name, type, options;      ///< options: JSON, completed with defaults
    std::vector<std::string> hosts = {};  ///< of the addresses in its options
  };

  std::string address = "127.0.0.1";
  std::uint16_t port = 7878;  ///< 0: any free one
  bool any_port = false;      ///< take the next free one when it is in use
  std::vector<Token> tokens;  ///< without any, only loopback is listened on, and whoever reaches it may operate
  Tls tls;
  std::string public_url;                    ///< "https://example.org/troupe" behind a proxy; empty: as listened
  std::vector<std::string> hosts;            ///< further values of Host that are answered
  std::vector<std::string> origins;          ///< other origins whose pages may call (CORS)
  std::vector<std::string> frame_ancestors;  ///< other origins that may show /embed/ pages in a frame
  std::filesystem::path data;     ///< root of everything that comes over HTTP names; pipelines lie in <data>/pipelines
  std::filesystem::path secrets;  ///< the only source of secrets for pipelines that come over HTTP
  std::vector<std::string> private_hosts;  ///< hosts that pipelines over HTTP may name though they are private
  std::vector<SinkNode> sinks;             ///< sinks of the server: they see all runs
  std::filesystem::path auto_train;        ///< pipeline of POST /auto-train-stream; empty: there is none
  bool auto_train_cancel = false;          ///< cancel its run when the client goes away

  struct Limits {
    std::size_t head_bytes = 32u << 10;
    std::size_t body_bytes = 16u << 20;
    int head_s = 10;        ///< from the connection, or the end of the last request, to the complete head
    int body_s = 60;        ///< from the head to the complete body
    int connections = 256;  ///< besides event streams
    std::size_t subscribers = 1024;
    std::size_t subscribers_per_address = 64;
    int stall_s = 10;
  } limits;
  struct Runs {
    int at_once = 2;
    std::size_t queue = 256;
    bool resume = false;  ///< go on with interrupted runs at the start
  } runs;
  struct Log {
    std::string level = "info";  ///< debug | info | warning | error
    bool json = false;
    bool access = true;
  } log;
};

/// What the command line says in place of server.json. Relative paths start from the working folder.
struct ServerOverrides {
  std::optional<std::string> listen;  ///< "address:port", "address" or "port"
  std::optional<bool> any_port;
  std::optional<std::string> token;  ///< name of a secret: the token "operator", with the right to operate
  std::optional<std::filesystem::path> data, secrets;
  std::optional<std::string> public_url;
  std::optional<std::string> log_level;
  std::optional<bool> log_json;
};

/// Reads and checks server.json: comments and trailing commas are fine, relative paths start from its folder. Throws
/// Problems(usage) with every mistake at once. `types` know the sinks.
ServerConfig readServerConfig(std::string_view text, const std::filesystem::path& file, const loader::TypeLookup& types,
                              const ServerOverrides& overrides = {});

/// The same with a file; with an empty path everything has its default.
ServerConfig loadServerConfig(const std::filesystem::path& file, const loader::TypeLookup& types,
                              const ServerOverrides& overrides = {});

/// The rules of pipelines that come over HTTP.
config::Confinement confinementOf(const ServerConfig& config);

/// The JSON Schema of server.json, for editors.
std::string_view serverSchema();

}  // namespace troupe::server
