#include "settings.hpp"

namespace troupe::openai {
namespace {

using namespace providers;

constexpr std::string_view kPath = "/chat/completions";

// OpenAI's newer models refuse the old name, and many other servers know no other.
const char* tokensField(const Options& options, std::string_view url) {
  const auto wanted = options.text("max_tokens_field", "auto");
  return wanted == "max_completion_tokens" || (wanted == "auto" && leadsTo(url, "api.openai.com"))
             ? "max_completion_tokens"
             : "max_tokens";
}

void setFormat(const Options& options, const Settings& settings, Members& members) {
  if (settings.schema && !settings.schema_in_prompt) {
    if (options.has("response_format")) refuse(R"(give either "response_format" or "response_schema")");
    return setSchema(*settings.schema, members);
  }
  if (!options.has("response_format")) return;
  Json format(rapidjson::kObjectType);
  format.AddMember("type", Json(*options.find("response_format"), members.pool()), members.pool());
  members.set("response_format", std::move(format));
}

}  // namespace

Settings settingsOf(const Options& options) {
  Settings settings;
  readSettings(options, {{"Authorization", "api_key"}, {"Content-Type", nullptr}}, settings);
  settings.url = endpointOf(settings.base);
  settings.models_url = urlOf(settings.base, "", kPath, "/models");
  settings.tokens_field = tokensField(options, settings.base);
  auto& members = settings.members;
  for (const char* name : {"temperature", "top_p", "stop", "reasoning_effort", "service_tier"})
    members.copy(options, name, name);
  members.copy(options, "max_tokens", settings.tokens_field);
  setFormat(options, settings, members);
  if (const auto* extra = extraOf(options, {"messages", "model", "n", "stream", "stream_options"}))
    members.merge(*extra);
  return settings;
}

std::string endpointOf(std::string_view base_url) { return urlOf(base_url, "", kPath, kPath); }

void setSchema(const Json& schema, Members& members) {
  auto& pool = members.pool();
  Json json_schema(rapidjson::kObjectType);
  json_schema.AddMember("name", "answer", pool).AddMember("strict", true, pool);
  json_schema.AddMember("schema", Json(schema, pool), pool);
  Json format(rapidjson::kObjectType);
  format.AddMember("type", "json_schema", pool).AddMember("json_schema", json_schema, pool);
  members.set("response_format", std::move(format));
}

}  // namespace troupe::openai
