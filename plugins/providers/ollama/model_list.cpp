#include "model_list.hpp"

#include "errors.hpp"

namespace troupe::ollama {

using namespace providers;

void readModels(std::string_view body, std::vector<Model>& models) {
  rapidjson::Document json;
  parseObject(json, body);
  throwIfError(json);
  for (const auto& one : modelArray(json, "models").GetArray()) {
    auto id = textOr(member(one, "model"));
    if (id.empty()) id = textOr(member(one, "name"));
    if (!id.empty()) models.push_back({std::string(id), "", "", 0});
  }
}

}  // namespace troupe::ollama
