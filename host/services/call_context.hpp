#pragma once

#include <cstdint>

namespace troupe::services {

/// What a host service may know of the call that uses it. A troupe_call's `ctx` points to one of these.
class CallContext {
 public:
  virtual ~CallContext() = default;
  /// Waits; false as soon as the call is cancelled. [any thread, while the call is alive]
  virtual bool sleep(std::int64_t ms) = 0;
  /// The next number of the call's repeatable sequence. [any thread, while the call is alive]
  virtual std::uint64_t random() = 0;
};

}  // namespace troupe::services
