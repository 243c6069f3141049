#include "model_list.hpp"

#include "errors.hpp"

namespace troupe::anthropic {

using namespace providers;

std::string readModels(std::string_view body, std::vector<Model>& models) {
  rapidjson::Document json;
  parseObject(json, body);
  throwIfError(json);
  for (const auto& one : modelArray(json, "data").GetArray()) {
    Model model;
    model.id = textOr(member(one, "id"));
    if (model.id.empty()) continue;
    model.name = textOr(member(one, "display_name"));
    model.context = contextIn(one, {"max_input_tokens"});
    models.push_back(std::move(model));
  }
  const auto* more = member(json, "has_more");
  return more != nullptr && more->IsTrue() ? std::string(textOr(member(json, "last_id"))) : std::string();
}

}  // namespace troupe::anthropic
