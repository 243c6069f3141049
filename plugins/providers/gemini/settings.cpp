#include "settings.hpp"

#include <array>
#include <utility>

namespace troupe::gemini {
namespace {

using namespace providers;

// A base_url that names a version of the API keeps it.
std::string_view versionFor(std::string_view base_url) {
  auto path = base_url.substr(0, base_url.find_first_of("?#"));
  while (!path.empty() && path.back() == '/') path.remove_suffix(1);
  const auto last = path.substr(path.rfind('/') + 1);
  return last.size() >= 2 && last[0] == 'v' && last[1] >= '1' && last[1] <= '9' ? "" : "/v1beta";
}

void setThinking(const Options& options, Members& config) {
  if (options.has("thinking_budget") && options.has("thinking_level"))
    refuse(R"(give either "thinking_budget" or "thinking_level")");
  for (const auto& [option, name] :
       {std::pair("thinking_budget", "thinkingBudget"), std::pair("thinking_level", "thinkingLevel")}) {
    if (!options.has(option)) continue;
    Json thinking(rapidjson::kObjectType);
    thinking.AddMember(rapidjson::StringRef(name), Json(*options.find(option), config.pool()), config.pool());
    config.set("thinkingConfig", std::move(thinking));
  }
}

void setSafety(const Options& options, Members& members) {
  static constexpr std::string_view kPrefix = "HARM_CATEGORY_";
  if (!options.has("safety")) return;
  auto& pool = members.pool();
  Json settings(rapidjson::kArrayType);
  for (const auto& entry : options.object("safety").json().GetObject()) {
    std::string category(entry.name.GetString(), entry.name.GetStringLength());
    if (category.rfind(kPrefix, 0) != 0) category.insert(0, kPrefix);
    Json one(rapidjson::kObjectType);
    one.AddMember("category", Json(category.data(), static_cast<rapidjson::SizeType>(category.size()), pool), pool);
    one.AddMember("threshold", Json(entry.value, pool), pool);
    settings.PushBack(one, pool);
  }
  members.set("safetySettings", std::move(settings));
}

void setFormat(const Options& options, const Settings& settings, Members& config) {
  if (settings.schema && !settings.schema_in_prompt) {
    if (options.has("response_format")) refuse(R"(give either "response_format" or "response_schema")");
    return setSchema(*settings.schema, config);
  }
  if (options.text("response_format", "text") == "json_object")
    config.set("responseMimeType", Json("application/json"));
}

void mergeExtra(const Options& options, Settings& settings) {
  const auto* extra = extraOf(options, {"contents", "systemInstruction"});
  if (extra == nullptr) return;
  settings.members.merge(*extra, {"generationConfig"});
  if (const auto* config = member(*extra, "generationConfig"); config != nullptr) {
    if (!config->IsObject()) refuse(R"("generationConfig" of "extra" is no object)");
    settings.config.merge(*config);
  }
}

}  // namespace

Settings settingsOf(const Options& options) {
  Settings settings;
  readSettings(options, {{"x-goog-api-key", "api_key"}, {"Content-Type", nullptr}}, settings);
  const auto version = versionFor(settings.base);
  settings.url = urlOf(
      settings.base, version, "",
      "/" + resourceOf(settings.model) + (settings.stream ? ":streamGenerateContent?alt=sse" : ":generateContent"));
  settings.models_url = urlOf(settings.base, version, "", "/models?pageSize=1000");
  static constexpr std::array<std::pair<const char*, const char*>, 5> kNames = {{{"temperature", "temperature"},
                                                                                 {"top_p", "topP"},
                                                                                 {"top_k", "topK"},
                                                                                 {"max_tokens", "maxOutputTokens"},
                                                                                 {"stop", "stopSequences"}}};
  for (const auto& [option, name] : kNames) settings.config.copy(options, option, name);
  setThinking(options, settings.config);
  setFormat(options, settings, settings.config);
  setSafety(options, settings.members);
  mergeExtra(options, settings);
  return settings;
}

std::string resourceOf(std::string_view model) {
  const auto encoded = percentEncoded(model, "/");
  return model.find('/') == std::string_view::npos ? "models/" + encoded : encoded;
}

void setSchema(const Json& schema, Members& config) {
  config.set("responseMimeType", Json("application/json"));
  config.remove("responseSchema");
  config.copy("responseJsonSchema", schema);
}

}  // namespace troupe::gemini
