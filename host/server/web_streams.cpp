#include "server/web_streams.hpp"

#include <algorithm>
#include <troupe/troupe.hpp>
#include <utility>

#include "server/exchange.hpp"
#include "support/json_text.hpp"

namespace troupe::server {
namespace {

constexpr int kSchema = 1;  // Of the events.

JsonWriter& beginEvent(JsonWriter& json, std::string_view type, const StreamEvents& events) {
  json.beginObject().member("type", type);
  if (!events.run.empty()) json.member("run", events.run);
  return json.member("at", events.at);
}

std::string end(JsonWriter& json) { return std::string(json.endObject().text()); }

}  // namespace

std::string StreamEvents::hello(std::string_view epoch, std::int64_t head, std::optional<std::int64_t> replay_from,
                                int heartbeat_ms) const {
  JsonWriter json;
  beginEvent(json, "hello", *this).member("epoch", epoch).member("head", head).key("replay_from");
  replay_from ? json.value(*replay_from) : json.null();
  return end(json.member("hb_ms", heartbeat_ms).member("schema", kSchema));
}

std::string StreamEvents::reset(std::string_view reason) const {
  JsonWriter json;
  return end(beginEvent(json, "reset", *this).member("reason", reason));
}

std::string StreamEvents::heartbeat(std::int64_t head) const {
  JsonWriter json;
  return end(beginEvent(json, "hb", *this).member("time", at).member("head", head));
}

std::string StreamEvents::bye(std::string_view reason, int retry_ms) const {
  JsonWriter json;
  return end(beginEvent(json, "bye", *this).member("reason", reason).member("retry_ms", retry_ms));
}

std::int64_t snapshotHead(std::string_view snapshot) {
  rapidjson::Document document;
  document.Parse(snapshot.data(), snapshot.size());
  const auto* head = document.HasParseError() || !document.IsObject() ? nullptr : Object(document).find("head");
  if (head == nullptr || !head->IsInt64()) throw HttpError(500, "there is no snapshot");
  return head->GetInt64();
}

std::optional<WebFrame> readFrame(std::string_view json) {
  rapidjson::Document document;
  document.Parse<rapidjson::kParseValidateEncodingFlag>(json.data(), json.size());
  if (document.HasParseError() || !document.IsObject()) return std::nullopt;
  const Object frame(document);
  const auto* stream = frame.find("stream");
  const auto* text = frame.find("text");
  if (stream == nullptr || !stream->IsString() || text == nullptr || !text->IsString()) return std::nullopt;
  return WebFrame{{stream->GetString(), stream->GetStringLength()}, {text->GetString(), text->GetStringLength()}};
}

Bytes bytesFor(const pipeline::Call::Result& result, std::string_view stream) {
  for (const auto& value : result.values) {
    if (value.port->type != "troupe:frame/1") continue;
    if (auto frame = readFrame(value.json); frame && frame->stream == stream)
      return std::make_shared<const std::string>(std::move(frame->text));
  }
  return nullptr;
}

Bytes WebStream::heartbeat() const {
  const std::lock_guard lock(mutex_);
  return heartbeat_;
}

Bytes WebStream::bye() const {
  const std::lock_guard lock(mutex_);
  return bye_;
}

void WebStream::keep(Bytes heartbeat, Bytes bye) {
  const std::lock_guard lock(mutex_);
  heartbeat_ = std::move(heartbeat);
  bye_ = std::move(bye);
}

void WebStream::wanted() {
  const std::lock_guard lock(mutex_);
  next_ = {};
}

bool WebStream::due(bool has_subscribers) {
  const std::lock_guard lock(mutex_);
  const auto now = Clock::now();
  if (now < next_ || (!has_subscribers && heartbeat_)) return false;
  // The time in a heartbeat is at most a second old.
  next_ = now + std::clamp(std::chrono::milliseconds(declared.heartbeat_ms / 2), std::chrono::milliseconds(100),
                           std::chrono::milliseconds(1000));
  return true;
}

}  // namespace troupe::server
