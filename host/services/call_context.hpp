#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>

namespace troupe::services {

class ModelCalls;

/// What a host service may know of the call that uses it. A troupe_call's `ctx` points to one of these.
class CallContext {
 public:
  virtual ~CallContext() = default;
  /// Waits; false as soon as the call is cancelled. [any thread, while the call is alive]
  virtual bool sleep(std::int64_t ms) = 0;
  /// The next number of the call's repeatable sequence. [any thread, while the call is alive]
  virtual std::uint64_t random() = 0;
  /// The same for the same call of an equal run (its seed, sample and node), also for a further attempt of it.
  virtual std::uint64_t identity() const = 0;
  /// Why a service said no. It is the call's failure when the plugin fails with this code and no sentence of its own.
  /// [any thread]
  virtual void explain(int code, std::string message) = 0;
  /// A request to somebody else has ended. `left`: some of it may have left this machine. [any thread]
  virtual void requestEnded(bool left) { static_cast<void>(left); }

  /// The models that it may ask; null where it may ask none. Lives as long as the call.
  virtual ModelCalls* models() { return nullptr; }

  using HookId = std::uint64_t;
  /// Calls `fn` once when the call is cancelled, on another thread, or at once if that has happened already; beside
  /// what the plugin gives to on_cancel. It must not block. [any thread]
  virtual HookId addCancelHook(std::function<void()> fn) = 0;
  /// When it returns nobody is inside the function, and nobody will be. [any thread, but not from a hook]
  virtual void removeCancelHook(HookId id) = 0;
};

/// A cancel hook for the life of this object.
class CancelHook {
 public:
  CancelHook(CallContext& call, std::function<void()> fn) : call_(call), id_(call.addCancelHook(std::move(fn))) {}
  ~CancelHook() { call_.removeCancelHook(id_); }
  CancelHook(const CancelHook&) = delete;
  CancelHook& operator=(const CancelHook&) = delete;

 private:
  CallContext& call_;
  const CallContext::HookId id_;
};

}  // namespace troupe::services
