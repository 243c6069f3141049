#include "config/ensemble_check.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "config/json_value.hpp"
#include "support/json_text.hpp"
#include "support/near_name.hpp"

namespace troupe::config {
namespace {

using loader::Kind;
using rapidjson::Value;
using Policy = Ensemble::Policy;

// Which policies a key is for.
const std::map<std::string_view, std::vector<Policy>>& keysOfPolicies() {
  static const std::map<std::string_view, std::vector<Policy>> kKeys = {
      {"order", {Policy::cascade}},
      {"stop_at", {Policy::cascade, Policy::bandit}},
      {"min_candidates", {Policy::cascade, Policy::bandit}},
      {"max_candidates", {Policy::cascade, Policy::bandit}},
      {"explore", {Policy::bandit}},
      {"lag", {Policy::bandit}},
      {"by", {Policy::bandit}},
  };
  return kKeys;
}

class EnsembleCheck {
 public:
  EnsembleCheck(const Value& json, const Drafts& drafts, int in_flight, Report& report)
      : json_(json), drafts_(drafts), in_flight_(in_flight), report_(report) {}

  Ensemble check() {
    if (!readPolicy()) return read_;
    foreignKeys();
    if (!read_.stopsEarly()) return read_;
    readNumbers();
    lag();
    findCandidates();
    if (!candidates_.empty()) {
      counts();
      order();
      scorers();
    }
    return read_;
  }

 private:
  bool readPolicy() {
    const auto* policy = member(json_, "policy");
    if (policy == nullptr) return true;
    if (!policy->IsString()) return false;
    for (const auto known : {Policy::all, Policy::cascade, Policy::bandit})
      if (textOf(*policy) == policyName(known)) return read_.policy = known, true;
    return false;
  }

  void foreignKeys() {
    for (const auto& [key, policies] : keysOfPolicies()) {
      if (member(json_, key) == nullptr || std::find(policies.begin(), policies.end(), read_.policy) != policies.end())
        continue;
      std::string others;
      for (const auto policy : policies) others += (others.empty() ? "" : " or ") + troupe::quoted(policyName(policy));
      report_.add(pointerTo("/ensemble", key),
                  "the policy " + troupe::quoted(policyName(read_.policy)) + " has no " + troupe::quoted(key),
                  "leave it out, or write \"policy\": " + others);
    }
  }

  void readNumbers() {
    const auto count = [&](std::string_view key, std::size_t& target) {
      if (const auto* value = member(json_, key); value != nullptr && value->IsUint()) target = value->GetUint();
    };
    count("min_candidates", read_.min_candidates);
    count("max_candidates", read_.max_candidates);
    if (const auto* value = member(json_, "stop_at"); value != nullptr && value->IsNumber())
      read_.stop_at = value->GetDouble();
    if (const auto* value = member(json_, "explore"); value != nullptr && value->IsNumber())
      read_.explore = value->GetDouble();
    if (const auto* value = member(json_, "lag"); value != nullptr && value->IsInt64()) read_.lag = value->GetInt64();
    read_.by_genre = textMember(json_, "by") == "genre";
  }

  void lag() {
    if (read_.policy != Policy::bandit || read_.lag >= in_flight_ || read_.lag < 1) return;
    const auto needed = std::to_string(in_flight_);
    if (member(json_, "lag") != nullptr)
      report_.add("/ensemble/lag",
                  "the lag " + std::to_string(read_.lag) + " is less than run.in_flight, which is " + needed,
                  "write at least " + needed + ", or lower run.in_flight");
    else
      report_.add("/ensemble",
                  "the lag of a bandit is " + std::to_string(read_.lag) +
                      " where none is given, less than run.in_flight, which is " + needed,
                  "write \"lag\": " + needed + " or more, or lower run.in_flight");
  }

  // Enabled providers whose answers a scorer or the selector takes, in file order; none where edges are in doubt.
  void findCandidates() {
    std::set<std::string_view> judged;
    for (const auto& draft : drafts_.nodes) {
      if (!draft.node.enabled) continue;
      if (!draft.sound || draft.node.info == nullptr) return;
      const auto kind = draft.node.info->kind;
      if (kind != Kind::scorer && kind != Kind::selector) continue;
      for (const auto& input : draft.node.inputs)
        if (!input.lag) judged.insert(input.from);
    }
    for (const auto& draft : drafts_.nodes)
      if (draft.node.enabled && draft.node.info->kind == Kind::provider && judged.count(draft.node.name) > 0)
        candidates_.push_back(draft.node.name);
  }

