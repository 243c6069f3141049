#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "loader/manifest.hpp"
#include "loader/module.hpp"
#include "pipeline/call.hpp"
#include "support/problem.hpp"

namespace troupe::server {

/// Calls a web node for what does not come from its event thread: replay, hellos, requests. On an instance of its own,
/// each time on a thread of its own, so that a plugin that blocks holds nobody up for longer than the limit.
class WebCalls {
 public:
  using Results = std::vector<pipeline::Call::Result>;
  /// It did not answer in time, or is busy with calls that never came back.
  class Late : public Failure {
   public:
    using Failure::Failure;
  };

  /// Throws Failure(plugin_unusable). `log` may be called until this object is gone.
  WebCalls(const loader::NodeType& type, std::shared_ptr<loader::Module> module, const std::string& options,
           std::function<void(int level, std::string_view message)> log);
  /// Leaves calls that have not come back to their threads.
  ~WebCalls();
  WebCalls(const WebCalls&) = delete;
  WebCalls& operator=(const WebCalls&) = delete;

  /// One call for each input, one after the other; results in their order. Throws Late. [any thread]
  Results run(std::vector<std::string> inputs, std::chrono::milliseconds limit);
  /// Calls that are inside the plugin. [any thread]
  std::size_t inside() const;

 private:
  struct State;
  std::shared_ptr<State> state_;  // Shared with the threads of calls.
};

}  // namespace troupe::server
