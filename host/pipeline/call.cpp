#include "pipeline/call.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "support/split_mix.hpp"

#include "pipeline/utf8_text.hpp"

namespace troupe::pipeline {
namespace {

constexpr std::size_t kMaxValueBytes = 64u << 20;  // One value; more is no text but a fault.
constexpr std::size_t kMaxValues = 4096;           // Values of one call.
constexpr std::size_t kMaxMessageBytes = 4096;

std::string_view viewOf(troupe_str s) {
  return s.n == 0 || s.p == nullptr ? std::string_view() : std::string_view(s.p, s.n);
}

}  // namespace

std::string_view codeName(int code) {
  static constexpr std::array<std::string_view, 13> kNames = {
      "ok",      "permanent_request", "auth",      "quota_gone", "rate_limited", "overloaded", "transient",
      "content", "truncated",         "malformed", "cancelled",  "unsupported",  "internal"};
  return code >= 0 && static_cast<std::size_t>(code) < kNames.size() ? kNames[static_cast<std::size_t>(code)]
                                                                     : "internal";
}

Call::Call(const loader::NodeType& type, std::shared_ptr<const std::string> input, std::uint64_t random_seed,
           Listener listener)
    : type_(type),
      input_(std::move(input)),
      listener_(std::move(listener)),
      identity_(random_seed),
      random_state_(random_seed) {
  // A table's ctx is the CallContext, so that services can be given the table alone.
  table_ = troupe_call{
      sizeof(troupe_call),
      static_cast<services::CallContext*>(this),
      troupe_str{input_->data(), input_->size()},
      [](void* ctx, std::uint32_t kind, troupe_str port, troupe_str json) {
        return static_cast<Call*>(static_cast<services::CallContext*>(ctx))->emit(kind, viewOf(port), viewOf(json));
      },
      [](void* ctx) { return static_cast<Call*>(static_cast<services::CallContext*>(ctx))->isCancelled() ? 1 : 0; },
      [](void* ctx, void (*fn)(void*), void* arg) {
        static_cast<Call*>(static_cast<services::CallContext*>(ctx))->onCancel(fn, arg);
        return static_cast<int>(TROUPE_OK);
      },
      [](void* ctx, int code, troupe_str message, std::int64_t retry_after_ms) {
        return static_cast<Call*>(static_cast<services::CallContext*>(ctx))
            ->fail(code, viewOf(message), retry_after_ms);
      }};
}

int Call::emit(std::uint32_t kind, std::string_view port, std::string_view json) {
  if (isCancelled()) return TROUPE_E_CANCELLED;
  if (json.size() > kMaxValueBytes) {
    violate("emitted a value of " + std::to_string(json.size()) + " bytes; at most " + std::to_string(kMaxValueBytes));
    return TROUPE_E_INTERNAL;
  }
  const loader::OutPort* out = nullptr;
  if (kind == TROUPE_VALUE) {
    out = type_.output(port);
    if (out == nullptr) {
      violate("emitted on port \"" + utf8Text(port, 64) + "\", which its manifest does not declare");
      return TROUPE_E_INTERNAL;
    }
  }
  {
    const std::lock_guard lock(mutex_);
    if (finished_) return TROUPE_E_CANCELLED;
    spoke_ = true;
    switch (kind) {
      case TROUPE_VALUE:
        if (values_.size() >= kMaxValues) break;
        values_.push_back({out, std::string(json)});
        return TROUPE_OK;
      case TROUPE_HOLD:
        if (type_.kind != loader::Kind::filter) break;
        hold_ = std::string(json);
        return TROUPE_OK;
      case TROUPE_USAGE:
        usage_ = std::string(json);
        break;
      case TROUPE_RATE:
        rate_ = std::string(json);
        break;
      default:
        break;
    }
  }
  switch (kind) {
    case TROUPE_VALUE:
      violate("emitted more than " + std::to_string(kMaxValues) + " values");
      return TROUPE_E_INTERNAL;
    case TROUPE_HOLD:
      violate("emitted a hold, which only filters may");
      return TROUPE_E_INTERNAL;
    case TROUPE_DELTA:
    case TROUPE_PROGRESS:
    case TROUPE_USAGE:
    case TROUPE_RATE:
      if (listener_) listener_(kind, json);
      return TROUPE_OK;
    default:
      violate("emitted kind " + std::to_string(kind) + ", which is unknown");
      return TROUPE_E_INTERNAL;
  }
}

int Call::fail(int code, std::string_view message, std::int64_t retry_after_ms) {
  const std::lock_guard lock(mutex_);
  if (!finished_ && !reported_) {
    reported_ = FailureInfo{code, utf8Text(message, kMaxMessageBytes), retry_after_ms};
  }
  return code;
}

void Call::violate(std::string message) {
  const std::lock_guard lock(mutex_);
  if (!violation_) violation_ = FailureInfo{TROUPE_E_INTERNAL, "contract broken: " + std::move(message), -1};
}

void Call::onCancel(void (*fn)(void*), void* arg) {
  std::unique_lock lock(mutex_);
  // The promise of a removal or replacement: the host is not inside the earlier function any more.
  changed_.wait(lock, [this] { return !in_cancel_fn_; });
  if (finished_) return;
  if (fn != nullptr && isCancelled()) {
    cancel_fn_ = nullptr;
    lock.unlock();
    fn(arg);
    return;
  }
  cancel_fn_ = fn;
  cancel_arg_ = arg;
}

void Call::cancel(FailureInfo why) {
  std::unique_lock lock(mutex_);
  if (finished_ || isCancelled()) return;
  cancelled_why_ = std::move(why);
  cancelled_.store(true, std::memory_order_release);
  changed_.notify_all();
  // The services first: they never block.
  const auto hooks = std::exchange(hooks_, {});
  in_hooks_ = true;
  lock.unlock();
  for (const auto& hook : hooks) hook.second();
  lock.lock();
  in_hooks_ = false;
  changed_.notify_all();
  const auto fn = finished_ ? nullptr : std::exchange(cancel_fn_, nullptr);
  if (fn == nullptr) return;
  in_cancel_fn_ = true;
  lock.unlock();
  fn(cancel_arg_);
  lock.lock();
  in_cancel_fn_ = false;
  changed_.notify_all();
}

Call::Result Call::finish(int code) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return !in_cancel_fn_; });
  finished_ = true;
  changed_.notify_all();  // A thread of the plugin's own may be in sleep(), and no cancel comes any more.
  cancel_fn_ = nullptr;
  hooks_.clear();
  Result result;
  result.usage = std::move(usage_);
  result.rate = std::move(rate_);
  result.spoke = spoke_;
  result.unsent = request_stayed_ && !request_left_;
  if (violation_) {
    result.failure = std::move(violation_);
  } else if (cancelled_why_) {
    result.failure = std::move(cancelled_why_);
    result.suspended = suspended_;
  } else if (code != TROUPE_OK) {
    if (!reported_ && explained_ && explained_->code == code) reported_ = std::move(explained_);
    if (!reported_) {
      result.failure = FailureInfo{code < 0 || code > TROUPE_E_INTERNAL ? TROUPE_E_INTERNAL : code,
                                   "returned " + std::to_string(code) + " without a message", -1};
    } else {
      result.failure = std::move(reported_);
      if (result.failure->code != code) result.failure->code = code;
    }
    auto& known = result.failure->code;
    if (known <= TROUPE_OK || known > TROUPE_E_INTERNAL) known = TROUPE_E_INTERNAL;
    result.failure->in_vain = in_vain_ == known;
  } else if (reported_) {
    result.failure = FailureInfo{TROUPE_E_INTERNAL,
                                 "contract broken: called fail() (\"" + reported_->message + "\") and returned 0", -1};
  }
  if (!result.failure) {
    result.values = std::move(values_);
    result.hold = std::move(hold_);
  }
  return result;
}

