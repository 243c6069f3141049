#include "model_list.hpp"

#include <algorithm>

#include "errors.hpp"

namespace troupe::gemini {
namespace {

using namespace providers;

// Others embed texts or make pictures.
bool generates(const Json& model) {
  const auto* methods = member(model, "supportedGenerationMethods");
  if (methods == nullptr || !methods->IsArray()) return true;
  return std::any_of(methods->Begin(), methods->End(),
                     [](const Json& method) { return textOr(&method) == "generateContent"; });
}

}  // namespace

std::string readModels(std::string_view body, std::vector<Model>& models) {
  static constexpr std::string_view kFolder = "models/";
  rapidjson::Document json;
  parseObject(json, body);
  throwIfError(json);
  std::string next(textOr(member(json, "nextPageToken")));
  if (member(json, "models") == nullptr && json.ObjectEmpty()) return next;  // An empty list is left out.
  for (const auto& one : modelArray(json, "models").GetArray()) {
    auto id = textOr(member(one, "name"));
    if (id.substr(0, kFolder.size()) == kFolder) id.remove_prefix(kFolder.size());
    if (id.empty() || !generates(one)) continue;
    models.push_back(
        {std::string(id), std::string(textOr(member(one, "displayName"))), "", contextIn(one, {"inputTokenLimit"})});
  }
  return next;
}

}  // namespace troupe::gemini
