#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/pipeline_config.hpp"
#include "loader/catalog.hpp"
#include "pipeline/call.hpp"
#include "services/http/http_service.hpp"

namespace troupe::cli {

/// One node made outside a run, for single calls: no repeats, no journal.
class Trial {
 public:
  struct Result : pipeline::Call::Result {
    std::int64_t latency_ms = 0;
  };

  /// Throws Failure(plugin_unusable).
  Trial(const config::Node& node, loader::Catalog& catalog);
  Trial(const config::Node& node, loader::Catalog& catalog, const services::Network& network);
  ~Trial();

  /// One call. It is cancelled after the node's timeout_s; a plugin that ignores this too is reported and left behind.
  Result call(const std::string& input, std::uint64_t seed, pipeline::Call::Listener listener = nullptr,
              std::unique_ptr<services::ModelCalls> models = nullptr);
  /// True when a call was left behind: the process must end without destructors.
  bool stuck() const;

 private:
  struct State;
  std::shared_ptr<State> state_;  // Shared with the thread of the call.
};

/// The prompt of a single call, as it would flow.
std::string promptJson(const std::string& text, const std::string& genre, std::int64_t index, std::int64_t seed);
/// The member "sample":{…} of a call's input.
std::string sampleMember(const std::string& prompt, std::int64_t index, std::int64_t seed);

}  // namespace troupe::cli
