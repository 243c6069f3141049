#include "config/whole_check.hpp"

#include <algorithm>
#include <set>

#include "config/json_value.hpp"
#include "support/json_text.hpp"

namespace troupe::config {
namespace {

using loader::Kind;

/// Checks of the whole graph, over its enabled nodes.
class Whole {
 public:
  Whole(const Drafts& drafts, const loader::TypeLookup& types, Report& report) : types_(types), report_(report) {
    for (const auto& draft : drafts.nodes) {
      if (!draft.node.enabled) continue;
      enabled_.push_back(&draft);
      all_known_ = all_known_ && draft.node.info != nullptr;
      all_sound_ = all_sound_ && draft.node.info != nullptr && draft.sound;
    }
  }

  void check() {
    exactlyOne(Kind::prompt_source, "prompt source");
    exactlyOne(Kind::selector, "selector");
    providers();
    weights();
    files();
  }

 private:
  std::vector<const Draft*> ofKind(Kind kind) const {
    std::vector<const Draft*> found;
    for (const auto* draft : enabled_)
      if (draft->node.info != nullptr && draft->node.info->kind == kind) found.push_back(draft);
    return found;
  }

  /// "add a node of the type "a" or "b"", or "" when there is none of that kind.
  std::string typesOf(Kind kind) const {
    std::string text;
    for (const auto& id : types_.nodeTypes())
      if (const auto* type = types_.find(id); type != nullptr && type->kind == kind)
        text += (text.empty() ? "add a node of the type " : " or ") + troupe::quoted(id);
    return text;
  }

  void exactlyOne(Kind kind, const std::string& word) {
    const auto found = ofKind(kind);
    if (found.empty() && all_known_) report_.add("/nodes", "no " + word + " is enabled", typesOf(kind));
    for (std::size_t i = 1; i < found.size(); ++i)
      report_.add(found[i]->pointer,
                  troupe::quoted(found[i]->node.name) + " is one " + word + " too many: there is " +
                      troupe::quoted(found[0]->node.name),
                  "remove one, or set \"enabled\": false");
  }

  void providers() {
    const auto found = ofKind(Kind::provider);
    if (found.empty() && all_known_) report_.add("/nodes", "no provider is enabled", typesOf(Kind::provider));
    if (found.empty() || !all_sound_) return;
    std::set<std::string> fed, judged;
    for (const auto* draft : enabled_) {
      const auto kind = draft->node.info->kind;
      for (const auto& input : draft->node.inputs) {
        fed.insert(input.from);
        if (kind == Kind::scorer || kind == Kind::selector) judged.insert(input.from);
      }
      for (const auto& [role, players] : draft->node.models) fed.insert(players.begin(), players.end());
      fed.insert(draft->node.fallback);
    }
    const bool any =
        std::any_of(found.begin(), found.end(), [&](const Draft* d) { return judged.count(d->node.name) > 0; });
    if (!any)
      report_.add("/nodes", "no provider feeds a scorer or a selector", "name one in the \"inputs\" of a scorer");
    for (const auto* draft : found)
      if (any && fed.count(draft->node.name) == 0)
        report_.add(draft->pointer,
                    "nothing uses " + troupe::quoted(draft->node.name) + ": no node has it among its inputs or models",
                    "name it in the \"inputs\" of a scorer, or set \"enabled\": false");
  }

  void weights() {
    const auto scorers = ofKind(Kind::scorer);
    for (const auto* draft : enabled_)
      if (draft->node.info != nullptr && draft->node.info->kind != Kind::scorer &&
          member(*draft->json, "weight") != nullptr)
        report_.add(draft->pointer + "/weight", "only a scorer has a weight", "leave it out");
    const bool in_vain = !scorers.empty() && std::all_of(scorers.begin(), scorers.end(),
                                                         [](const Draft* d) { return d->node.weight == 0; });
    if (in_vain)
      report_.add(scorers[0]->pointer + "/weight", "the weight of every scorer is 0, so no candidate gets a quality",
                  "give one of them a weight above 0");
  }

  void files() {
    std::map<std::filesystem::path, const Draft*> writers;
    for (const auto* draft : enabled_)
      for (const auto& file : draft->written) {
        std::error_code ignored;
        auto real = std::filesystem::weakly_canonical(file.path, ignored);
        const auto [writer, is_first] = writers.emplace(real.empty() ? file.path : real, draft);
        if (!is_first)
          report_.add(file.pointer,
                      file.path.string() + " is written by " + troupe::quoted(writer->second->node.name) + " too",
                      "give each its own file");
      }
  }

  const loader::TypeLookup& types_;
  Report& report_;
  std::vector<const Draft*> enabled_;
  bool all_known_ = true;  ///< every type was found
  bool all_sound_ = true;  ///< and every edge
};

}  // namespace

void checkWhole(const Drafts& drafts, const loader::TypeLookup& types, Report& report) {
  if (!drafts.nodes.empty()) Whole(drafts, types, report).check();
}

}  // namespace troupe::config
