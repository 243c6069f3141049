#pragma once

#include <troupe/troupe.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "loader/manifest.hpp"
#include "pipeline/outcome.hpp"
#include "pipeline/wait_clock.hpp"
#include "services/call_context.hpp"
#include "services/model/model_calls.hpp"

namespace troupe::pipeline {

/// What a plugin emitted on a port.
struct Emission {
  const loader::OutPort* port;
  std::string json;
};

/// The host's side of one troupe_call: takes what the plugin emits, and cancels it. Shared by the worker that is inside
/// the plugin and by whoever may have to give up on it, so it stays valid for a thread that was abandoned.
class Call final : public services::CallContext {
 public:
  /// Told of what is not a value: TROUPE_DELTA, TROUPE_PROGRESS, TROUPE_USAGE, TROUPE_RATE. On the plugin's thread.
  using Listener = std::function<void(std::uint32_t kind, std::string_view json)>;

  /// The input is shared with whoever may have to make a further attempt.
  Call(const loader::NodeType& type, std::shared_ptr<const std::string> input, std::uint64_t random_seed,
       Listener listener = nullptr);
  Call(const loader::NodeType& type, std::string input, std::uint64_t random_seed, Listener listener = nullptr)
      : Call(type, std::make_shared<const std::string>(std::move(input)), random_seed, std::move(listener)) {}

  /// The table for the plugin; valid as long as this object.
  troupe_call* table() { return &table_; }

  /// Cancels: cancelled() turns true, emit fails, on_cancel's function is called. Later calls are ignored. `why` is the
  /// call's failure then, whatever the plugin says of it. [any thread]
  void cancel(FailureInfo why);
  bool isCancelled() const { return cancelled_.load(std::memory_order_acquire); }

  /// What came out of it. After the plugin returned `code`; nothing that it does afterwards has an effect.
  struct Result {
    std::vector<Emission> values;
    std::optional<std::string> hold;  ///< JSON of TROUPE_HOLD
    std::optional<std::string> usage;
    std::optional<std::string> rate;  ///< JSON of TROUPE_RATE
    std::optional<FailureInfo> failure;
    bool spoke = false;      ///< it emitted anything: whoever it asked has begun to answer
    bool unsent = false;     ///< it asked others, and nothing of that left this machine
    bool suspended = false;  ///< the failure means nothing: the run pauses, and the call is to be made again
  };
  Result finish(int code);

  // ---- of a call that asks models -----------------------------------------------------------------------------------

  /// Before the plugin is called.
  void setModels(std::unique_ptr<services::ModelCalls> models) { models_ = std::move(models); }
  services::ModelCalls* models() override { return models_.get(); }
  /// Time that it spent waiting for them, which its own time limit does not count.
  WaitClock& waits() { return waits_; }
  /// Who it asked came back with nothing because the run pauses; so whatever it makes of that does not count. [any
  /// thread]
  void suspend(FailureInfo why);
  /// Whom it asked has failed for good with this class. Should it fail so too, repeating it is in vain. [any thread]
  void repeatsInVain(int code);
  /// Its thread is inside another plugin that never comes back. [any thread]
  void loseThread(std::string why);
  std::optional<std::string> lostThread() const;

  bool sleep(std::int64_t ms) override;
  std::uint64_t random() override;
  std::uint64_t identity() const override { return identity_; }
  void explain(int code, std::string message) override;
  void requestEnded(bool left) override;
  HookId addCancelHook(std::function<void()> fn) override;
  void removeCancelHook(HookId id) override;

 private:
  int emit(std::uint32_t kind, std::string_view port, std::string_view json);
  int fail(int code, std::string_view message, std::int64_t retry_after_ms);
  void onCancel(void (*fn)(void*), void* arg);
  void violate(std::string message);

  const loader::NodeType& type_;
  const std::shared_ptr<const std::string> input_;
  const Listener listener_;
  troupe_call table_;
  std::atomic<bool> cancelled_{false};
  const std::uint64_t identity_;
  std::atomic<std::uint64_t> random_state_;

  std::unique_ptr<services::ModelCalls> models_;
  WaitClock waits_;

  mutable std::mutex mutex_;  // Guards all below.
  std::condition_variable changed_;
  bool finished_ = false;
  bool spoke_ = false;
  bool request_left_ = false, request_stayed_ = false;
  std::vector<Emission> values_;
  std::optional<std::string> hold_, usage_, rate_;
  std::optional<FailureInfo> reported_;   // By the plugin's fail().
  std::optional<FailureInfo> explained_;  // By a service, for want of the plugin's own words.
  std::optional<FailureInfo> violation_;  // Of the contract; counts before all else.
  std::optional<FailureInfo> cancelled_why_;
  std::optional<int> in_vain_;
  std::optional<std::string> lost_thread_;
  bool suspended_ = false;
  void (*cancel_fn_)(void*) = nullptr;
  void* cancel_arg_ = nullptr;
  bool in_cancel_fn_ = false;
  std::map<HookId, std::function<void()>> hooks_;
  HookId last_hook_ = 0;
  bool in_hooks_ = false;
};

}  // namespace troupe::pipeline
