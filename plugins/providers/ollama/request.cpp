#include "request.hpp"

namespace troupe::ollama {
namespace {

using namespace providers;

// What the call asks for, over the node's own.
void apply(const Params& params, const Settings& settings, Members& options, Members& members) {
  if (const auto* temperature = params.find("temperature")) options.copy("temperature", *temperature);
  if (const auto* tokens = params.find("max_tokens")) options.copy("num_predict", *tokens);
  if (const auto* stop = params.find("stop")) options.copy("stop", *stop);
  if (settings.seed && params.find("seed") != nullptr) options.remove("seed");  // Written with the sample's.
  const auto* schema = params.find("response_schema");
  if (schema == nullptr || settings.schema_in_prompt) return;
  rapidjson::Document parsed;
  parseSchema(*schema, parsed);
  members.copy("format", parsed);
}

void writeOptions(JsonWriter& json, const Settings& settings, const Members& options, std::int64_t seed) {
  const bool own_seed = settings.seed && !options.has("seed");
  if (!own_seed && options.empty()) return;
  json.key("options").beginObject();
  if (own_seed) json.member("seed", seed);
  options.write(json);
  json.endObject();
}

std::string bodyFor(const Settings& settings, const Ask& ask) {
  JsonWriter json;
  json.beginObject().member("model", settings.model);
  writeChatMessages(json, settings, ask);
  json.member("stream", settings.stream);  // Said in any case: the server streams without it.
  if (ask.params.empty()) {
    writeOptions(json, settings, settings.options, ask.seed);
    settings.members.write(json);
  } else {
    Members options(settings.options.object()), members(settings.members.object());
    apply(ask.params, settings, options, members);
    writeOptions(json, settings, options, ask.seed);
    members.write(json);
  }
  json.endObject();
  return std::string(json.text());
}

HttpRequest authorized(const Settings& settings, HttpRequest request) {
  if (!settings.api_key.empty()) request.headers.emplace_back("Authorization", "Bearer " + settings.api_key);
  return request;
}

}  // namespace

HttpRequest requestFor(const Settings& settings, const Ask& ask) {
  return authorized(settings, jsonRequest(settings, settings.url, bodyFor(settings, ask)));
}

HttpRequest modelsRequest(const Settings& settings) {
  return authorized(settings, getRequest(settings, settings.models_url));
}

}  // namespace troupe::ollama
