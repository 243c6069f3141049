#include "support/models.hpp"

#include "support/usage.hpp"

namespace troupe::providers {

const Json& modelArray(const Json& list, const char* name) {
  if (!list.IsObject()) throwWrongType("", &list, "an object");
  const auto* models = member(list, name);
  if (models == nullptr || !models->IsArray()) throwWrongType("/" + std::string(name), models, "an array");
  return *models;
}

std::int64_t contextIn(const Json& model, std::initializer_list<const char*> members) {
  for (const auto* name : members)
    if (const auto tokens = tokenCount(member(model, name)); tokens.value_or(0) > 0) return *tokens;
  return 0;
}

std::string modelsJson(const std::vector<Model>& models) {
  JsonWriter json;
  json.beginObject().key("models").beginArray();
  for (const auto& model : models) {
    json.beginObject().member("id", model.id);
    if (!model.name.empty()) json.member("name", model.name);
    if (!model.owner.empty()) json.member("owner", model.owner);
    if (model.context > 0) json.member("context", model.context);
    json.endObject();
  }
  json.endArray().endObject();
  return std::string(json.text());
}

}  // namespace troupe::providers
