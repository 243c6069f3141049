/// C++17 sugar over <troupe/troupe.h>: header-only; exceptions stop here. Needs RapidJSON's headers and nothing else.
///
/// A plugin is a class that derives from troupe::Node, and one line:
///
///   class Echo final : public troupe::Node {
///    public:
///     explicit Echo(const troupe::Options& options) : prefix_(options.text("prefix")) {}
///     void run(troupe::Call& call) override { ... call.emit("candidate", writer); }
///   };
///   TROUPE_PLUGIN(Echo, "org.example.provider.echo")
///
/// What a constructor or run() throws becomes the call's failure: troupe::Error with its class, anything else as
/// `internal`.
#ifndef TROUPE_TROUPE_HPP
#define TROUPE_TROUPE_HPP

#include <rapidjson/document.h>
#include <rapidjson/error/en.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <cstdint>
#include <exception>
#include <functional>
#include <initializer_list>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <troupe/ext/clock.h>
#include <troupe/troupe.h>
#include <troupe/json_scan.hpp>

#if __has_include("troupe_manifest.h")
#include "troupe_manifest.h"  // made from plugin.json by troupe_add_plugin(): the bytes of section .troupe_manifest
#endif

namespace troupe {

inline std::string_view view(troupe_str s) { return s.n == 0 ? std::string_view() : std::string_view(s.p, s.n); }
inline troupe_str str(std::string_view s) { return troupe_str{s.data(), s.size()}; }

/// A failure with its class; the host decides by the class whether the call is repeated.
class Error : public std::runtime_error {
 public:
  /// `code` is one of TROUPE_E_*; `retry_after_ms` is what the service asked for, or -1.
  Error(int code, const std::string& message, std::int64_t retry_after_ms = -1)
      : std::runtime_error(message), code_(code), retry_after_ms_(retry_after_ms) {}
  int code() const noexcept { return code_; }
  std::int64_t retryAfterMs() const noexcept { return retry_after_ms_; }

 private:
  int code_;
  std::int64_t retry_after_ms_;
};

/// One limit of a service, as TROUPE_RATE reports it; what is not known is -1.
struct RateLimit {
  std::string name;  ///< "requests", "tokens", "input_tokens", "output_tokens", "requests_day", "tokens_day"
  std::int64_t limit = -1, remaining = -1;
  std::int64_t reset_ms = -1;  ///< from now
};

/// Writes JSON into a string. Numbers that JSON does not know (NaN, infinity) throw.
class JsonWriter {
 public:
  JsonWriter& beginObject() { return check(writer_.StartObject()); }
  JsonWriter& endObject() { return check(writer_.EndObject()); }
  JsonWriter& beginArray() { return check(writer_.StartArray()); }
  JsonWriter& endArray() { return check(writer_.EndArray()); }
  JsonWriter& key(std::string_view k) { return check(writer_.Key(k.data() ? k.data() : "", size(k))); }
  JsonWriter& value(std::string_view v) { return check(writer_.String(v.data() ? v.data() : "", size(v))); }
  JsonWriter& value(const char* v) { return value(std::string_view(v)); }
  JsonWriter& value(bool v) { return check(writer_.Bool(v)); }
  JsonWriter& value(double v) { return check(writer_.Double(v)); }
  JsonWriter& value(int v) { return check(writer_.Int64(v)); }
  JsonWriter& value(std::int64_t v) { return check(writer_.Int64(v)); }
  JsonWriter& value(std::uint64_t v) { return check(writer_.Uint64(v)); }
  JsonWriter& value(const rapidjson::Value& v) { return check(v.Accept(writer_)); }
  JsonWriter& null() { return check(writer_.Null()); }
  /// Inserts a piece of finished JSON, unchecked.
  JsonWriter& raw(std::string_view json) {
    return check(writer_.RawValue(json.data(), json.size(), rapidjson::kObjectType));
  }
  template <typename T>
  JsonWriter& member(std::string_view k, const T& v) {
    key(k);
    return value(v);
  }
  /// The text so far; valid until the next call.
  std::string_view text() const { return {buffer_.GetString(), buffer_.GetSize()}; }

