#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string_view>
#include <utility>

#include "pipeline/attempt_gate.hpp"
#include "pipeline/node_runner.hpp"

namespace troupe::pipeline {

// What a plugin writes comes to the engine as long as there is one: an abandoned thread may write later.
struct NodeRunner::LogGate {
  explicit LogGate(std::function<void(int, std::string_view)> to_) : to(std::move(to_)) {}
  void pass(int level, std::string_view text) {
    const std::shared_lock lock(mutex);
    if (open) to(level, text);
  }
  void close() {
    const std::unique_lock lock(mutex);
    open = false;
  }
  const std::function<void(int, std::string_view)> to;
  std::shared_mutex mutex;  // Guards all below, and is held while `to` is called.
  bool open = true;
};

// An instance with the host table that it was made with; outlives the runner inside an abandoned thread.
struct NodeRunner::LiveInstance {
  LiveInstance(const Graph::Node& node, std::shared_ptr<loader::Module> module, services::NodeNetwork network,
               std::function<void(int, std::string_view)> log)
      : host(std::move(log), {nullptr, std::move(network)}),
        instance(std::move(module), node.config->type, host.table(), node.config->options) {}
  services::HostTable host;
  loader::Instance instance;
};

// A call through all its attempts.
struct NodeRunner::Job {
  Job(Request r, RetryPolicy p) : request(std::move(r)), policy(std::move(p)) {}
  Request request;
  RetryPolicy policy;
  Outcome outcome;
  std::shared_ptr<Walk> walk;  // Of the attempt that is inside the plugin; the gates hear of its end.
  bool waited = false;
  std::string cache_key;  // Once it has been looked up.

  bool unwanted() const { return request.lender && request.lender->withdrawn(); }
  // Its thread is in the plugin for ever.
  bool lost() const { return request.lender && request.lender->lost(); }
};

// One attempt inside the plugin.
struct NodeRunner::Execution {
  std::shared_ptr<Job> job;
  std::shared_ptr<Call> call;
  std::shared_ptr<LiveInstance> instance;
  Timer::Clock::time_point began, deadline;
  bool cancelled = false;              // Under the runner's mutex.
  std::atomic<bool> delivered{false};  // By whoever comes first: the plugin's thread, or the sweep that gives up on it.
};

// An attempt on its way through the gates. Its slot is held.
struct NodeRunner::Walk final : Passage, std::enable_shared_from_this<NodeRunner::Walk> {
  Walk(NodeRunner& r, std::shared_ptr<Job> j) : runner(r), job(std::move(j)) {}

  const config::Node& node() const override { return *runner.node_.config; }
  std::int64_t index() const override { return job->request.index; }
  int attempt() const override { return job->outcome.attempts + 1; }
  const std::string& input() const override { return job->request.input; }
  std::uint64_t randomSeed() const override { return job->request.random_seed; }
  bool pass() override { return goOn(1); }
  bool again() override { return goOn(0); }
  void refuse(FailureInfo why) override { end(std::move(why)); }
  void suspend() override { end(std::nullopt); }
  void waits(const std::string& reason, std::optional<std::chrono::milliseconds> about) override;

  bool goOn(std::size_t gates);
  void end(std::optional<FailureInfo> why);
  bool take(bool gone);

  NodeRunner& runner;
  const std::shared_ptr<Job> job;
  std::size_t at = 0;  // The gate that it stands before, or is kept by. Whoever has taken it may use it.

  std::mutex mutex;  // Guards all below; no gate is called with it held.
  enum class State { walking, kept, gone } state = State::walking;
};

}  // namespace troupe::pipeline
