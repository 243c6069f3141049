#include "model_list.hpp"

#include "errors.hpp"

namespace troupe::openai {

using namespace providers;

void readModels(std::string_view body, std::vector<Model>& models) {
  rapidjson::Document json;
  parseAnswer(json, body);
  if (json.IsObject()) throwIfError(json);
  const auto& list = json.IsArray() ? static_cast<const Json&>(json) : modelArray(json, "data");  // Together: bare.
  for (const auto& one : list.GetArray()) {
    Model model;
    model.id = textOr(member(one, "id"));
    if (model.id.empty()) continue;
    model.name = textOr(member(one, "name"));
    model.owner = textOr(member(one, "owned_by"));
    // OpenRouter, Groq, vLLM; llama.cpp
    model.context = contextIn(one, {"context_length", "context_window", "max_model_len"});
    if (const auto* meta = member(one, "meta"); model.context == 0 && meta != nullptr)
      model.context = contextIn(*meta, {"n_ctx", "n_ctx_train"});
    models.push_back(std::move(model));
  }
}

}  // namespace troupe::openai
