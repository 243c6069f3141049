#pragma once

#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "pipeline/attempt_gate.hpp"
#include "pipeline/timer.hpp"
#include "pipeline/upstream_policy.hpp"

namespace troupe::pipeline {

/// A service behind providers: what it bears is shared by all nodes and runs that use it with the same secret and
/// model. Keeps attempts in the order in which they came until they may leave.
class Upstream : public std::enable_shared_from_this<Upstream> {
 public:
  using Clock = UpstreamPolicy::Clock;
  struct Outage {
    int code;
    std::string reason;
    std::optional<Clock::time_point> until;  ///< none: nobody knows
  };

  /// `recovered` is called when it is well again after an outage, without a lock.
  Upstream(Timer& timer, UpstreamPolicy::Options options, std::function<void()> recovered = {})
      : timer_(timer), recovered_(std::move(recovered)), policy_(options) {}

  /// A node's own limits; the lowest of all that use the service count. Until remove().
  using LimitId = std::uint64_t;
  LimitId add(UpstreamPolicy::Limits limits);
  void remove(LimitId id);

  /// As AttemptGate. `patient`: whether it waits through an outage instead of being refused. [a worker]
  bool enter(const std::shared_ptr<Passage>& passage, const std::function<bool()>& patient);
  void withdraw(const Passage& passage);
  void left(const Passage& passage, const AttemptEnd& end);

  /// Whether it is out, for longer than anyone should wait. [any thread]
  std::optional<Outage> outage() const;
  /// Something else has come back: who waits here through an outage may have a better way now. [any thread]
  void reconsider();

 private:
  struct Waiting {
    std::shared_ptr<Passage> passage;
    double tokens;
    bool stays;  // Through an outage.
  };
  void pump();
  void applyLimits();
  struct Used {
    double input, output;  // Tokens.
  };
  std::optional<Used> tokensOf(const AttemptEnd& end) const;

  Timer& timer_;
  const std::function<void()> recovered_;
  mutable std::mutex mutex_;  // Guards all below; no passage is called with it held.
  UpstreamPolicy policy_;
  std::list<Waiting> waiting_;
  std::unordered_map<const Passage*, UpstreamPolicy::Ticket> on_way_;
  std::map<LimitId, UpstreamPolicy::Limits> limits_;
  LimitId last_limit_ = 0;
  std::optional<Clock::time_point> alarm_;  // When pump() comes next.
  bool was_out_ = false;                    // And nothing has gone well since.
};

/// All services of a process, by (plugin, host, secret, model). Outlives the runs.
class Upstreams {
 public:
  explicit Upstreams(UpstreamPolicy::Options options = UpstreamPolicy::Options()) : options_(options) {}
  ~Upstreams() { timer_.stop(); }

  std::shared_ptr<Upstream> get(const std::string& key);

 private:
  void recovered();

  const UpstreamPolicy::Options options_;
  std::mutex mutex_;  // Guards the map.
  std::map<std::string, std::shared_ptr<Upstream>> all_;
  Timer timer_;
};

/// One node's door to its upstream.
class UpstreamGate final : public AttemptGate {
 public:
  /// `patient`: whether a call of this node waits through an outage, since nothing better is left. [a worker]
  UpstreamGate(std::shared_ptr<Upstream> upstream, UpstreamPolicy::Limits limits, std::function<bool()> patient)
      : upstream_(std::move(upstream)), limit_(upstream_->add(limits)), patient_(std::move(patient)) {}
  ~UpstreamGate() override { upstream_->remove(limit_); }

  bool enter(const std::shared_ptr<Passage>& passage) override { return upstream_->enter(passage, patient_); }
  void withdraw(const Passage& passage) override { upstream_->withdraw(passage); }
  void left(const Passage& passage, const AttemptEnd& end) override { upstream_->left(passage, end); }
  std::optional<Upstream::Outage> outage() const { return upstream_->outage(); }

 private:
  const std::shared_ptr<Upstream> upstream_;
  const Upstream::LimitId limit_;
  const std::function<bool()> patient_;
};

/// What a node's calls share with those of other nodes: plugin, host, secret and model. Empty for a node that reaches
/// no service.
std::string upstreamKey(const config::Node& node);

}  // namespace troupe::pipeline