  bool isCandidate(std::string_view name) const {
    return std::find(candidates_.begin(), candidates_.end(), name) != candidates_.end();
  }

  void counts() {
    const auto least = std::to_string(read_.min_candidates);
    const auto count = std::to_string(candidates_.size());
    if (read_.max_candidates > 0 && read_.min_candidates > read_.max_candidates)
      report_.add(member(json_, "min_candidates") != nullptr ? "/ensemble/min_candidates" : "/ensemble/max_candidates",
                  "\"min_candidates\" is " + least + ", more than \"max_candidates\", which is " +
                      std::to_string(read_.max_candidates),
                  "lower one or raise the other");
    if (read_.min_candidates > candidates_.size())
      report_.add("/ensemble/min_candidates",
                  "\"min_candidates\" is " + least + ", but only " +
                      (candidates_.size() == 1 ? "one provider gives" : count + " providers give") + " candidates",
                  "write at most " + count);
  }

  void order() {
    if (read_.policy != Policy::cascade) return;
    const auto* names = member(json_, "order");
    if (names == nullptr) {
      read_.order = candidates_;
      return;
    }
    if (!names->IsArray()) return;
    bool all_named = true;
    for (rapidjson::SizeType i = 0; i < names->Size(); ++i) {
      if (!(*names)[i].IsString()) return;
      all_named = name(std::string(textOf((*names)[i])), pointerTo("/ensemble/order", std::to_string(i))) && all_named;
    }
    if (!all_named) return;
    for (const auto& candidate : candidates_)
      if (std::find(read_.order.begin(), read_.order.end(), candidate) == read_.order.end())
        report_.add("/ensemble/order", "the order leaves out " + troupe::quoted(candidate),
                    "name it where it is to be asked, or set \"enabled\": false at the node");
  }

  bool name(const std::string& name, const std::string& pointer) {
    const auto* draft = drafts_.find(name);
    if (draft == nullptr) {
      report_.add(pointer, "no node is called " + troupe::quoted(name), suggest(name, candidates_, "providers"));
    } else if (!draft->node.enabled) {
      return true;  // As if it were not there.
    } else if (!isCandidate(name)) {
      report_.add(pointer, troupe::quoted(name) + " gives no candidate: no scorer and no selector takes its answers",
                  suggest(name, candidates_, "providers"));
    } else if (std::find(read_.order.begin(), read_.order.end(), name) != read_.order.end()) {
      report_.add(pointer, troupe::quoted(name) + " is named twice", "leave one out");
    } else {
      read_.order.push_back(name);
      return true;
    }
    return false;
  }

  // Only who is judged alone can reach the mark before all others have answered.
  void scorers() {
    std::set<std::string_view> alone;
    for (const auto& draft : drafts_.nodes) {
      if (!draft.node.enabled || draft.node.info->kind != Kind::scorer ||
          draft.node.info->per != loader::Per::candidate || draft.node.weight <= 0)
        continue;
      for (const auto& input : draft.node.inputs) alone.insert(input.from);
    }
    const auto policy = troupe::quoted(policyName(read_.policy));
    if (alone.empty())
      return report_.add(
          "/ensemble/policy",
          "the policy " + policy + " stops at a candidate's quality, but no scorer judges candidates one by one",
          "add such a scorer, or write \"policy\": \"all\"");
    for (const auto& candidate : candidates_)
      if (alone.count(candidate) == 0)
        report_.add("/ensemble/policy",
                    "the policy " + policy + " stops at a candidate's quality, but no scorer judges " +
                        troupe::quoted(candidate) + " alone",
                    "name it in the \"inputs\" of a scorer that judges candidates one by one");
  }

  const Value& json_;
  const Drafts& drafts_;
  const int in_flight_;
  Report& report_;
  Ensemble read_;
  std::vector<std::string> candidates_;
};

}  // namespace

Ensemble checkEnsemble(const Value& pipeline, const Drafts& drafts, int in_flight, Report& report) {
  const auto* ensemble = member(pipeline, "ensemble");
  if (ensemble == nullptr || !ensemble->IsObject()) return {};
  return EnsembleCheck(*ensemble, drafts, in_flight, report).check();
}

}  // namespace troupe::config