 private:
  static rapidjson::SizeType size(std::string_view s) { return static_cast<rapidjson::SizeType>(s.size()); }
  JsonWriter& check(bool ok) {
    if (!ok) throw std::invalid_argument("a value that JSON cannot hold");
    return *this;
  }
  rapidjson::StringBuffer buffer_;
  rapidjson::Writer<rapidjson::StringBuffer> writer_{buffer_};
};

namespace detail {

inline const rapidjson::Value* find(const rapidjson::Value& object, std::string_view name) {
  if (!object.IsObject()) return nullptr;
  const auto it = object.FindMember(rapidjson::Value(rapidjson::StringRef(name.data(), name.size())));
  return it == object.MemberEnd() ? nullptr : &it->value;
}

[[noreturn]] inline void wrongType(std::string_view name, const char* type) {
  throw Error(TROUPE_E_INTERNAL, "\"" + std::string(name) + "\" is missing or not " + type);
}

inline void parse(rapidjson::Document& document, std::string_view json, const char* what) {
  document.Parse<rapidjson::kParseFullPrecisionFlag>(json.data() ? json.data() : "", json.size());
  if (document.HasParseError())
    throw Error(TROUPE_E_INTERNAL,
                std::string(what) + " is no JSON: " + rapidjson::GetParseError_En(document.GetParseError()));
}

/// A document with a pool of about the size of its text; RapidJSON's own begins with 64 KiB.
class Parsed {
 public:
  Parsed(std::string_view json, const char* what)
      : pool_(json.size() < 1024    ? 1024
              : json.size() < 65536 ? json.size()
                                    : 65536) {
    parse(document_, json, what);
  }
  const rapidjson::Document& document() const { return document_; }

 private:
  rapidjson::Document::AllocatorType pool_;
  rapidjson::Document document_{&pool_};
};

}  // namespace detail

/// Checked reading of a JSON object; every getter throws troupe::Error when the member is missing or of another type.
class Object {
 public:
  explicit Object(const rapidjson::Value& value) : value_(&value) {}
  const rapidjson::Value& json() const { return *value_; }
  /// The member, or nullptr.
  const rapidjson::Value* find(std::string_view name) const { return detail::find(*value_, name); }
  bool has(std::string_view name) const {
    const auto* v = find(name);
    return v != nullptr && !v->IsNull();
  }
  std::string_view text(std::string_view name) const {
    const auto* v = find(name);
    if (v == nullptr || !v->IsString()) detail::wrongType(name, "a string");
    return {v->GetString(), v->GetStringLength()};
  }
  std::string_view text(std::string_view name, std::string_view fallback) const {
    return has(name) ? text(name) : fallback;
  }
  double number(std::string_view name) const {
    const auto* v = find(name);
    if (v == nullptr || !v->IsNumber()) detail::wrongType(name, "a number");
    return v->GetDouble();
  }
  double number(std::string_view name, double fallback) const { return has(name) ? number(name) : fallback; }
  std::int64_t integer(std::string_view name) const {
    const auto* v = find(name);
    if (v == nullptr || !v->IsInt64()) detail::wrongType(name, "an integer");
    return v->GetInt64();
  }
  std::int64_t integer(std::string_view name, std::int64_t fallback) const {
    return has(name) ? integer(name) : fallback;
  }
  bool boolean(std::string_view name) const {
    const auto* v = find(name);
    if (v == nullptr || !v->IsBool()) detail::wrongType(name, "true or false");
    return v->GetBool();
  }
  bool boolean(std::string_view name, bool fallback) const { return has(name) ? boolean(name) : fallback; }
  Object object(std::string_view name) const {
    const auto* v = find(name);
    if (v == nullptr || !v->IsObject()) detail::wrongType(name, "an object");
    return Object(*v);
  }
  rapidjson::Value::ConstArray array(std::string_view name) const {
    const auto* v = find(name);
    if (v == nullptr || !v->IsArray()) detail::wrongType(name, "an array");
    return v->GetArray();
  }
  std::vector<std::string> texts(std::string_view name) const {
    std::vector<std::string> out;
    for (const auto& v : array(name)) {
      if (!v.IsString()) detail::wrongType(name, "an array of strings");
      out.emplace_back(v.GetString(), v.GetStringLength());
    }
    return out;
  }

