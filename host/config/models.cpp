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

/// A port that a model call leaves empty though the provider needs it; it gives a prompt and nothing else.
const loader::InPort* portBeyondPrompt(const loader::NodeType& type) {
  const auto found = std::find_if(type.in.begin(), type.in.end(), [](const loader::InPort& port) {
    return port.type != "troupe:prompt/1" && !port.optional && !port.previous;
  });
  return found == type.in.end() ? nullptr : &*found;
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
  if (const auto* port = target->node.info != nullptr ? portBeyondPrompt(*target->node.info) : nullptr) {
    report.add(pointer,
               troupe::quoted(name) + " needs an input on its port " + troupe::quoted(port->name) +
                   ", which a call in a role does not have",
               "name a provider that needs a prompt alone");
    return false;
  }
  return true;
}

/// The roles of one node.
class Casting {
 public:
  Casting(const Drafts& drafts, Draft& draft, const std::vector<std::string>& callable, Report& report)
      : drafts_(drafts), draft_(draft), type_(draft.node.info), callable_(callable), report_(report) {}

  void cast() {
    const auto* models = member(*draft_.json, "models");
    if (models != nullptr && models->IsObject())
      for (const auto& entry : models->GetObject()) cast(std::string(textOf(entry.name)), entry.value);
    if (type_ == nullptr || !draft_.node.enabled) return;
    for (const auto& role : type_->roles) {
      const bool given = models != nullptr && (!models->IsObject() || member(*models, role.name) != nullptr);
      if (given || role.min == 0) continue;
      report_.add(draft_.pointer + (models != nullptr ? "/models" : ""),
                  "the role " + troupe::quoted(role.name) + " names no provider",
                  "write \"models\": {" + troupe::quoted(role.name) + ": " + example(role) + "}");
    }
  }

 private:
  void cast(const std::string& name, const rapidjson::Value& value) {
    const auto pointer = pointerTo(draft_.pointer + "/models", name);
    const auto* role = type_ != nullptr ? type_->role(name) : nullptr;
    if (type_ != nullptr && role == nullptr) return unknown(name, pointer);
    if (value.IsString()) {
      take(name, std::string(textOf(value)), pointer);
    } else if (value.IsArray()) {
      if (role != nullptr && !role->many)
        return report_.add(pointer, "the role " + troupe::quoted(name) + " takes one provider, not a list",
                           "write " + example(*role));
      for (rapidjson::SizeType i = 0; i < value.Size(); ++i)
        if (value[i].IsString()) take(name, std::string(textOf(value[i])), pointer + "/" + std::to_string(i));
    } else {
      return;
    }
    const auto count = value.IsString() ? 1 : static_cast<int>(value.Size());
    if (role != nullptr && count < role->min)
      report_.add(pointer,
                  "the role " + troupe::quoted(name) + " needs " + std::to_string(role->min) + " providers, and has " +
                      std::to_string(count),
                  "name further ones");
  }

  void unknown(const std::string& name, const std::string& pointer) {
    std::vector<std::string> known;
    for (const auto& role : type_->roles) known.push_back(role.name);
    report_.add(pointer, draft_.node.type + " has no role " + troupe::quoted(name),
                known.empty() ? "it calls no model; leave \"models\" out" : suggest(name, known, "roles"));
  }

  void take(const std::string& role, const std::string& name, const std::string& pointer) {
    auto& players = draft_.node.models[role];
    if (std::find(players.begin(), players.end(), name) != players.end())
      return report_.add(pointer, troupe::quoted(name) + " is named twice", "remove one");
    players.push_back(name);
    if (!checkTarget(drafts_, draft_, name, pointer, report_)) {
      draft_.sound = false;
    } else if (type_ != nullptr && type_->kind == loader::Kind::scorer) {
      warnOfItself(name, pointer);
    }
  }

  // A model prefers its own words.
  void warnOfItself(const std::string& name, const std::string& pointer) {
    const auto model = modelOf(*drafts_.find(name));
    for (const auto& reference : draft_.references) {
      const auto* author = drafts_.find(reference.from);
      if (author == nullptr || !author->node.enabled) continue;
      const bool same = reference.from == name;
      if (!same && (model.empty() || modelOf(*author) != model)) continue;
      return report_.warn(pointer,
                          troupe::quoted(name) + (same ? " is asked to judge its own candidates"
                                                       : " is asked to judge candidates of its own model, by " +
                                                             troupe::quoted(reference.from)),
                          "a model favours its own words; name one of another family (a panel leaves it out there)");
    }
  }

  static std::string modelOf(const Draft& draft) {
    const auto* options = member(*draft.json, "options");
    return options == nullptr ? std::string() : std::string(textMember(*options, "model"));
  }

  std::string example(const loader::Role& role) const {
    const auto wanted = static_cast<std::size_t>(std::max(role.min, 1));
    std::string names;
    for (std::size_t i = 0; i < wanted; ++i)
      names += (i == 0 ? "" : ", ") + (i < callable_.size() ? troupe::quoted(callable_[i]) : std::string("PROVIDER"));
    return wanted > 1 ? "[" + names + "]" : names;
  }

  const Drafts& drafts_;
  Draft& draft_;
  const loader::NodeType* type_;  // May be null.
  const std::vector<std::string>& callable_;
  Report& report_;
};

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

void readCaches(Drafts& drafts, Report& report) {
  for (auto& draft : drafts.nodes) {
    const auto* cache = member(*draft.json, "cache");
    if (cache == nullptr || !cache->IsBool()) continue;
    if (draft.node.info != nullptr && draft.node.info->kind != loader::Kind::provider)
      report.add(draft.pointer + "/cache", "only a provider has a cache", "leave it out");
    draft.node.cache = cache->GetBool();
  }
}

void connectModels(Drafts& drafts, Report& report) {
  const auto callable = providers(drafts);
  for (auto& draft : drafts.nodes) Casting(drafts, draft, callable, report).cast();
}

}  // namespace troupe::config
