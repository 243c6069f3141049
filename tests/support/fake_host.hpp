#pragma once

/// A host for tests of plugins, without threads, files or real time:
///
///   troupe::test::FakeHost host;
///   troupe::test::PluginFile file(TROUPE_PLUGIN_DIR "/provider.replay.troupe");     // or any const troupe_node&
///   troupe::test::FakeNode node(host, file.node("troupe.provider.replay"), R"({"path":"x.jsonl"})");
///   troupe::test::FakeCall call(host, R"({"prompt":{...},"sample":{...}})");
///   CHECK(node.run(call) == TROUPE_OK);
///   CHECK(call.value("candidate") == R"({"text":"..."})");
///
/// FakeHost offers troupe.clock/1 with virtual time: sleep() only moves the clock. Not for use from several threads at
/// once, except FakeCall::cancel() and the emits of one call.

#include <dlfcn.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <map>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <troupe/ext/clock.h>
#include <troupe/troupe.h>

namespace troupe::test {

class FakeHost;

/// What a plugin sent with emit().
struct Emitted {
  std::uint32_t kind;  // TROUPE_VALUE, TROUPE_DELTA, ...
  std::string port;
  std::string json;
};

/// One unit of work, or the report of create(). Collects what the plugin does with it.
class FakeCall {
 public:
  /// `random_seed` stands for run, sample and node: the same seed gives the call the same random() numbers.
  explicit FakeCall(FakeHost& host, std::string input = "{}", std::uint64_t random_seed = 1)
      : host_(host), input_(std::move(input)), random_state_(random_seed) {
    table_.size = sizeof(table_);
    table_.ctx = this;
    table_.input = {input_.data(), input_.size()};
    table_.emit = [](void* ctx, std::uint32_t kind, troupe_str port, troupe_str json) {
      return self(ctx).emit(kind, text(port), text(json));
    };
    table_.cancelled = [](void* ctx) { return self(ctx).cancelled() ? 1 : 0; };
    table_.on_cancel = [](void* ctx, void (*fn)(void*), void* arg) { return self(ctx).onCancel(fn, arg); };
    table_.fail = [](void* ctx, int code, troupe_str message, std::int64_t retry_after_ms) {
      return self(ctx).fail(code, text(message), retry_after_ms);
    };
  }
  FakeCall(const FakeCall&) = delete;
  FakeCall& operator=(const FakeCall&) = delete;

  troupe_call* table() { return &table_; }

  // What the plugin did.
  const std::vector<Emitted>& emitted() const { return emitted_; }
  /// The JSON of all emits of this kind on this port, in order.
  std::vector<std::string> all(std::uint32_t kind, std::string_view port) const {
    std::vector<std::string> out;
    for (const auto& e : emitted_) {
      if (e.kind == kind && e.port == port) out.push_back(e.json);
    }
    return out;
  }
  std::vector<std::string> values(std::string_view port) const { return all(TROUPE_VALUE, port); }
  /// The one value on the port; throws when there is none, or several.
  std::string value(std::string_view port) const {
    const auto found = values(port);
    if (found.size() != 1) {
      throw std::runtime_error(std::to_string(found.size()) + " values on port " + std::string(port) + ", not one" +
                               (failed() ? "; failed: " + message_ : ""));
    }
    return found.front();
  }
  bool failed() const { return code_ != TROUPE_OK; }
  int code() const { return code_; }  // TROUPE_OK when fail() was not called
  const std::string& message() const { return message_; }
  std::int64_t retryAfterMs() const { return retry_after_ms_; }
  std::int64_t sleptMs() const { return slept_ms_; }  // virtual
  int sleeps() const { return sleeps_; }
  int randoms() const { return randoms_; }

  // What a test does to the plugin.
  void cancel() {
    cancelled_ = true;
    void (*fn)(void*) = nullptr;
    void* arg = nullptr;
    {
      const std::lock_guard lock(mutex_);
      fn = std::exchange(on_cancel_, nullptr);
      arg = on_cancel_arg_;
    }
    if (fn != nullptr) fn(arg);
  }
  bool cancelled() const { return cancelled_; }
  /// Cancels when the plugin has waited this long in all (virtual).
  void cancelAfterSleeping(std::int64_t ms) { cancel_at_slept_ms_ = ms; }
  /// Cancels right after the n-th emit (1 = the first).
  void cancelAfterEmits(std::size_t n) { cancel_at_emits_ = n; }
  /// What emit() answers from now on, for example TROUPE_E_INTERNAL for a refused value.
  void refuseEmits(int code) { emit_answer_ = code; }

 private:
  friend class FakeHost;
  static FakeCall& self(void* ctx) { return *static_cast<FakeCall*>(ctx); }
  static std::string text(troupe_str s) { return s.n == 0 ? std::string() : std::string(s.p, s.n); }

  int emit(std::uint32_t kind, std::string port, std::string json) {
    if (cancelled_) return TROUPE_E_CANCELLED;
    if (emit_answer_ != TROUPE_OK) return emit_answer_;
    std::size_t count = 0;
    {
      const std::lock_guard lock(mutex_);
      emitted_.push_back({kind, std::move(port), std::move(json)});
      count = emitted_.size();
    }
    if (count == cancel_at_emits_) cancel();
    return TROUPE_OK;
  }
  int onCancel(void (*fn)(void*), void* arg) {
    {
      const std::lock_guard lock(mutex_);
      on_cancel_ = fn;
      on_cancel_arg_ = arg;
    }
    if (cancelled_) cancel();
    return TROUPE_OK;
  }
  int fail(int code, std::string message, std::int64_t retry_after_ms) {
    const std::lock_guard lock(mutex_);
    if (code_ == TROUPE_OK) {
      code_ = code;
      message_ = std::move(message);
      retry_after_ms_ = retry_after_ms;
    }
    return code;
  }
  int sleep(std::int64_t ms);
  std::uint64_t random() {
    ++randoms_;
    std::uint64_t z = (random_state_ += 0x9e3779b97f4a7c15ULL);  // splitmix64
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31U);
  }