 private:
  const rapidjson::Value* value_;
};

/// An object of a call's input as pieces of its text, for what is read on the way of every sample: one scan finds the
/// members, and only what is asked for is parsed. Getters throw like those of Object. Borrows the text.
class Fields {
 public:
  explicit Fields(std::string_view json) {
    members_.reserve(12);
    if (!scanObject(json,
                    [this](std::string_view name, std::string_view value) { members_.emplace_back(name, value); }))
      throw Error(TROUPE_E_INTERNAL, "no JSON object where one should be");
  }
  /// The member as JSON text; empty when it is not there.
  std::string_view json(std::string_view name) const {
    for (const auto& member : members_)
      if (member.first == name) return member.second;
    return {};
  }
  bool has(std::string_view name) const {
    const auto value = json(name);
    return !value.empty() && value != "null";
  }
  std::string text(std::string_view name) const {
    const auto value = json(name);
    if (value.size() < 2 || value[0] != '"') detail::wrongType(name, "a string");
    if (value.find('\\') == std::string_view::npos) return std::string(value.substr(1, value.size() - 2));
    const detail::Parsed parsed(value, "a member");
    return {parsed.document().GetString(), parsed.document().GetStringLength()};
  }
  std::string text(std::string_view name, std::string_view fallback) const {
    return has(name) ? text(name) : std::string(fallback);
  }
  double number(std::string_view name) const {
    const auto number = scalar(name);
    if (!number.IsNumber()) detail::wrongType(name, "a number");
    return number.GetDouble();
  }
  double number(std::string_view name, double fallback) const { return has(name) ? number(name) : fallback; }
  std::int64_t integer(std::string_view name) const {
    const auto number = scalar(name);
    if (!number.IsInt64()) detail::wrongType(name, "an integer");
    return number.GetInt64();
  }
  std::int64_t integer(std::string_view name, std::int64_t fallback) const {
    return has(name) ? integer(name) : fallback;
  }
  bool boolean(std::string_view name) const {
    const auto value = json(name);
    if (value != "true" && value != "false") detail::wrongType(name, "true or false");
    return value == "true";
  }
  bool boolean(std::string_view name, bool fallback) const { return has(name) ? boolean(name) : fallback; }
  Fields object(std::string_view name) const {
    const auto value = json(name);
    if (value.empty() || value[0] != '{') detail::wrongType(name, "an object");
    return Fields(value);
  }
  /// The elements as JSON text.
  std::vector<std::string_view> array(std::string_view name) const {
    std::vector<std::string_view> elements;
    if (!scanArray(json(name), [&elements](std::string_view value) { elements.push_back(value); }))
      detail::wrongType(name, "an array");
    return elements;
  }

 private:
  /// A number, true or false; null for all else, so that nothing in it is borrowed.
  rapidjson::Value scalar(std::string_view name) const {
    const auto value = json(name);
    rapidjson::Value out;
    if (value.empty() || value[0] == '"' || value[0] == '{' || value[0] == '[') return out;
    char buffer[512];
    rapidjson::MemoryPoolAllocator<> pool(buffer, sizeof(buffer));
    rapidjson::GenericDocument<rapidjson::UTF8<>, rapidjson::MemoryPoolAllocator<>, rapidjson::MemoryPoolAllocator<>>
        document(&pool, 64, &pool);
    document.Parse<rapidjson::kParseFullPrecisionFlag>(value.data(), value.size());
    if (!document.HasParseError()) out = document.Move();
    return out;
  }

  std::vector<std::pair<std::string_view, std::string_view>> members_;  // Names as they are written.
};

/// The options of a node: checked by the host against the manifest and completed with its defaults. Valid inside the
/// constructor.
class Options : public Object {
 public:
  explicit Options(const rapidjson::Document& document) : Object(document) {}
};

/// The host's side, for the life of the node. Copyable; every function may be called from any thread.
class Host {
 public:
  explicit Host(const troupe_host* host) : host_(host) {}
  void log(int level, std::string_view message) const { host_->log(host_->ctx, level, str(message)); }
  /// An extension's table, or nullptr when the host does not offer it.
  template <typename T>
  const T* extension(const char* id) const {
    return static_cast<const T*>(host_->ext(host_->ctx, id));
  }

 private:
  const troupe_host* host_;
};

/// One unit of work. Valid until Node::run() returns.
class Call {
 public:
  Call(troupe_call* call, const troupe_host* host) : call_(call), host_(host) {}
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  /// The input as the host sent it.
  std::string_view inputJson() const { return view(call_->input); }
  /// The input object, parsed as a whole on the first use. [run]
  Object input() {
    if (!whole_) whole_ = std::make_unique<const detail::Parsed>(inputJson(), "the input");
    return Object(whole_->document());
  }
  /// The input's members as text; nothing is parsed. [run]
  const Fields& fields() {
    if (!fields_) fields_ = std::make_unique<const Fields>(inputJson());
    return *fields_;
  }
  /// The value on an input port; it alone is parsed, on the first use. [run]
  const rapidjson::Value& in(std::string_view port) {
    for (const auto& known : ports_)
      if (known.first == port) return known.second->document();
    const auto json = fields().json(port);
    if (json.empty()) throw Error(TROUPE_E_INTERNAL, "no value on port \"" + std::string(port) + "\"");
    ports_.emplace_back(port, std::make_unique<const detail::Parsed>(json, "the input"));
    return ports_.back().second->document();
  }

