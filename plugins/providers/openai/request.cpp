#include "request.hpp"

namespace troupe::openai {
namespace {

// The longest that the host takes: how long a call may last is said by the node's limits alone.
constexpr std::int64_t kNoLimitMs = std::int64_t{24} * 3600 * 1000;

void writeMessage(JsonWriter& json, std::string_view role, std::string_view content) {
  json.beginObject().member("role", role).member("content", content).endObject();
}

void writeMessages(JsonWriter& json, const std::string& system, const Object& prompt) {
  json.key("messages").beginArray();
  bool pending = !system.empty();
  for (const auto& value : prompt.array("messages")) {
    const Object message(value);
    const auto role = message.text("role");
    const auto content = message.text("content");
    if (pending && role == "system") {  // One message: many chat templates take no second one.
      writeMessage(json, role, system + "\n\n" + std::string(content));
    } else {
      if (pending) writeMessage(json, "system", system);
      writeMessage(json, role, content);
    }
    pending = false;
  }
  json.endArray();
}

std::string bodyFor(const Settings& settings, const Object& prompt, std::int64_t seed) {
  JsonWriter json;
  json.beginObject().member("model", settings.model);
  writeMessages(json, settings.system, prompt);
  json.member("stream", settings.stream);
  if (settings.stream) json.key("stream_options").beginObject().member("include_usage", true).endObject();
  if (settings.seed) json.member("seed", seed);
  for (const auto& entry : settings.members->GetObject())
    json.member({entry.name.GetString(), entry.name.GetStringLength()}, entry.value);
  json.endObject();
  return std::string(json.text());
}

}  // namespace

HttpRequest requestFor(const Settings& settings, const Object& prompt, std::int64_t seed) {
  HttpRequest request;
  request.method = "POST";
  request.url = settings.url;
  request.headers = settings.headers;
  request.headers.emplace_back("Content-Type", "application/json");
  if (!settings.api_key.empty()) request.headers.emplace_back("Authorization", "Bearer " + settings.api_key);
  request.body = bodyFor(settings, prompt, seed);
  request.timeout_ms = kNoLimitMs;
  return request;
}

}  // namespace troupe::openai
