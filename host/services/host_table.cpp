#include "services/host_table.hpp"

#include <troupe/ext/clock.h>

#include <chrono>
#include <utility>

#include "services/call_context.hpp"
#include "support/unix_time.hpp"

namespace troupe::services {
namespace {

std::int64_t unixTime(void*) { return unixMs(); }

std::int64_t steadyNs(void*) {
  using namespace std::chrono;
  return duration_cast<nanoseconds>(steady_clock::now().time_since_epoch()).count();
}

int sleep(void*, troupe_call* call, std::int64_t ms) {
  return static_cast<CallContext*>(call->ctx)->sleep(ms) ? TROUPE_OK : TROUPE_E_CANCELLED;
}

std::uint64_t random(void*, troupe_call* call) { return static_cast<CallContext*>(call->ctx)->random(); }

constexpr troupe_clock kClock{sizeof(troupe_clock), nullptr, &unixTime, &steadyNs, &sleep, &random};

}  // namespace

std::vector<std::string> extensionIds() { return {TROUPE_CLOCK_ID, TROUPE_HTTP_ID}; }

HostTable::HostTable(std::function<void(int, std::string_view)> log, NodeNetwork network)
    : log_(std::move(log)),
      http_(std::move(network)),
      host_{sizeof(troupe_host), this,
            [](void* ctx, int level, troupe_str message) {
              static_cast<HostTable*>(ctx)->log_(
                  level, message.n == 0 ? std::string_view() : std::string_view(message.p, message.n));
            },
            [](void* ctx, const char* id) -> const void* {
              return id == nullptr ? nullptr : static_cast<HostTable*>(ctx)->extension(id);
            }} {}

const void* HostTable::extension(std::string_view id) const {
  if (id == TROUPE_CLOCK_ID) return &kClock;
  if (id == TROUPE_HTTP_ID) return http_.table();
  return nullptr;
}

}  // namespace troupe::services