  /// Sends a value (JSON text); throws when the call has been cancelled or the host refuses the value. [any]
  void emit(std::string_view port, std::string_view json) { send(TROUPE_VALUE, port, json); }
  void emit(std::string_view port, const JsonWriter& json) { send(TROUPE_VALUE, port, json.text()); }
  /// Sends a piece of text of a value that is still being made. [any]
  void delta(std::string_view port, std::string_view text) {
    JsonWriter json;
    json.beginObject().member("text", text).endObject();
    send(TROUPE_DELTA, port, json.text());
  }
  void progress(std::int64_t done, std::int64_t total, std::string_view message) {
    JsonWriter json;
    json.beginObject().member("done", done).member("total", total).member("msg", message).endObject();
    send(TROUPE_PROGRESS, "", json.text());
  }
  void usage(std::int64_t input_tokens, std::int64_t output_tokens) {
    JsonWriter json;
    json.beginObject().member("input", input_tokens).member("output", output_tokens).endObject();
    send(TROUPE_USAGE, "", json.text());
  }
  /// What the service still allows of each limit that it tells.
  void rate(const std::vector<RateLimit>& limits) {
    if (limits.empty()) return;
    JsonWriter json;
    json.beginObject();
    for (const auto& one : limits) {
      json.key(one.name).beginObject();
      if (one.limit >= 0) json.member("limit", one.limit);
      if (one.remaining >= 0) json.member("remaining", one.remaining);
      if (one.reset_ms >= 0) json.member("reset_ms", one.reset_ms);
      json.endObject();
    }
    json.endObject();
    send(TROUPE_RATE, "", json.text());
  }
  /// Keeps the sample until a decision, or until `until_unix_ms` (< 0: for ever), when `pass_by_default` decides.
  /// Filters only.
  void hold(std::string_view port, std::int64_t until_unix_ms, bool pass_by_default, std::string_view why) {
    JsonWriter json;
    json.beginObject().key("until");
    if (until_unix_ms < 0) {
      json.null();
    } else {
      json.value(until_unix_ms);
    }
    json.member("default", pass_by_default ? "pass" : "drop").member("why", why).endObject();
    send(TROUPE_HOLD, port, json.text());
  }

  bool cancelled() const { return call_->cancelled(call_->ctx) != 0; }
  /// Throws troupe::Error(TROUPE_E_CANCELLED) once the call has been cancelled.
  void throwIfCancelled() const {
    if (cancelled()) throw Error(TROUPE_E_CANCELLED, "cancelled");
  }
  /// Calls `fn` once, on another thread, when the call is cancelled; it must not block. It lives until run() returns.
  /// [run]
  void onCancel(std::function<void()> fn) {
    call_->on_cancel(call_->ctx, nullptr, nullptr);
    on_cancel_ = std::move(fn);
    if (on_cancel_) {
      call_->on_cancel(
          call_->ctx, [](void* self) { static_cast<Call*>(self)->on_cancel_(); }, this);
    }
  }
  /// Waits on the host's clock; throws when cancelled. Needs troupe.clock/1. [run]
  void sleep(std::int64_t ms) {
    const auto* c = clock();
    if (c->sleep(c->ctx, call_, ms) != TROUPE_OK) throw Error(TROUPE_E_CANCELLED, "cancelled while waiting");
  }
  /// The next number of the call's repeatable sequence. Needs troupe.clock/1. [run]
  std::uint64_t random() {
    const auto* c = clock();
    return c->random(c->ctx, call_);
  }
  std::int64_t unixMs() { return clock()->unix_ms(clock()->ctx); }

  Host host() const { return Host(host_); }
  troupe_call* raw() const { return call_; }

 private:
  const troupe_clock* clock() {
    if (clock_ == nullptr) clock_ = host().extension<troupe_clock>(TROUPE_CLOCK_ID);
    if (clock_ == nullptr) throw Error(TROUPE_E_UNSUPPORTED, "the host does not offer " TROUPE_CLOCK_ID);
    return clock_;
  }
  void send(std::uint32_t kind, std::string_view port, std::string_view json) {
    const int code = call_->emit(call_->ctx, kind, str(port), str(json));
    if (code == TROUPE_E_CANCELLED) throw Error(TROUPE_E_CANCELLED, "cancelled");
    if (code != TROUPE_OK) throw Error(code, "the host refused the value on port \"" + std::string(port) + "\"");
  }

