#pragma once

#include <rapidjson/document.h>

#include <memory>
#include <string>

#include "host/pipeline/rig.hpp"
#include "server/api.hpp"
#include "server/auto_train.hpp"
#include "server/run_manager.hpp"
#include "server/stream_hub.hpp"
#include "support/http_client.hpp"
#include "support/test_server.hpp"

namespace troupe::test {

/// Options of a server for tests.
struct ApiSetup {
  int at_once = 2;
  std::size_t queue = 256;
  std::string auto_train;  ///< text of its pipeline; empty: none
  bool auto_train_cancel = false;
  std::chrono::milliseconds grace{50};  ///< as pipeline::EngineOptions has it
  std::vector<server::ServerConfig::Token> tokens;
};

/// A whole server on a free port: journal, plugins, runs, streams, routes. Every answer is held against /openapi.json.
class ApiRig {
 public:
  explicit ApiRig(const ApiSetup& setup = {});
  ~ApiRig();

  /// `body` is sent as `type`.
  HttpAnswer ask(const std::string& method, const std::string& target, const std::string& body = "",
                 const std::string& headers = "", const std::string& type = "application/json") const;
  /// With the status expected; the body as JSON.
  rapidjson::Document json(int status, const std::string& method, const std::string& target,
                           const std::string& body = "", const std::string& headers = "") const;
  /// The detail of a problem, and its first error as "pointer: detail".
  std::string problem(int status, const std::string& method, const std::string& target, const std::string& body = "",
                      const std::string& headers = "", const std::string& type = "application/json") const;

  /// Begins a run of the scripted ensemble; its id.
  std::string start(const PipelineText& text, const std::string& more = "") const;
  void waitFor(const std::string& run, const std::string& state) const;
  /// Begins one and waits until it is complete.
  std::string complete(const PipelineText& text) const;
  PipelineText ensemble() const { return PipelineText::ensemble(board); }
  std::uint16_t port() const { return http->port(); }
  std::string data() const { return config.data.string(); }
  bool runExists(const std::string& run) const;
  /// As when the process dies: every stream is cut where it is.
  void cutStreams() { streams->shutdown(std::chrono::seconds(1)); }

  TempDir dir;
  mutable Board board;
  server::ServerConfig config;
  std::unique_ptr<journal::Journal> journal;
  std::shared_ptr<pipeline::EventHub> hub = std::make_shared<pipeline::EventHub>();
  journal::Registration feed;
  std::unique_ptr<server::RunManager> manager;
  std::unique_ptr<server::PipelineStore> pipelines;
  std::unique_ptr<server::StreamHub> streams;
  std::unique_ptr<server::AutoTrain> auto_train;
  std::unique_ptr<TestServer> http;
};

/// A JSON text inside a JSON text.
std::string quotedJson(const std::string& text);

}  // namespace troupe::test
