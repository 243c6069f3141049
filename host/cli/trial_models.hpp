#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "cli/trial.hpp"
#include "services/model/model_calls.hpp"

namespace troupe::cli {

/// troupe.model/1 of a trial: each request is one call of the provider that the pipeline casts, without repeats.
class TrialModels final : public services::ModelCalls {
 public:
  /// Of each call that was made.
  using Told = std::function<void(const config::Node& node, const std::string& input, const Trial::Result& result)>;

  /// `sample` is the call's own member "sample":{…}. All outlive it.
  TrialModels(const config::Node& caller, const config::Pipeline& pipeline, loader::Catalog& catalog,
              std::string sample, std::uint64_t seed, services::Network network, Told told = nullptr)
      : caller_(caller),
        pipeline_(pipeline),
        catalog_(catalog),
        sample_(std::move(sample)),
        seed_(seed),
        network_(std::move(network)),
        told_(std::move(told)) {}

  std::string complete(std::string_view request) override;
  std::string cast() const override;

 private:
  const config::Node& player(const std::string& role, int position) const;

  const config::Node& caller_;
  const config::Pipeline& pipeline_;
  loader::Catalog& catalog_;
  const std::string sample_;
  const std::uint64_t seed_;
  const services::Network network_;
  const Told told_;
  std::mutex mutex_;  // One at a time; guards all below.
  std::map<std::string, std::unique_ptr<Trial>> trials_;
};

}  // namespace troupe::cli
