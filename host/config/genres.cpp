#include "config/genres.hpp"

#include <rapidjson/document.h>

#include "config/json_value.hpp"
#include "support/json_text.hpp"

namespace troupe::config {
namespace {

bool takesGenres(const Node& node) {
  if (node.info->kind != loader::Kind::prompt_source) return false;
  rapidjson::Document schema;
  schema.Parse(node.info->options_schema.data(), node.info->options_schema.size());
  const auto* properties = schema.HasParseError() ? nullptr : member(schema, "properties");
  return properties != nullptr && member(*properties, "genres") != nullptr;
}

}  // namespace

std::vector<Override> genreOverrides(const Pipeline& pipeline, const std::vector<std::string>& genres) {
  rapidjson::Document list(rapidjson::kArrayType);
  for (const auto& genre : genres) list.PushBack(rapidjson::Value(genre, list.GetAllocator()), list.GetAllocator());
  std::vector<Override> overrides;
  for (const auto& node : pipeline.nodes)
    if (takesGenres(node)) overrides.push_back({pointerTo("/nodes", node.name) + "/options/genres", toJson(list)});
  return overrides;
}

}  // namespace troupe::config
