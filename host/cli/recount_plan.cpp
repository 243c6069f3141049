#include "cli/recount_plan.hpp"

#include <algorithm>

#include "support/near_name.hpp"
#include "support/problem.hpp"

namespace troupe::cli {
namespace {

using pipeline::Graph;

[[noreturn]] void refuse(const std::string& message) { throw Failure(ExitCode::usage, message); }

const Graph::Node& nodeAt(const Graph& graph, int position) { return graph.nodes[static_cast<std::size_t>(position)]; }

const config::Node* named(const Graph& graph, const std::string& name) {
  for (const auto& node : graph.nodes)
    if (node.config->name == name) return node.config;
  return nullptr;
}

// Whether it does the same: its weight, its limits and the names of others aside.
bool isSame(const config::Node* before, const config::Node& now) {
  if (before == nullptr || before->type != now.type || before->options != now.options || before->models != now.models)
    return false;
  const auto delayed = [](const config::Node& node) {
    std::vector<std::pair<std::string, std::int64_t>> references;
    for (const auto& input : node.inputs)
      if (input.lag) references.emplace_back(input.port + " " + input.from, *input.lag);
    return references;
  };
  return delayed(*before) == delayed(now);
}

// Its answers would have to be asked for again.
void checkCallsNone(const Graph::Node& node) {
  if (node.may_block)
    refuse("\"" + node.config->name +
           "\" asks a model or a service, and a recount asks nobody; what it said is in the journal only as far as it "
           "is unchanged; begin a new run for that");
}

void checkFeedback(const Graph& before, const Graph& now, const Graph::Node& scorer) {
  for (const auto& delayed : scorer.delayed) {
    const auto& store = *nodeAt(now, delayed.from).config;
    const bool fed_back = std::any_of(before.feedback.begin(), before.feedback.end(),
                                      [&](int node) { return before.name(node) == store.name; });
    if (!fed_back || !isSame(named(before, store.name), store))
      refuse("\"" + scorer.config->name + "\" reads what \"" + store.name +
             "\" emitted, and the journal of this run does not have that; begin a new run for it");
  }
}

void checkNames(const Graph& now, const RecountPlan& plan) {
  std::vector<std::string> scorers;
  for (const int node : now.scorers) scorers.push_back(now.name(node));
  for (const auto& name : plan.asked_for)
    if (std::find(scorers.begin(), scorers.end(), name) == scorers.end())
      refuse("--scorer: the pipeline has no scorer \"" + name + "\"; " + suggest(name, scorers, "scorers"));
}

}  // namespace

std::set<std::string> scorersToRun(const Graph& before, const Graph& now, const RecountPlan& plan) {
  checkNames(now, plan);
  checkCallsNone(nodeAt(now, now.selector));
  for (const int filter : now.filters) checkCallsNone(nodeAt(now, filter));
  std::set<std::string> run;
  for (const int position : now.scorers) {
    const auto& node = nodeAt(now, position);
    const auto& name = node.config->name;
    const bool same = isSame(named(before, name), *node.config);
    const bool asked = std::find(plan.asked_for.begin(), plan.asked_for.end(), name) != plan.asked_for.end();
    const bool wanted = plan.rescore && (asked || (plan.asked_for.empty() && !(same && node.may_block)));
    if (wanted) {
      checkCallsNone(node);
      checkFeedback(before, now, node);
      run.insert(name);
    } else if (!same) {
      refuse("the scores of \"" + name + "\" are to be the journal's, and it is " +
             (named(before, name) == nullptr ? "no scorer of that run" : "not as it was in that run") +
             "; to score anew: troupe runs rescore" + (plan.rescore ? " --scorer " + name : ""));
    }
  }
  return run;
}

}  // namespace troupe::cli
