#pragma once

/// The real plugin file, as the host runs it: the host's table, its HTTP service, real calls.

#include <memory>
#include <stdexcept>
#include <string>

#include "host/services/http_rig.hpp"
#include "openai_options.hpp"
#include "services/http/url.hpp"
#include "support/fake_host.hpp"

namespace troupe::test {

class OpenAiRig {
 public:
  static constexpr const char* kKey = "sk-test-0123456789abcdef";

  /// A node that asks this server for model m-1 with a key; `more` are further options.
  explicit OpenAiRig(const std::string& base_url, const std::string& more = "")
      : host_([this](int, std::string_view line) { log_ += std::string(line) + "\n"; }, {nullptr, network(base_url)}),
        node_(type()) {
    const auto options = openAiOptions(R"("base_url":")" + base_url + R"(","api_key":"${secret:KEY}")" + more);
    pipeline::Call report(openAiType(), "{}", 1);
    if (node_.create(host_.table(), troupe_str{options.data(), options.size()}, report.table(), &self_) != TROUPE_OK)
      throw std::runtime_error("the node was not created");
  }
  ~OpenAiRig() { node_.destroy(self_); }
  OpenAiRig(const OpenAiRig&) = delete;
  OpenAiRig& operator=(const OpenAiRig&) = delete;

  static std::shared_ptr<pipeline::Call> call(pipeline::Call::Listener listener = nullptr) {
    const std::string prompt =
        R"({"id":"0","index":0,"seed":7,"messages":[{"role":"user","content":"Go."}],"vars":{}})";
    return std::make_shared<pipeline::Call>(
        openAiType(), R"({"prompt":)" + prompt + R"(,"sample":{"run":"r","index":0,"seed":7,"prompt":)" + prompt + "}}",
        1, std::move(listener));
  }
  pipeline::Call::Result run(pipeline::Call& call) { return call.finish(node_.run(self_, call.table())); }
  pipeline::Call::Result run() { return run(*call()); }
  const std::string& log() const { return log_; }

 private:
  static const troupe_node& type() {
    static const PluginFile file(TROUPE_PLUGIN_DIR "/provider.openai.troupe");
    return file.node("troupe.provider.openai");
  }
  static services::NodeNetwork network(const std::string& base_url) {
    services::NodeNetwork network;
    network.http = std::make_shared<services::HttpService>();
    network.secrets = std::shared_ptr<Secrets>(new Secrets{{"KEY", {kKey, {}}}});
    network.hosts = {services::urlHost(base_url)};
    return network;
  }

  std::string log_;
  const services::HostTable host_;
  const troupe_node& node_;
  void* self_ = nullptr;
};

}  // namespace troupe::test