  FakeHost& host_;
  const std::string input_;
  troupe_call table_{};
  std::uint64_t random_state_;
  std::atomic<bool> cancelled_{false};
  std::int64_t cancel_at_slept_ms_ = std::numeric_limits<std::int64_t>::max();
  std::size_t cancel_at_emits_ = 0;
  int emit_answer_ = TROUPE_OK;
  std::int64_t slept_ms_ = 0;
  int sleeps_ = 0;
  int randoms_ = 0;

  std::mutex mutex_;  // Guards all below.
  std::vector<Emitted> emitted_;
  void (*on_cancel_)(void*) = nullptr;
  void* on_cancel_arg_ = nullptr;
  int code_ = TROUPE_OK;
  std::string message_;
  std::int64_t retry_after_ms_ = -1;
};

/// The host table: log lines are kept, extensions are what the test offers. Outlives its nodes and calls.
class FakeHost {
 public:
  FakeHost() {
    table_.size = sizeof(table_);
    table_.ctx = this;
    table_.log = [](void* ctx, int level, troupe_str message) {
      auto& host = *static_cast<FakeHost*>(ctx);
      const std::lock_guard lock(host.mutex_);
      host.log_.emplace_back(level, FakeCall::text(message));
    };
    table_.ext = [](void* ctx, const char* id) -> const void* {
      const auto& offered = static_cast<FakeHost*>(ctx)->extensions_;
      const auto it = offered.find(id);
      return it == offered.end() ? nullptr : it->second;
    };
    clock_.size = sizeof(clock_);
    clock_.ctx = this;
    clock_.unix_ms = [](void* ctx) { return static_cast<FakeHost*>(ctx)->now_ms_; };
    clock_.steady_ns = [](void* ctx) { return static_cast<FakeHost*>(ctx)->now_ms_ * 1000000; };
    clock_.sleep = [](void*, troupe_call* call, std::int64_t ms) { return FakeCall::self(call->ctx).sleep(ms); };
    clock_.random = [](void*, troupe_call* call) { return FakeCall::self(call->ctx).random(); };
    offer(TROUPE_CLOCK_ID, &clock_);
  }
  FakeHost(const FakeHost&) = delete;
  FakeHost& operator=(const FakeHost&) = delete;

  const troupe_host* table() const { return &table_; }
  /// Offers an extension (its table must outlive the host), or withdraws it with nullptr.
  void offer(const std::string& id, const void* extension) { extensions_[id] = extension; }
  /// The virtual time, in milliseconds since 1970.
  std::int64_t nowMs() const { return now_ms_; }
  void setNowMs(std::int64_t ms) { now_ms_ = ms; }
  /// What plugins logged: level and text.
  const std::vector<std::pair<int, std::string>>& log() const { return log_; }

 private:
  friend class FakeCall;
  troupe_host table_{};
  troupe_clock clock_{};
  std::map<std::string, const void*> extensions_;
  std::int64_t now_ms_ = 1700000000000;

  std::mutex mutex_;  // Guards log_.
  std::vector<std::pair<int, std::string>> log_;
};

inline int FakeCall::sleep(std::int64_t ms) {
  ++sleeps_;
  if (cancelled_) return TROUPE_E_CANCELLED;
  if (ms > 0) {
    const std::int64_t waited = std::min(ms, std::max<std::int64_t>(cancel_at_slept_ms_ - slept_ms_, 0));
    slept_ms_ += waited;
    host_.now_ms_ += waited;
  }
  if (slept_ms_ >= cancel_at_slept_ms_) cancel();
  return cancelled_ ? TROUPE_E_CANCELLED : TROUPE_OK;
}

/// An instance of a node type, destroyed with this object. A create() that fails throws, with the plugin's sentence.
class FakeNode {
 public:
  FakeNode(FakeHost& host, const troupe_node& type, std::string_view options = "{}") : type_(type) {
    FakeCall report(host);
    const int code = type_.create(host.table(), troupe_str{options.data(), options.size()}, report.table(), &self_);
    if (code != TROUPE_OK) throw std::runtime_error(report.message());
  }
  FakeNode(const FakeNode&) = delete;
  FakeNode& operator=(const FakeNode&) = delete;
  ~FakeNode() {
    if (self_ != nullptr) type_.destroy(self_);
  }
  int run(FakeCall& call) { return type_.run(self_, call.table()); }

 private:
  const troupe_node& type_;
  void* self_ = nullptr;
};

/// A plugin's file, opened as the host does (now, local). Stays open until the end of the program.
class PluginFile {
 public:
  explicit PluginFile(const std::filesystem::path& path) {
    void* handle = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (handle == nullptr) throw std::runtime_error(::dlerror());
    module_ = static_cast<const troupe_module*>(::dlsym(handle, "troupe_module_v1"));
    if (module_ == nullptr) throw std::runtime_error(path.string() + " exports no troupe_module_v1");
  }
  const troupe_module& module() const { return *module_; }
  std::string manifest() const { return {module_->manifest.p, module_->manifest.n}; }
  const troupe_node& node(std::string_view id) const {
    for (std::uint32_t i = 0; i < module_->count; ++i) {
      if (id == module_->nodes[i]->id) return *module_->nodes[i];
    }
    throw std::runtime_error("no node type " + std::string(id));
  }

 private:
  const troupe_module* module_;
};

}  // namespace troupe::test
