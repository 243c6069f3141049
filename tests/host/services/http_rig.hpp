#pragma once

#include <troupe/ext/http.h>

#include <future>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "loader/manifest.hpp"
#include "pipeline/call.hpp"
#include "services/host_table.hpp"

namespace troupe::test {

class Secrets final : public services::SecretSource {
 public:
  Secrets(std::initializer_list<std::pair<const std::string, services::Secret>> secrets) : secrets_(secrets) {}
  std::optional<services::Secret> find(const std::string& name) const override {
    const auto it = secrets_.find(name);
    return it == secrets_.end() ? std::nullopt : std::optional(it->second);
  }

 private:
  std::map<std::string, services::Secret> secrets_;
};

/// What a request came to.
struct Answered {
  int code = -1;
  int status = 0;
  std::string head, body, problem;
  int pieces = 0;
  std::optional<pipeline::FailureInfo> failure;  ///< of the call, when the plugin returns the code as it is
};

/// A node as a plugin sees it: the host's table, real calls, the real network.
class HttpRig {
 public:
  explicit HttpRig(std::vector<std::string> hosts = {"127.0.0.1", "localhost"}, services::HttpOptions options = {})
      : network_(makeNetwork(std::move(hosts), std::move(options))) {}

  void secrets(std::shared_ptr<const services::SecretSource> secrets) { network_.secrets = std::move(secrets); }
  services::NodeNetwork& network() { return network_; }

  std::shared_ptr<pipeline::Call> call() const { return std::make_shared<pipeline::Call>(type_, "{}", 1); }
  Answered request(const std::string& json) { return request(json, *call()); }
  Answered request(const std::string& json, pipeline::Call& call,
                   const std::function<int(std::uint32_t, std::string_view)>& on_part = {}) {
    const services::HostTable host([](int, std::string_view) {}, {nullptr, network_});
    const auto* http = static_cast<const troupe_http*>(host.table()->ext(host.table()->ctx, TROUPE_HTTP_ID));
    struct Taking {
      Answered answered;
      const std::function<int(std::uint32_t, std::string_view)>& on_part;
    } taking{{}, on_part};
    taking.answered.code = http->request(
        http->ctx, call.table(), troupe_str{json.data(), json.size()},
        [](void* arg, std::uint32_t part, troupe_str bytes) {
          auto& to = *static_cast<Taking*>(arg);
          const std::string_view text(bytes.p, bytes.n);
          if (part == TROUPE_HTTP_HEAD) {
            to.answered.head = text;
            to.answered.status = std::stoi(std::string(text.substr(text.find("\"status\":") + 9)));
          }
          if (part == TROUPE_HTTP_BODY) {
            to.answered.body += text;
            ++to.answered.pieces;
          }
          if (part == TROUPE_HTTP_PROBLEM) to.answered.problem = text;
          return to.on_part ? to.on_part(part, text) : 0;
        },
        &taking);
    taking.answered.failure = call.finish(taking.answered.code).failure;
    return std::move(taking.answered);
  }

 private:
  static services::NodeNetwork makeNetwork(std::vector<std::string> hosts, services::HttpOptions options) {
    services::NodeNetwork network;
    network.http = std::make_shared<services::HttpService>(std::move(options));
    network.hosts = std::move(hosts);
    return network;
  }
  loader::NodeType type_;
  services::NodeNetwork network_;
};

/// A request without a body; `more` are further members.
inline std::string get(const std::string& url, const std::string& more = "") {
  return R"({"method":"GET","url":")" + url + "\"" + (more.empty() ? "" : "," + more) + "}";
}

}  // namespace troupe::test
