#include "request.hpp"

namespace troupe::gemini {
namespace {

using namespace providers;

constexpr std::int64_t kMostSeed = 0x7fffffff;  // The service's seed has 32 bits.

// What the call asks for, over the node's own.
void apply(const Params& params, const Settings& settings, Members& config) {
  if (const auto* temperature = params.find("temperature")) config.copy("temperature", *temperature);
  if (const auto* tokens = params.find("max_tokens")) config.copy("maxOutputTokens", *tokens);
  if (const auto* stop = params.find("stop")) config.copy("stopSequences", *stop);
  if (settings.seed && params.find("seed") != nullptr) config.remove("seed");  // Written with the sample's.
  const auto* schema = params.find("response_schema");
  if (schema == nullptr || settings.schema_in_prompt) return;
  rapidjson::Document parsed;
  parseSchema(*schema, parsed);
  setSchema(parsed, config);
}

void writeParts(JsonWriter& json, std::string_view text) {
  json.key("parts").beginArray().beginObject().member("text", text).endObject().endArray();
}

std::string bodyFor(const Settings& settings, const Ask& ask) {
  const auto prompt = turnsOf(settings, ask);
  Members own;
  if (!ask.params.empty()) {
    own = Members(settings.config.object());
    apply(ask.params, settings, own);
  }
  const auto& config = ask.params.empty() ? settings.config : own;
  const bool seed = settings.seed && !config.has("seed");
  JsonWriter json;
  json.beginObject();
  if (!prompt.system.empty()) {
    json.key("systemInstruction").beginObject();
    writeParts(json, prompt.system);
    json.endObject();
  }
  json.key("contents").beginArray();
  for (const auto& turn : prompt.turns) {
    json.beginObject().member("role", turn.user ? "user" : "model");
    writeParts(json, turn.text);
    json.endObject();
  }
  json.endArray();
  if (seed || !config.empty()) {
    json.key("generationConfig").beginObject();
    if (seed) json.member("seed", ask.seed & kMostSeed);
    config.write(json);
    json.endObject();
  }
  settings.members.write(json);
  json.endObject();
  return std::string(json.text());
}

HttpRequest authorized(const Settings& settings, HttpRequest request) {
  if (!settings.api_key.empty()) request.headers.emplace_back("x-goog-api-key", settings.api_key);
  return request;
}

}  // namespace

HttpRequest requestFor(const Settings& settings, const Ask& ask) {
  return authorized(settings, jsonRequest(settings, settings.url, bodyFor(settings, ask)));
}

HttpRequest modelsRequest(const Settings& settings, const std::string& page) {
  return authorized(
      settings, getRequest(settings, settings.models_url + (page.empty() ? "" : "&pageToken=" + percentEncoded(page))));
}

}  // namespace troupe::gemini
