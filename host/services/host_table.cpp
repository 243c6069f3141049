#include "services/host_table.hpp"

#include <troupe/ext/clock.h>

#include <chrono>
#include <utility>

#include "services/call_context.hpp"
#include "services/model/model_extension.hpp"
#include "services/web_declaration.hpp"
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

std::string_view viewOf(troupe_str text) {
  return text.n == 0 || text.p == nullptr ? std::string_view() : std::string_view(text.p, text.n);
}

}  // namespace

std::vector<std::string> extensionIds() { return {TROUPE_CLOCK_ID, TROUPE_HTTP_ID, TROUPE_MODEL_ID, TROUPE_WEB_ID}; }

HostTable::HostTable(Log log, Offers offers)
    : log_(std::move(log)),
      web_mount_(offers.web),
      http_(std::move(offers.network)),
      web_{sizeof(troupe_web), this, &declare, &asset},
      host_{
          sizeof(troupe_host), this,
          [](void* ctx, int level, troupe_str message) { static_cast<HostTable*>(ctx)->log_(level, viewOf(message)); },
          [](void* ctx, const char* id) -> const void* {
            return id == nullptr ? nullptr : static_cast<HostTable*>(ctx)->extension(id);
          }} {}

const void* HostTable::extension(std::string_view id) const {
  if (id == TROUPE_CLOCK_ID) return &kClock;
  if (id == TROUPE_HTTP_ID) return http_.table();
  if (id == TROUPE_MODEL_ID) return modelExtension();
  if (id == TROUPE_WEB_ID) return &web_;
  return nullptr;
}

int HostTable::declare(void* ctx, troupe_str json) {
  auto& table = *static_cast<HostTable*>(ctx);
  if (table.web_mount_ != nullptr && table.declared_.exchange(true)) {
    table.log_(TROUPE_ERROR, "troupe.web/1: declare() is called a second time; name all in one declaration");
    return TROUPE_E_PERMANENT_REQUEST;
  }
  const auto result = declareWeb(viewOf(json), table.web_mount_);
  if (result.code != TROUPE_OK) table.log_(TROUPE_ERROR, result.message);
  return result.code;
}

int HostTable::asset(void* ctx, troupe_str path, troupe_str content_type, troupe_str body) {
  auto& table = *static_cast<HostTable*>(ctx);
  const auto result = declareAsset(viewOf(path), viewOf(content_type), viewOf(body), table.web_mount_);
  if (result.code != TROUPE_OK) table.log_(TROUPE_ERROR, result.message);
  return result.code;
}

}  // namespace troupe::services
