// The way of an attempt through the node's gates.
#include "pipeline/node_runner_state.hpp"
#include "pipeline/values.hpp"

namespace troupe::pipeline {

using std::chrono::milliseconds;

// With a slot held: through all gates that open at once, and into the plugin.
void NodeRunner::walk(const std::shared_ptr<Walk>& walk, bool here) {
  while (walk->at < options_.gates.size()) {
    auto& gate = *options_.gates[walk->at];
    {
      const std::lock_guard lock(walk->mutex);
      if (walk->state == Walk::State::gone) return;
      walk->state = Walk::State::kept;  // The gate may let it pass before it returns.
    }
    if (!gate.enter(walk)) return;
    if (!walk->take(false)) return gate.left(*walk, {});  // closeGate() has ended it meanwhile.
    ++walk->at;
  }
  {
    const std::lock_guard lock(mutex_);
    walks_.erase(walk);
  }
  walk->job->walk = walk;
  here ? execute(walk->job) : post(walk->job, [this, job = walk->job] { execute(job); });
}

// The gates learn what became of an attempt that they had let pass.
void NodeRunner::leaveGates(Job& job, const AttemptEnd& end) {
  const auto walk = std::exchange(job.walk, nullptr);
  if (!walk) return;
  for (const auto& gate : options_.gates) gate->left(*walk, end);
}

// A walk that a gate, or closeGate(), has ended: the gates behind it are told, the call ends. On a worker.
void NodeRunner::turnBack(const std::shared_ptr<Walk>& walk, std::optional<FailureInfo> why) {
  {
    const std::lock_guard lock(mutex_);
    walks_.erase(walk);
  }
  for (std::size_t i = 0; i < walk->at; ++i) options_.gates[i]->left(*walk, {});
  release(nullptr);
  const bool suspended = !why;
  finish(walk->job, std::move(why), suspended);
}

// The walks that gates keep come back as suspended; those that go on find the gate of the plugin closed.
void NodeRunner::withdraw(std::set<std::shared_ptr<Walk>> walks) {
  for (const auto& walk : walks) {
    if (!walk->take(true)) continue;
    options_.gates[walk->at]->withdraw(*walk);
    post(walk->job, [this, walk] { turnBack(walk, std::nullopt); });
  }
}

// Takes it from the gate that keeps it; false when somebody else has.
bool NodeRunner::Walk::take(bool gone) {
  const std::lock_guard lock(mutex);
  if (state != State::kept) return false;
  state = gone ? State::gone : State::walking;
  return true;
}

bool NodeRunner::Walk::goOn(std::size_t gates) {
  const std::lock_guard lock(mutex);  // Kept to the end: closeGate(), and so the runner's end, waits for it.
  if (state != State::kept) return false;
  state = State::walking;
  at += gates;
  runner.post(job, [walk = shared_from_this()] { walk->runner.walk(walk, true); });
  return true;
}

void NodeRunner::Walk::end(std::optional<FailureInfo> why) {
  const std::lock_guard lock(mutex);
  if (state != State::kept) return;
  state = State::gone;
  runner.post(job, [walk = shared_from_this(), why = std::move(why)]() mutable {
    walk->runner.turnBack(walk, std::move(why));
  });
}

void NodeRunner::Walk::waits(const std::string& reason, std::optional<milliseconds> about) {
  const std::lock_guard lock(mutex);
  if (state != State::kept) return;
  job->waited = true;
  if (runner.events_.waiting) runner.events_.waiting(node().name, index(), reason, about.value_or(milliseconds(0)));
}

}  // namespace troupe::pipeline
