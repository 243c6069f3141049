#include "pipeline/ensemble_record.hpp"

#include <troupe/troupe.hpp>

namespace troupe::pipeline {
namespace {

void list(JsonWriter& json, const char* name, const std::vector<std::string>& nodes) {
  json.key(name).beginArray();
  for (const auto& node : nodes) json.value(node);
  json.endArray();
}

std::vector<std::string> listAt(const rapidjson::Value& json, const char* name) {
  std::vector<std::string> nodes;
  const auto found = json.FindMember(name);
  if (found == json.MemberEnd() || !found->value.IsArray()) return nodes;
  for (const auto& node : found->value.GetArray())
    if (node.IsString()) nodes.emplace_back(node.GetString(), node.GetStringLength());
  return nodes;
}

}  // namespace

std::string ensembleMember(const EnsembleRecord& record) {
  JsonWriter json;
  json.beginObject().member("policy", record.policy);
  list(json, "order", record.order);
  json.member("explored", record.explored);
  list(json, "reached", record.reached);
  list(json, "skipped", record.skipped);
  list(json, "unavailable", record.unavailable);
  json.endObject();
  return "\"ensemble\":" + std::string(json.text());
}

EnsembleRecord readEnsembleRecord(const rapidjson::Value& json) {
  EnsembleRecord record;
  if (!json.IsObject()) return record;
  record.policy = Object(json).text("policy", "");
  record.order = listAt(json, "order");
  record.explored = Object(json).boolean("explored", false);
  record.reached = listAt(json, "reached");
  record.skipped = listAt(json, "skipped");
  record.unavailable = listAt(json, "unavailable");
  return record;
}

}  // namespace troupe::pipeline
