#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "cli/trial.hpp"
#include "config/prices.hpp"
#include "support/problem.hpp"

namespace troupe::cli {

/// What was found out about one node.
struct ModelFinding {
  std::string node, model;
  bool well = true;
  std::string fact;                           ///< with the repair, when it is not well
  ExitCode code = ExitCode::complete;         ///< when it is not well and a run could not use it
  std::optional<std::int64_t> latency_ms;     ///< of a call that was made
  std::optional<std::int64_t> input, output;  ///< tokens, where they were told
  std::optional<money::Nano> cost;            ///< where it is known
};

/// Finds out by real calls whether the nodes of a pipeline can do their work. All outlive it.
class ModelCheck {
 public:
  using Report = std::function<void(ModelFinding)>;

  /// With `keys`, the secrets that a node names must be there.
  ModelCheck(const config::Pipeline& pipeline, loader::Catalog& catalog, const config::Prices& prices,
             services::Network network, bool keys, Report report)
      : pipeline_(pipeline),
        catalog_(catalog),
        prices_(prices),
        network_(std::move(network)),
        keys_(keys),
        report_(std::move(report)) {}

  /// Every node that names a secret, asks the network or a model; none keeps another from being checked.
  void run();

  /// A thread is still inside a plugin: the process must end without destructors.
  bool stuck() const { return stuck_; }
  /// What the calls have cost, as far as that is known.
  money::Nano cost() const { return cost_; }

 private:
  void checkProvider(const config::Node& node);
  void checkCaller(const config::Node& node);
  bool hasKeys(const config::Node& node, const std::string& model);
  std::string priceFact(const config::Node& node, const std::string& model, bool reported);
  void charge(const config::Node& node, const std::string& input, const Trial::Result& result, ModelFinding& finding);
  void fault(const config::Node& node, const std::string& fact, ExitCode code);

  const config::Pipeline& pipeline_;
  loader::Catalog& catalog_;
  const config::Prices& prices_;
  const services::Network network_;
  const bool keys_;
  const Report report_;
  std::set<std::string> answering_;  // Providers that have answered.
  bool stuck_ = false;
  money::Nano cost_ = 0;
};

}  // namespace troupe::cli
