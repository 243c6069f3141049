#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "pipeline/call.hpp"
#include "pipeline/outcome.hpp"

namespace troupe::config {
struct Node;
}

namespace troupe::pipeline {

/// An attempt of a call on its way into the plugin, as the gates see it. Made by NodeRunner, shared with the gate that
/// keeps it waiting. All functions may be called from any thread, but not with a lock of the gate held.
class Passage {
 public:
  virtual ~Passage() = default;

  virtual const config::Node& node() const = 0;
  virtual std::int64_t index() const = 0;        ///< of the sample
  virtual int attempt() const = 0;               ///< 1, 2, … of the call
  virtual const std::string& input() const = 0;  ///< what the plugin will be given
  virtual std::uint64_t randomSeed() const = 0;  ///< of the call; the same for all its attempts

  /// Lets it pass. False: it is not wanted any more (the run pauses), and what the gate has given it comes back to the
  /// gate without a further word.
  virtual bool pass() = 0;
  /// The attempt is not made: the call ends with this failure. The gate hears no further word of it.
  virtual void refuse(FailureInfo why) = 0;
  /// The attempt is not made now: the call comes back as suspended, since the run is about to pause. As above.
  virtual void suspend() = 0;
  /// It comes to this gate once more, by enter(): what it waits for has changed. False as for pass().
  virtual bool again() = 0;
  /// Tells those who watch why it waits, and until when if that is known. Any number of times.
  virtual void waits(const std::string& reason, std::optional<std::chrono::milliseconds> about) = 0;
};

/// What became of an attempt that a gate had let pass.
struct AttemptEnd {
  bool sent = false;                     ///< false: it never came into the plugin; all below is empty
  bool cut_off = false;                  ///< cancelled by the host, or given up: its outcome is unknown
  const FailureInfo* failure = nullptr;  ///< null: it gave an answer
  const Call::Result* result = nullptr;  ///< what it emitted: values and usage
  std::chrono::milliseconds latency{0};
};

/// Stands between a call and the plugin: pace, breaker, budget. Every attempt of a node goes through all gates of the
/// node, in their order. Shared by threads; outlives the runners that use it.
class AttemptGate {
 public:
  virtual ~AttemptGate() = default;

  /// True: it may go on at once. False: the gate keeps it, and calls pass(), refuse() or suspend() of it, before or
  /// after this returns. [a worker, no lock held; must not block]
  virtual bool enter(const std::shared_ptr<Passage>& passage) = 0;
  /// A passage that is kept is not wanted any more. Should the gate be about to let it pass, pass() says false.
  virtual void withdraw(const Passage& passage) = 0;
  /// Once for every passage that went through this gate.
  virtual void left(const Passage& passage, const AttemptEnd& end) = 0;
};

}  // namespace troupe::pipeline
