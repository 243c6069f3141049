#include "settings.hpp"

namespace troupe::anthropic {
namespace {

using namespace providers;

Json outputConfig(Members& members) {
  const auto* known = Object(members.object()).find("output_config");
  return known != nullptr && known->IsObject() ? Json(*known, members.pool()) : Json(rapidjson::kObjectType);
}

void setThinking(const Options& options, Settings& settings) {
  const auto kind = options.text("thinking", "");
  settings.thinking_budget = options.integer("thinking_budget", 0);
  if (!kind.empty() && settings.thinking_budget > 0) refuse(R"(give either "thinking" or "thinking_budget")");
  if (kind.empty() && settings.thinking_budget == 0) return;
  if (settings.thinking_budget >= options.integer("max_tokens"))
    refuse(R"("thinking_budget" must be less than "max_tokens", which it is a part of)");
  settings.thinks = kind != "disabled";
  if (settings.thinks && options.number("temperature", 1) != 1) refuse(R"("temperature" does not go with thinking)");
  auto& pool = settings.members.pool();
  Json thinking(rapidjson::kObjectType);
  thinking.AddMember("type", kind.empty() ? Json("enabled") : Json(*options.find("thinking"), pool), pool);
  if (settings.thinking_budget > 0) thinking.AddMember("budget_tokens", settings.thinking_budget, pool);
  settings.members.set("thinking", std::move(thinking));
}

void setEffort(const Options& options, Members& members) {
  if (!options.has("effort")) return;
  auto config = outputConfig(members);
  config.AddMember("effort", Json(*options.find("effort"), members.pool()), members.pool());
  members.set("output_config", std::move(config));
}

}  // namespace

Settings settingsOf(const Options& options) {
  Settings settings;
  readSettings(options, {{"x-api-key", "api_key"}, {"anthropic-version", "version"}, {"Content-Type", nullptr}},
               settings);
  settings.url = urlOf(settings.base, "/v1", "/messages", "/messages");
  settings.models_url = urlOf(settings.base, "/v1", "/messages", "/models?limit=1000");
  settings.version = options.text("version");
  auto& members = settings.members;
  for (const char* name : {"max_tokens", "temperature", "top_p", "top_k"}) members.copy(options, name, name);
  members.copy(options, "stop", "stop_sequences");
  members.copy(options, "service_tier", "service_tier");
  setThinking(options, settings);
  setEffort(options, members);
  if (settings.schema && !settings.schema_in_prompt) setSchema(*settings.schema, members);
  if (const auto* extra = extraOf(options, {"messages", "model", "stream", "system"})) members.merge(*extra);
  return settings;
}

void setSchema(const Json& schema, Members& members) {
  auto& pool = members.pool();
  auto config = outputConfig(members);
  config.RemoveMember("format");
  Json format(rapidjson::kObjectType);
  format.AddMember("type", "json_schema", pool).AddMember("schema", Json(schema, pool), pool);
  config.AddMember("format", format, pool);
  members.set("output_config", std::move(config));
}

}  // namespace troupe::anthropic
