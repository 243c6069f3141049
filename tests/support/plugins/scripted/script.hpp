#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <map>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>

#include <troupe/troupe.hpp>

#include "hook.h"

namespace troupe::scripted {

/// The options that all nodes of this plugin share: who is told, when a call fails and how, how long it takes, and what
/// it does instead of its work. `act` and `fail` count for the samples of "on" (all without it).
class Script {
 public:
  explicit Script(const Options& options) {
    label_ = options.text("label", "node");
    if (const auto address = options.text("hook", ""); !address.empty())
      hook_ = reinterpret_cast<const scripted_hook*>(
          static_cast<std::uintptr_t>(std::strtoull(std::string(address).c_str(), nullptr, 10)));
    act_ = options.text("act", "");
    if (options.has("on"))
      for (const auto& index : options.array("on")) on_.insert(index.GetInt64());
    every_ = options.integer("every", 0);
    first_ = options.integer("first", 0);
    sick_ = options.integer("sick", 0);
    code_ = static_cast<int>(options.integer("code", TROUPE_E_TRANSIENT));
    message_ = options.text("message", "scripted");
    vary_ = options.boolean("vary", false);
    retry_after_ms_ = options.integer("retry_after_ms", -1);
    sleep_ms_ = options.integer("sleep_ms", 0);
    random_ms_ = options.integer("random_ms", 0);
    tell("create", -1);
    if (act_ == "create_fails") throw Error(TROUPE_E_UNSUPPORTED, "scripted to refuse");
  }
  ~Script() { tell("destroy", -1); }
  Script(const Script&) = delete;
  Script& operator=(const Script&) = delete;

  void tell(const char* what, std::int64_t index, std::string_view text = {}) const {
    if (hook_ != nullptr)
      hook_->tell(hook_->ctx, label_.c_str(), what, index, this, text.data() ? text.data() : "", text.size());
  }
  const std::string& label() const { return label_; }
  /// What the call is to do instead of its work; "" = its work.
  std::string act(std::int64_t index) const { return chosen(index) ? act_ : std::string(); }

  /// Everything before the node's own work. Throws what it is to fail with; the acts that need no knowledge of the node
  /// end here too.
  void begin(Call& call, std::int64_t index) {
    if (random_ms_ > 0)
      call.sleep(static_cast<std::int64_t>(call.random() % static_cast<std::uint64_t>(random_ms_ + 1)));
    if (sleep_ms_ > 0) call.sleep(sleep_ms_);
    if (sick_ > 0 && calls_.fetch_add(1) < sick_) throw Error(code_, message_, retry_after_ms_);
    if (act_ == "fail" && chosen(index)) {
      const auto attempt = count(index);
      if (first_ == 0 || attempt <= first_)
        throw Error(code_, vary_ ? message_ + " " + std::to_string(attempt) : message_, retry_after_ms_);
    }
    const auto what = act(index);
    if (what == "throw") throw std::runtime_error("scripted to throw");
    if (what == "throw_int") throw 7;
    if (what == "poll") poll(call, index);
    if (what == "push") push(call, index);
    if (what == "never") tell("blocked", index);  // The test's tell() blocks.
    if (what == "undeclared") call.emit("nowhere", "{}");
    if (what == "bad_message") throw Error(TROUPE_E_PERMANENT_REQUEST, "bytes \xff\xfe that are no text");
    if (what == "chatter")
      for (int i = 0; i < 5000; ++i) call.host().log(TROUPE_INFO, "line " + std::to_string(i));
    if (what == "late") {
      tell("blocked", index);
      while (!call.cancelled()) std::this_thread::yield();
      const int code = call.raw()->emit(call.raw()->ctx, TROUPE_VALUE, str("candidate"), str("{\"text\":\"late\"}"));
      tell("late", index, std::to_string(code));
      throw Error(TROUPE_E_CANCELLED, "stopped");
    }
  }

 private:
  bool chosen(std::int64_t index) const {
    if (!on_.empty() && on_.count(index) == 0) return false;
    return every_ <= 0 || index % every_ == every_ - 1;
  }
  std::int64_t count(std::int64_t index) {
    const std::lock_guard lock(mutex_);
    return ++attempts_[index];
  }
  void poll(Call& call, std::int64_t index) const {
    tell("blocked", index);
    while (!call.cancelled()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    tell("cancelled", index);
    throw Error(TROUPE_E_CANCELLED, "stopped by poll");
  }
  void push(Call& call, std::int64_t index) const {
    struct Wait {
      std::mutex mutex;
      std::condition_variable changed;
      bool over = false;
    } wait;
    call.onCancel([&wait] {
      const std::lock_guard lock(wait.mutex);
      wait.over = true;
      wait.changed.notify_all();
    });
    tell("blocked", index);
    {
      std::unique_lock lock(wait.mutex);
      wait.changed.wait(lock, [&] { return wait.over; });
    }
    call.onCancel(nullptr);
    tell("cancelled", index);
    throw Error(TROUPE_E_CANCELLED, "stopped by push");
  }

  const scripted_hook* hook_ = nullptr;
  std::string label_, act_, message_;
  std::set<std::int64_t> on_;
  std::int64_t every_ = 0, first_ = 0, sick_ = 0, retry_after_ms_ = -1, sleep_ms_ = 0, random_ms_ = 0;
  int code_ = 0;
  bool vary_ = false;
  std::atomic<std::int64_t> calls_{0};  // Of the instance, for "sick": so many fail at first.

  std::mutex mutex_;  // Guards all below.
  std::map<std::int64_t, std::int64_t> attempts_;
};

/// Tells of a call's beginning and end.
class Told {
 public:
  Told(const Script& script, Call& call, std::int64_t index) : script_(script), index_(index) {
    script_.tell("run", index, call.inputJson());
  }
  ~Told() { script_.tell("back", index_); }
  Told(const Told&) = delete;
  Told& operator=(const Told&) = delete;

 private:
  const Script& script_;
  const std::int64_t index_;
};

}  // namespace troupe::scripted
