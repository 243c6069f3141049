// What the engine does when services behind providers are out.
#include <algorithm>
#include <limits>

#include "pipeline/engine_state.hpp"
#include "pipeline/local_time.hpp"
#include "support/unix_time.hpp"

namespace troupe::pipeline {

namespace {

constexpr const char* kNoneLeft = "no provider is left: ";

}  // namespace

// A node that reaches a service goes through its door, which other nodes and runs may share; one that has a pace of its
// own gets a door of its own. Nobody counts the failures of what runs in this process: that would make a run depend on
// time. Neither in a replay.
void Engine::State::addGates(int node, NodeRunner::Options& runner_options) {
  const auto& config = *graph.nodes[static_cast<std::size_t>(node)].config;
  const bool replays = options.network.http && options.network.http->replays();
  const bool provider = graph.nodes[static_cast<std::size_t>(node)].type->kind == loader::Kind::provider;
  const auto key = provider && !replays ? upstreamKey(config) : std::string();
  const UpstreamPolicy::Limits limits{replays ? 0 : config.limits.rpm, replays ? 0 : config.limits.tpm};
  if (key.empty() && limits.rpm <= 0 && limits.tpm <= 0) return;
  std::shared_ptr<Upstream> upstream;
  if (key.empty()) {
    UpstreamPolicy::Options own;
    own.adapts = false;
    upstream = std::make_shared<Upstream>(timer, own);
  } else {
    upstream = upstreams->get(key);
    runner_options.gated = true;
  }
  auto gate = std::make_shared<UpstreamGate>(std::move(upstream), limits, [this, node] { return waitsForIt(node); });
  if (!key.empty()) doors[static_cast<std::size_t>(node)] = gate;
  runner_options.gates.push_back(std::move(gate));
}

void Engine::State::connectFallbacks() {
  fallbacks.assign(graph.nodes.size(), -1);
  for (std::size_t node = 0; node < graph.nodes.size(); ++node)
    for (std::size_t other = 0; other < graph.nodes.size(); ++other)
      if (graph.nodes[node].config->fallback == graph.nodes[other].config->name) {
        fallbacks[node] = static_cast<int>(other);
        runners[node]->setFallback(runners[other].get());
      }
}

// Why calls of a provider fail now, its fallback included; nothing when they may succeed.
std::optional<Upstream::Outage> Engine::State::outage(int node) const {
  const auto at = static_cast<std::size_t>(node);
  std::optional<Upstream::Outage> out;
  if (const auto parked = runners[at]->parked())
    out = Upstream::Outage{parked->code, parked->message, std::nullopt};
  else if (doors[at])
    out = doors[at]->outage();
  if (!out || fallbacks[at] < 0) return out;
  const auto other = outage(fallbacks[at]);
  if (!other) return std::nullopt;
  if (other->until && (!out->until || *other->until < *out->until)) out->until = other->until;
  return out;
}

// Whether a call waits until the service is back, instead of failing: when nobody else could take its part. A provider
// on call has no part that others could take.
bool Engine::State::waitsForIt(int node) const {
  if (const int other = fallbacks[static_cast<std::size_t>(node)]; other >= 0 && !outage(other)) return false;
  const auto& all = graph.candidates;
  if (std::find(all.begin(), all.end(), node) == all.end()) return true;
  return std::all_of(all.begin(), all.end(), [&](int other) { return other == node || outage(other); });
}

// Why all of these are out for the rest of the run; nothing when one of them may answer again.
std::optional<std::string> Engine::State::outForGood(const std::vector<int>& nodes) const {
  std::string why;
  for (const int node : nodes) {
    const auto out = outage(node);
    if (!out || out->until) return std::nullopt;
    why += (why.empty() ? "" : "; ") + graph.name(node) + ": " + std::string(codeName(out->code)) + ": " + out->reason;
  }
  return why;
}

// A provider is out for the rest of the run. With no other left the run pauses; so it does when a scorer has nobody to
// ask any more, since all further samples would be judged by something else, or not at all.
void Engine::State::parked() {
  if (const auto why = outForGood(graph.candidates)) return stop(kNoneLeft + *why, false);
  for (const int scorer : graph.scorers) {
    const auto& plan = graph.nodes[static_cast<std::size_t>(scorer)];
    if (plan.config->weight <= 0) continue;
    for (const auto& role : plan.roles)
      if (const auto why = role.players.empty() ? std::nullopt : outForGood(role.players))
        return stop("\"" + graph.name(scorer) + "\" has no " + role.name + " left: " + *why, false);
  }
}

// Whether samples have to wait since no provider is left until one comes back. With the mutex held.
bool Engine::State::inRecess() {
  std::optional<Clock::time_point> until;
  std::string why;
  bool all = true;
  for (const int node : graph.candidates) {
    const auto out = outage(node);
    all = out.has_value();
    if (!all) break;
    if (out->until && (!until || *out->until < *until)) until = out->until;
    why += (why.empty() ? "" : "; ") + graph.name(node) + ": " + std::string(codeName(out->code)) + ": " + out->reason;
  }
  if (!all || !until) {
    recess.reset();
    return false;
  }
  if (recess && recess->until == *until) return true;
  const auto delay = std::chrono::ceil<std::chrono::milliseconds>(*until - Clock::now());
  auto text = kNoneLeft + why + "; goes on at " + localTime(unixMs() + delay.count());
  recess = Recess{*until, text};
  timer.at(*until, [this] { pool->submit([this] { fill(); }); });
  timer.after(std::chrono::milliseconds(0), [this, text] { log(TROUPE_WARNING, "run", text); });
  return true;
}

}  // namespace troupe::pipeline
