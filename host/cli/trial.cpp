#include "cli/trial.hpp"

#include <chrono>
#include <condition_variable>
#include <iostream>
#include <mutex>
#include <thread>
#include <utility>

#include <troupe/troupe.hpp>

#include "cli/common.hpp"
#include "loader/module.hpp"
#include "pipeline/node_network.hpp"
#include "services/host_table.hpp"

namespace troupe::cli {

using Clock = std::chrono::steady_clock;

struct Trial::State {
  State(const config::Node& config, std::shared_ptr<loader::Module> module, const services::Network& network)
      : node(config),
        type(*config.info),
        host(
            [name = config.name](int level, std::string_view text) {
              if (level > TROUPE_DEBUG) std::cerr << name << ": " << text << '\n';
            },
            {nullptr, pipeline::nodeNetwork(network, config, type)}),
        instance(std::move(module), config.type, host.table(), config.options) {}

  const config::Node node;
  const loader::NodeType type;
  services::HostTable host;
  loader::Instance instance;
  std::mutex mutex;  // Guards all below.
  std::condition_variable done;
  bool stuck = false;
};

Trial::Trial(const config::Node& node, loader::Catalog& catalog) : Trial(node, catalog, cli::network()) {}

Trial::Trial(const config::Node& node, loader::Catalog& catalog, const services::Network& network) {
  const auto* file = catalog.fileOf(node.type);
  if (file == nullptr) throw Failure(ExitCode::plugin_unusable, "no plugin offers " + node.type);
  state_ = std::make_shared<State>(node, catalog.load(*file), network);
}

Trial::~Trial() = default;

bool Trial::stuck() const {
  const std::lock_guard lock(state_->mutex);
  return state_->stuck;
}

Trial::Result Trial::call(const std::string& input, std::uint64_t seed, pipeline::Call::Listener listener,
                          std::unique_ptr<services::ModelCalls> models) {
  constexpr auto kGrace = std::chrono::seconds(2);
  auto call = std::make_shared<pipeline::Call>(state_->type, input, seed, std::move(listener));
  if (models) call->setModels(std::move(models));
  auto returned = std::make_shared<std::optional<int>>();
  const auto began = Clock::now();
  std::thread worker([state = state_, call, returned] {
    const int code = state->instance.run(call->table());
    const std::lock_guard lock(state->mutex);
    *returned = code;
    state->done.notify_all();
  });
  const auto limit =
      std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(state_->node.limits.timeout_s));
  Result result;
  {
    std::unique_lock lock(state_->mutex);
    const auto is_back = [&] { return returned->has_value(); };
    // The time that it waits for a model is that model's.
    auto until = began + limit;
    while (!state_->done.wait_until(lock, until, is_back) && until < began + limit + call->waits().total(Clock::now()))
      until = began + limit + call->waits().total(Clock::now()) + std::chrono::milliseconds(50);
    if (!is_back()) {
      lock.unlock();
      call->cancel({TROUPE_E_TRANSIENT, "no answer within the node's timeout_s", -1});
      lock.lock();
      if (!state_->done.wait_for(lock, kGrace, is_back)) {
        state_->stuck = true;
        worker.detach();
        result.failure = pipeline::FailureInfo{TROUPE_E_INTERNAL,
                                               "no answer within the node's timeout_s, and it ignores its cancel", -1};
        return result;
      }
    }
  }
  worker.join();
  result.latency_ms = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - began).count();
  auto outcome = call->finish(**returned);
  result.failure = std::move(outcome.failure);
  result.values = std::move(outcome.values);
  result.hold = std::move(outcome.hold);
  result.usage = std::move(outcome.usage);
  result.spoke = outcome.spoke;
  result.unsent = outcome.unsent;
  return result;
}

std::string promptJson(const std::string& text, const std::string& genre, std::int64_t index, std::int64_t seed) {
  JsonWriter json;
  json.beginObject().member("id", std::to_string(index)).member("index", index).member("seed", seed);
  json.key("messages").beginArray().beginObject().member("role", "user").member("content", text).endObject().endArray();
  json.key("vars").beginObject();
  if (!genre.empty()) json.member("genre", genre);
  json.endObject().endObject();
  return std::string(json.text());
}

std::string sampleMember(const std::string& prompt, std::int64_t index, std::int64_t seed) {
  return "\"sample\":{\"run\":\"trial\",\"index\":" + std::to_string(index) + ",\"seed\":" + std::to_string(seed) +
         ",\"prompt\":" + prompt + "}";
}

}  // namespace troupe::cli
