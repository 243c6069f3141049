#include "faults.hpp"

#include <troupe/troupe.h>

#include <array>

namespace troupe::storyteller {
namespace {

// Each says that it is simulated: nobody should look for a network that is not there.
constexpr std::array<Fault, 6> kTransientFaults = {{
    {TROUPE_E_TRANSIENT, "the connection was reset in mid-sentence (simulated by failure_rate or failure_every)"},
    {TROUPE_E_OVERLOADED, "too many stories are being told at once (simulated by failure_rate or failure_every)"},
    {TROUPE_E_TRANSIENT, "no answer within 30 s (simulated by failure_rate or failure_every)"},
    {TROUPE_E_OVERLOADED, "503: the teller is resting its voice (simulated by failure_rate or failure_every)"},
    {TROUPE_E_TRANSIENT, "502: the gateway lost the thread (simulated by failure_rate or failure_every)"},
    {TROUPE_E_OVERLOADED, "529: every teller is busy (simulated by failure_rate or failure_every)"},
}};
constexpr Fault kPermanentFault = {TROUPE_E_PERMANENT_REQUEST,
                                   "the teller refuses this prompt (simulated by failure_rate or failure_every)"};

}  // namespace

std::optional<Fault> FaultPlan::decide(std::int64_t index, Random& random) const {
  // Both numbers are drawn whether or not they are needed, so that an option does not change what comes after.
  const bool by_chance = random.chance(rate_);
  const std::size_t reason = random.below(kTransientFaults.size());
  const bool by_index = every_ > 0 && (index + 1) % every_ == 0;
  if (!by_chance && !by_index) return std::nullopt;
  return kind_ == FaultKind::kPermanentRequest ? kPermanentFault : kTransientFaults[reason];
}

}  // namespace troupe::storyteller
