#include <algorithm>

#include "config/edges.hpp"
#include "config/json_value.hpp"
#include "support/json_text.hpp"
#include "support/near_name.hpp"

namespace troupe::config {
namespace {

std::vector<std::string> providers(const Drafts& drafts) {
  std::vector<std::string> names;
  for (const auto& draft : drafts.nodes)
    if (draft.node.enabled && draft.node.info != nullptr && draft.node.info->kind == loader::Kind::provider)
      names.push_back(draft.node.name);
  return names;
}

/// Whether `name` is a provider that can be called.
bool checkTarget(const Drafts& drafts, const Draft& draft, const std::string& name, const std::string& pointer,
                 Report& report) {
  const auto* target = drafts.find(name);
  if (target == nullptr) {
    report.add(pointer, "no node is called " + troupe::quoted(name), suggest(name, providers(drafts), "providers"));
    return false;
  }
  if (!draft.node.enabled) return false;
  if (target->node.info != nullptr && target->node.info->kind != loader::Kind::provider) {
    const auto kind = target->node.info->kind == loader::Kind::prompt_source
                          ? "prompt source"
                          : std::string(toString(target->node.info->kind));
    report.add(pointer, troupe::quoted(name) + " is a " + kind + ", not a provider",
               suggest(name, providers(drafts), "providers"));
    return false;
  }
  if (!target->node.enabled) {
    report.add(pointer, troupe::quoted(name) + " is disabled", "enable it, or name another provider");
    return false;
  }
  return true;
}

}  // namespace

void connectFallbacks(Drafts& drafts, Report& report) {
  for (auto& draft : drafts.nodes) {
    const auto* fallback = member(*draft.json, "fallback");
    if (fallback == nullptr || !fallback->IsString()) continue;
    const auto pointer = draft.pointer + "/fallback";
    const auto name = std::string(textOf(*fallback));
    if (draft.node.info != nullptr && draft.node.info->kind != loader::Kind::provider) {
      report.add(pointer, "only a provider has a fallback", "leave it out");
      continue;
    }
    if (!checkTarget(drafts, draft, name, pointer, report)) {
      draft.sound = false;
      continue;
    }
    const auto* theirs = drafts.find(name)->node.info;
    if (draft.node.info != nullptr && theirs != nullptr)
      for (const auto& port : draft.node.info->in)
        if (const auto* same = theirs->input(port.name); same == nullptr || same->type != port.type) {
          report.add(pointer,
                     troupe::quoted(name) + " takes no " + port.type + " on a port " + troupe::quoted(port.name),
                     "name a provider with the same inputs");
          draft.sound = false;
        }
    draft.node.fallback = name;
  }
}

void connectModels(Drafts& drafts, Report& report) {
  const auto callable = providers(drafts);
  for (auto& draft : drafts.nodes) {
    const auto* type = draft.node.info;
    const auto* models = member(*draft.json, "models");
    if (models != nullptr && models->IsObject()) {
      for (const auto& entry : models->GetObject()) {
        const auto role = std::string(textOf(entry.name));
        const auto pointer = pointerTo(draft.pointer + "/models", role);
        if (type != nullptr && std::find(type->models.begin(), type->models.end(), role) == type->models.end()) {
          report.add(
              pointer, draft.node.type + " has no role " + troupe::quoted(role),
              type->models.empty() ? "it calls no model; leave \"models\" out" : suggest(role, type->models, "roles"));
          continue;
        }
        if (!entry.value.IsString()) continue;
        const auto name = std::string(textOf(entry.value));
        draft.node.models[role] = name;
        if (!checkTarget(drafts, draft, name, pointer, report)) draft.sound = false;
      }
    }
    if (type == nullptr || !draft.node.enabled) continue;
    for (const auto& role : type->models) {
      const bool given = models != nullptr && (!models->IsObject() || member(*models, role) != nullptr);
      if (!given)
        report.add(draft.pointer + (models != nullptr ? "/models" : ""),
                   "the role " + troupe::quoted(role) + " names no provider",
                   "write \"models\": {" + troupe::quoted(role) + ": " +
                       (callable.empty() ? "PROVIDER" : troupe::quoted(callable.front())) + "}");
    }
  }
}

}  // namespace troupe::config
