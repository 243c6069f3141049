#include "settings.hpp"

#include <array>
#include <utility>

namespace troupe::ollama {
namespace {

using namespace providers;

void setFormat(const Options& options, const Settings& settings, Members& members) {
  if (settings.schema && !settings.schema_in_prompt) {
    if (options.has("response_format")) refuse(R"(give either "response_format" or "response_schema")");
    return members.copy("format", *settings.schema);
  }
  if (options.text("response_format", "text") == "json_object") members.set("format", Json("json"));
}

void mergeExtra(const Options& options, Settings& settings) {
  const auto* extra = extraOf(options, {"messages", "model", "stream"});
  if (extra == nullptr) return;
  settings.members.merge(*extra, {"options"});
  if (const auto* further = member(*extra, "options"); further != nullptr) {
    if (!further->IsObject()) refuse(R"("options" of "extra" is no object)");
    settings.options.merge(*further);
  }
}

}  // namespace

Settings settingsOf(const Options& options) {
  Settings settings;
  readSettings(options, {{"Authorization", "api_key"}, {"Content-Type", nullptr}}, settings);
  settings.url = urlOf(settings.base, "/api", "/chat", "/chat");
  settings.models_url = urlOf(settings.base, "/api", "/chat", "/tags");
  static constexpr std::array<std::pair<const char*, const char*>, 6> kNames = {{{"temperature", "temperature"},
                                                                                 {"top_p", "top_p"},
                                                                                 {"top_k", "top_k"},
                                                                                 {"max_tokens", "num_predict"},
                                                                                 {"num_ctx", "num_ctx"},
                                                                                 {"stop", "stop"}}};
  for (const auto& [option, name] : kNames) settings.options.copy(options, option, name);
  for (const char* name : {"think", "keep_alive"}) settings.members.copy(options, name, name);
  setFormat(options, settings, settings.members);
  mergeExtra(options, settings);
  return settings;
}

}  // namespace troupe::ollama
