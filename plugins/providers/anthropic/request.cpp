#include "request.hpp"

#include <algorithm>

namespace troupe::anthropic {
namespace {

using namespace providers;

// What the call asks for, over the node's own. What the service would refuse the request for gives way to it.
void apply(const Params& params, const Settings& settings, Members& members) {
  bool thinks = settings.thinks;
  if (const auto* tokens = params.find("max_tokens")) {
    members.copy("max_tokens", *tokens);
    if (settings.thinking_budget >= tokens->GetInt64()) {  // No room for any thought.
      members.remove("thinking");
      thinks = false;
    }
  }
  if (const auto* temperature = params.find("temperature"); temperature != nullptr && !thinks) {
    members.set("temperature", Json(std::min(1.0, temperature->GetDouble())));
    members.remove("top_p");  // Newer models take one of the two.
  }
  if (const auto* stop = params.find("stop")) members.copy("stop_sequences", *stop);
  const auto* schema = params.find("response_schema");
  if (schema == nullptr || settings.schema_in_prompt) return;
  rapidjson::Document parsed;
  parseSchema(*schema, parsed);
  setSchema(parsed, members);
}

std::string bodyFor(const Settings& settings, const Ask& ask) {
  const auto prompt = turnsOf(settings, ask);
  JsonWriter json;
  json.beginObject().member("model", settings.model);
  if (!prompt.system.empty()) json.member("system", prompt.system);
  json.key("messages").beginArray();
  for (const auto& turn : prompt.turns)
    json.beginObject().member("role", turn.user ? "user" : "assistant").member("content", turn.text).endObject();
  json.endArray().member("stream", settings.stream);
  if (ask.params.empty()) {
    settings.members.write(json);
  } else {
    Members own(settings.members.object());
    apply(ask.params, settings, own);
    own.write(json);
  }
  json.endObject();
  return std::string(json.text());
}

HttpRequest authorized(const Settings& settings, HttpRequest request) {
  request.headers.emplace_back("anthropic-version", settings.version);
  if (!settings.api_key.empty()) request.headers.emplace_back("x-api-key", settings.api_key);
  return request;
}

}  // namespace

HttpRequest requestFor(const Settings& settings, const Ask& ask) {
  return authorized(settings, jsonRequest(settings, settings.url, bodyFor(settings, ask)));
}

HttpRequest modelsRequest(const Settings& settings, const std::string& after) {
  return authorized(settings, getRequest(settings, settings.models_url +
                                                       (after.empty() ? "" : "&after_id=" + percentEncoded(after))));
}

}  // namespace troupe::anthropic