  troupe_call* call_;
  const troupe_host* host_;
  const troupe_clock* clock_ = nullptr;
  std::unique_ptr<const detail::Parsed> whole_;
  std::unique_ptr<const Fields> fields_;
  std::vector<std::pair<std::string, std::unique_ptr<const detail::Parsed>>> ports_;
  std::function<void()> on_cancel_;
};

/// What a plugin author derives from. The constructor is T(const Options&) or T(const Options&, Host).
class Node {
 public:
  virtual ~Node() = default;
  /// Does one unit of work; may block. Throw troupe::Error to fail. [run]
  virtual void run(Call& call) = 0;
};

namespace detail {

/// Turns whatever is being thrown into the call's failure. Only from a catch block.
inline int reportException(troupe_call* call) noexcept {
  const auto report = [call](int code, const char* message, std::int64_t retry_after_ms) {
    return call->fail(call->ctx, code, str(message), retry_after_ms);
  };
  try {
    throw;
  } catch (const Error& e) {
    return report(e.code(), e.what(), e.retryAfterMs());
  } catch (const std::exception& e) {
    return report(TROUPE_E_INTERNAL, e.what(), -1);
  } catch (...) {
    return report(TROUPE_E_INTERNAL, "an exception that is no std::exception", -1);
  }
}

struct Instance {
  const troupe_host* host;
  std::unique_ptr<Node> node;
};

template <typename T>
int create(const troupe_host* host, troupe_str options, troupe_call* report, void** self) noexcept {
  try {
    rapidjson::Document document;
    parse(document, view(options), "the options");
    const Options checked(document);
    auto instance = std::make_unique<Instance>();
    instance->host = host;
    if constexpr (std::is_constructible_v<T, const Options&, Host>) {
      instance->node = std::make_unique<T>(checked, Host(host));
    } else {
      instance->node = std::make_unique<T>(checked);
    }
    *self = instance.release();
    return TROUPE_OK;
  } catch (...) {
    return reportException(report);
  }
}

inline int run(void* self, troupe_call* raw) noexcept {
  auto* instance = static_cast<Instance*>(self);
  try {
    Call call(raw, instance->host);
    try {
      instance->node->run(call);
    } catch (...) {
      call.onCancel(nullptr);
      return reportException(raw);
    }
    call.onCancel(nullptr);
    return TROUPE_OK;
  } catch (...) {
    return reportException(raw);
  }
}

inline void destroy(void* self) noexcept { delete static_cast<Instance*>(self); }

/// The C table of a node class; `id` is that of the manifest.
template <typename T>
constexpr troupe_node nodeTable(const char* id) {
  return troupe_node{sizeof(troupe_node), id, &create<T>, &run, &destroy, nullptr};
}

}  // namespace detail
}  // namespace troupe

/// A plugin with several node types: TROUPE_MODULE(TROUPE_NODE(A, "org.example.a"), TROUPE_NODE(B, "org.example.b"))
#define TROUPE_NODE(Class, id) ::troupe::detail::nodeTable<Class>(id)
#define TROUPE_MODULE(...)                                                                                \
  namespace {                                                                                             \
  const troupe_node troupe_node_tables[] = {__VA_ARGS__};                                                 \
  constexpr std::uint32_t troupe_node_count = sizeof(troupe_node_tables) / sizeof(troupe_node_tables[0]); \
  template <std::size_t... I>                                                                             \
  struct TroupeNodePointers {                                                                             \
    static constexpr const troupe_node* value[] = {&troupe_node_tables[I]...};                            \
  };                                                                                                      \
  template <std::size_t... I>                                                                             \
  constexpr const troupe_node* const* troupeNodePointers(std::index_sequence<I...>) {                     \
    return TroupeNodePointers<I...>::value;                                                               \
  }                                                                                                       \
  }                                                                                                       \
  extern "C" TROUPE_EXPORT const troupe_module troupe_module_v1 = {                                       \
      sizeof(troupe_module),                                                                              \
      TROUPE_ABI_MINOR,                                                                                   \
      {troupe_manifest_bytes, sizeof(troupe_manifest_bytes)},                                             \
      nullptr,                                                                                            \
      nullptr,                                                                                            \
      troupe_node_count,                                                                                  \
      troupeNodePointers(std::make_index_sequence<troupe_node_count>())};

/// A plugin with one node type.
#define TROUPE_PLUGIN(Class, id) TROUPE_MODULE(TROUPE_NODE(Class, id))

#endif
