#include "config/draft.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "config/json_value.hpp"
#include "support/json_text.hpp"
#include "support/near_name.hpp"

namespace troupe::config {
namespace {

using rapidjson::Value;

void readReference(const Value& value, const std::string& port, std::string pointer, Draft& draft) {
  if (value.IsString()) {
    draft.references.push_back({port, std::string(textOf(value)), {}, std::move(pointer)});
    return;
  }
  const auto* lag = member(value, "lag");
  const auto from = textMember(value, "from");
  if (from.empty() || lag == nullptr || !lag->IsInt64()) {
    draft.sound = false;
    return;
  }
  draft.references.push_back({port, std::string(from), lag->GetInt64(), std::move(pointer)});
}

void readReferences(const Value& value, const std::string& port, const std::string& pointer, Draft& draft) {
  if (!value.IsArray()) return readReference(value, port, pointer, draft);
  for (rapidjson::SizeType i = 0; i < value.Size(); ++i)
    readReference(value[i], port, pointerTo(pointer, std::to_string(i)), draft);
}

void readInputs(const Value& node, Draft& draft) {
  const auto* inputs = member(node, "inputs");
  if (inputs == nullptr) return;
  const auto pointer = draft.pointer + "/inputs";
  if (inputs->IsString() || inputs->IsArray()) return readReferences(*inputs, "", pointer, draft);
  draft.sound = draft.sound && inputs->IsObject();
  if (!inputs->IsObject()) return;
  for (const auto& port : inputs->GetObject())
    readReferences(port.value, std::string(textOf(port.name)), pointerTo(pointer, textOf(port.name)), draft);
}

void readInt(const Value& object, std::string_view key, int& target) {
  if (const auto* value = member(object, key); value != nullptr && value->IsInt()) target = value->GetInt();
}

void readNumber(const Value& object, std::string_view key, double& target) {
  if (const auto* value = member(object, key); value != nullptr && value->IsNumber()) target = value->GetDouble();
}

void readLimits(const Value& node, Limits& limits) {
  const auto* json = member(node, "limits");
  if (json == nullptr) return;
  readInt(*json, "in_flight", limits.in_flight);
  readNumber(*json, "rpm", limits.rpm);
  readNumber(*json, "tpm", limits.tpm);
  readNumber(*json, "timeout_s", limits.timeout_s);
  readInt(*json, "retries", limits.retries);
}

/// A misspelt "inputs" must not be reported as a missing one, too.
bool hasKnownKeys(const Value& node) {
  static const std::set<std::string_view> kKeys = {"type",  "enabled",  "inputs", "models", "options",  "limits",
                                                   "cache", "fallback", "weight", "price",  "isolation"};
  return node.IsObject() && std::all_of(node.MemberBegin(), node.MemberEnd(),
                                        [](const auto& entry) { return kKeys.count(textOf(entry.name)) > 0; });
}

void lookUpType(Draft& draft, const loader::TypeLookup& types, Report& report) {
  const auto& type = draft.node.type;
  draft.node.info = type.empty() ? nullptr : types.find(type);
  if (draft.node.info != nullptr || type.empty() || !draft.node.enabled)
    return;  // A disabled node may wait for its plugin.
  if (const auto why = types.whyMissing(type); !why.empty())
    report.add(draft.pointer + "/type", "node type " + troupe::quoted(type) + " is not to be had: " + why);
  else
    report.add(draft.pointer + "/type", "unknown node type " + troupe::quoted(type),
               suggest(type, types.nodeTypes(), "node types"));
}

}  // namespace

Draft* Drafts::find(std::string_view name) {
  const auto found = index.find(name);
  return found == index.end() ? nullptr : &nodes[found->second];
}

const Draft* Drafts::find(std::string_view name) const { return const_cast<Drafts*>(this)->find(name); }

std::vector<std::string> Drafts::names() const {
  std::vector<std::string> all;
  for (const auto& draft : nodes) all.push_back(draft.node.name);
  return all;
}

Drafts readDrafts(Value& pipeline, const loader::TypeLookup& types, Report& report) {
  Drafts drafts;
  auto* nodes = member(pipeline, "nodes");
  if (nodes == nullptr || !nodes->IsObject()) return drafts;
  for (auto& entry : membersOf(*nodes)) {
    Draft draft;
    draft.node.name = textOf(entry.name);
    draft.pointer = pointerTo("/nodes", textOf(entry.name));
    draft.json = &entry.value;
    draft.node.type = textMember(entry.value, "type");
    if (const auto* enabled = member(entry.value, "enabled"); enabled != nullptr && enabled->IsBool())
      draft.node.enabled = enabled->GetBool();
    readInputs(entry.value, draft);
    readLimits(entry.value, draft.node.limits);
    readNumber(entry.value, "weight", draft.node.weight);
    draft.sound = draft.sound && hasKnownKeys(entry.value);
    lookUpType(draft, types, report);
    drafts.index.emplace(draft.node.name, drafts.nodes.size());
    drafts.nodes.push_back(std::move(draft));
  }
  return drafts;
}

}  // namespace troupe::config
