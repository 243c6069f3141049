#include "request.hpp"

namespace troupe::openai {
namespace {

using namespace providers;

// What the call asks for, over the node's own.
void apply(const Params& params, const Settings& settings, Members& members) {
  for (const char* name : {"temperature", "stop"})
    if (const auto* value = params.find(name)) members.copy(name, *value);
  if (const auto* tokens = params.find("max_tokens")) {
    members.remove("max_tokens");
    members.remove("max_completion_tokens");
    members.copy(settings.tokens_field, *tokens);
  }
  if (settings.seed && params.find("seed") != nullptr) members.remove("seed");  // Written with the sample's.
  const auto* schema = params.find("response_schema");
  if (schema == nullptr || settings.schema_in_prompt) return;
  rapidjson::Document parsed;
  parseSchema(*schema, parsed);
  setSchema(parsed, members);
}

std::string bodyFor(const Settings& settings, const Ask& ask) {
  Members own;
  if (!ask.params.empty()) {
    own = Members(settings.members.object());
    apply(ask.params, settings, own);
  }
  const auto& members = ask.params.empty() ? settings.members : own;
  JsonWriter json;
  json.beginObject().member("model", settings.model);
  writeChatMessages(json, settings, ask);
  json.member("stream", settings.stream);
  if (settings.stream) json.key("stream_options").beginObject().member("include_usage", true).endObject();
  if (settings.seed && !members.has("seed")) json.member("seed", ask.seed);
  members.write(json);
  json.endObject();
  return std::string(json.text());
}

void authorize(const Settings& settings, HttpRequest& request) {
  if (!settings.api_key.empty()) request.headers.emplace_back("Authorization", "Bearer " + settings.api_key);
}

}  // namespace

HttpRequest requestFor(const Settings& settings, const Ask& ask) {
  auto request = jsonRequest(settings, settings.url, bodyFor(settings, ask));
  authorize(settings, request);
  return request;
}

HttpRequest modelsRequest(const Settings& settings) {
  auto request = getRequest(settings, settings.models_url);
  authorize(settings, request);
  return request;
}

}  // namespace troupe::openai