bool Call::sleep(std::int64_t ms) {
  std::unique_lock lock(mutex_);
  return !changed_.wait_for(lock, std::chrono::milliseconds(std::clamp<std::int64_t>(ms, 0, 1'000'000'000)),
                            [this] { return isCancelled() || finished_; });
}

void Call::explain(int code, std::string message) {
  const std::lock_guard lock(mutex_);
  if (!finished_) explained_ = FailureInfo{code, utf8Text(message, kMaxMessageBytes), -1};
}

void Call::requestEnded(bool left) {
  const std::lock_guard lock(mutex_);
  (left ? request_left_ : request_stayed_) = true;
}

void Call::suspend(FailureInfo why) {
  const std::lock_guard lock(mutex_);
  if (finished_ || cancelled_why_) return;
  cancelled_why_ = std::move(why);
  suspended_ = true;
}

void Call::repeatsInVain(int code) {
  const std::lock_guard lock(mutex_);
  in_vain_ = code;
}

void Call::loseThread(std::string why) {
  const std::lock_guard lock(mutex_);
  lost_thread_ = std::move(why);
}

std::optional<std::string> Call::lostThread() const {
  const std::lock_guard lock(mutex_);
  return lost_thread_;
}

services::CallContext::HookId Call::addCancelHook(std::function<void()> fn) {
  std::unique_lock lock(mutex_);
  if (finished_ || isCancelled()) {
    lock.unlock();
    fn();
    return 0;
  }
  hooks_.emplace(++last_hook_, std::move(fn));
  return last_hook_;
}

void Call::removeCancelHook(HookId id) {
  std::unique_lock lock(mutex_);
  if (hooks_.erase(id) == 0) changed_.wait(lock, [this] { return !in_hooks_; });
}

std::uint64_t Call::random() { return splitMix64(random_state_.fetch_add(kSplitMixStep, std::memory_order_relaxed)); }

}  // namespace troupe::pipeline
