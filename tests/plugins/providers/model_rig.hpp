#pragma once

/// A real plugin file, as the host runs it: the host's table, its HTTP service, real calls.

#include <memory>
#include <stdexcept>
#include <string>

#include "host/services/http_rig.hpp"
#include "model_options.hpp"
#include "services/http/url.hpp"
#include "support/fake_host.hpp"

namespace troupe::test {

class ModelRig {
 public:
  static constexpr const char* kKey = "sk-test-0123456789abcdef";

  /// A node that asks this server for model m-1 with a key; `more` are further options.
  ModelRig(const std::string& provider, const std::string& base_url, const std::string& more = "")
      : type_(providerType(provider)),
        file_(TROUPE_PLUGIN_DIR "/provider." + provider + ".troupe"),
        node_(file_.node("troupe.provider." + provider)),
        host_([](int, std::string_view) {}, {nullptr, network(base_url)}) {
    const auto options =
        providerOptions(provider, R"("base_url":")" + base_url + R"(","api_key":"${secret:KEY}")" + more);
    pipeline::Call report(type_, "{}", 1);
    if (node_.create(host_.table(), troupe_str{options.data(), options.size()}, report.table(), &self_) != TROUPE_OK)
      throw std::runtime_error("the node was not created");
  }
  ~ModelRig() { node_.destroy(self_); }
  ModelRig(const ModelRig&) = delete;
  ModelRig& operator=(const ModelRig&) = delete;

  /// The input of a call; `more` are further members of it.
  static std::string input(const std::string& more = "") {
    const std::string prompt =
        R"({"id":"0","index":0,"seed":7,"messages":[{"role":"user","content":"Go."}],"vars":{}})";
    return R"({"prompt":)" + prompt + R"(,"sample":{"run":"r","index":0,"seed":7,"prompt":)" + prompt + "}" + more +
           "}";
  }
  std::shared_ptr<pipeline::Call> call(const std::string& json = input(), pipeline::Call::Listener listener = nullptr) {
    return std::make_shared<pipeline::Call>(type_, json, 1, std::move(listener));
  }
  pipeline::Call::Result run(pipeline::Call& call) { return call.finish(node_.run(self_, call.table())); }
  pipeline::Call::Result run(const std::string& json = input()) { return run(*call(json)); }

 private:
  static services::NodeNetwork network(const std::string& base_url) {
    services::NodeNetwork network;
    network.http = std::make_shared<services::HttpService>();
    network.secrets = std::shared_ptr<Secrets>(new Secrets{{"KEY", {kKey, {}}}});
    network.hosts = {services::urlHost(base_url)};
    return network;
  }

  const loader::NodeType type_;
  const PluginFile file_;
  const troupe_node& node_;
  const services::HostTable host_;
  void* self_ = nullptr;
};

}  // namespace troupe::test
