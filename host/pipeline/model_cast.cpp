#include "pipeline/model_cast.hpp"

#include <algorithm>

#include <troupe/troupe.hpp>

namespace troupe::pipeline {
namespace {

void appendPlayer(JsonWriter& json, const Graph& graph, int node) {
  const auto& config = *graph.nodes[static_cast<std::size_t>(node)].config;
  json.beginObject().member("node", std::string_view(config.name)).member("type", std::string_view(config.type));
  rapidjson::Document options;
  options.Parse(config.options.data(), config.options.size());
  if (!options.HasParseError())
    if (const auto* model = Object(options).find("model"); model != nullptr && model->IsString())
      json.member("model", *model);
  json.endObject();
}

}  // namespace

std::string castJson(const Graph& graph, int node) {
  JsonWriter json;
  json.beginObject().key("roles").beginObject();
  for (const auto& role : graph.nodes[static_cast<std::size_t>(node)].roles) {
    json.key(role.name).beginArray();
    for (const int player : role.players) appendPlayer(json, graph, player);
    json.endArray();
  }
  json.endObject().key("candidates").beginArray();
  for (const int candidate : graph.candidates) appendPlayer(json, graph, candidate);
  json.endArray().endObject();
  return std::string(json.text());
}

std::string promptPort(const loader::NodeType& type) {
  const auto found =
      std::find_if(type.in.begin(), type.in.end(), [](const auto& port) { return port.type == "troupe:prompt/1"; });
  return found == type.in.end() ? "prompt" : found->name;
}

}  // namespace troupe::pipeline
