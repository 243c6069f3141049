#include "cli/recount_plan.hpp"

#include <catch2/catch.hpp>

#include "config/pipeline_config.hpp"
#include "loader/manifest.hpp"
#include "support/problem.hpp"

namespace troupe::test {
namespace {

using cli::RecountPlan;
using cli::scorersToRun;
using loader::Kind;
using Names = std::set<std::string>;

loader::NodeType typeOf(const std::string& id, Kind kind, std::vector<loader::Role> roles = {}) {
  loader::NodeType type;
  type.id = id;
  type.kind = kind;
  type.roles = std::move(roles);
  if (kind == Kind::scorer) {
    type.per = loader::Per::candidate;
    type.in = {{"candidate", "troupe:candidate/1"}, {"seen", "json", false, true, true}};
  }
  return type;
}

/// source -> wren -> craft, judge -> vote -> memory; judge asks a model.
class Plan {
 public:
  Plan() {
    add("source", source_, {});
    add("wren", provider_, {{"prompt", "source", {}}});
    add("other", provider_, {});
    add("craft", scorer_, {{"candidate", "wren", {}}});
    add("judge", judge_, {{"candidate", "wren", {}}});
    add("vote", selector_, {{"scores", "craft", {}}, {"scores", "judge", {}}});
    add("memory", store_, {{"sample", "vote", {}}});
  }
  void add(const std::string& name, const loader::NodeType& type, std::vector<config::Input> inputs) {
    config::Node node;
    node.name = name;
    node.type = type.id;
    node.inputs = std::move(inputs);
    node.info = &type;
    pipeline.nodes.push_back(std::move(node));
  }
  config::Node& operator[](const std::string& name) { return const_cast<config::Node&>(*pipeline.find(name)); }
  pipeline::Graph graph() const { return pipeline::buildGraph(pipeline); }

  config::Pipeline pipeline;

  inline static const loader::NodeType source_ = typeOf("source", Kind::prompt_source),
                                       provider_ = typeOf("provider", Kind::provider),
                                       scorer_ = typeOf("scorer", Kind::scorer),
                                       judge_ = typeOf("judge", Kind::scorer, {{"judge"}}),
                                       selector_ = typeOf("selector", Kind::selector),
                                       voting_judge_ = typeOf("selector", Kind::selector, {{"judge"}}),
                                       store_ = typeOf("store", Kind::store);
};

Names planned(const Plan& before, const Plan& now, const RecountPlan& plan) {
  return scorersToRun(before.graph(), now.graph(), plan);
}

TEST_CASE("a recount runs what asks nobody, and a judge keeps its scores", "[cli][recount]") {
  const Plan plan;
  CHECK(planned(plan, plan, {false, {}}).empty());
  CHECK(planned(plan, plan, {true, {}}) == Names{"craft"});
  CHECK(planned(plan, plan, {true, {"craft"}}) == Names{"craft"});
}

TEST_CASE("a judge that is asked for or changed is refused", "[cli][recount]") {
  const Plan before;
  CHECK_THROWS_WITH(planned(before, before, {true, {"judge"}}),
                    Catch::StartsWith("\"judge\" asks a model or a service, and a recount asks nobody"));
  Plan changed;
  changed["judge"].options = R"({"samples":3})";
  CHECK_THROWS_WITH(planned(before, changed, {true, {}}), Catch::Contains("begin a new run"));
  Plan other_model;
  other_model["judge"].models["judge"] = {"other"};
  CHECK_THROWS_WITH(planned(before, other_model, {true, {}}), Catch::Contains("begin a new run"));
  Plan voting;
  voting["vote"].info = &Plan::voting_judge_;
  CHECK_THROWS_WITH(planned(before, voting, {false, {}}), Catch::StartsWith("\"vote\" asks a model"));
}

TEST_CASE("scores of the journal are those of an unchanged scorer", "[cli][recount]") {
  const Plan before;
  Plan now;
  now["craft"].options = R"({"max_words":9})";
  CHECK_THROWS_WITH(planned(before, now, {false, {}}), Catch::EndsWith("to score anew: troupe runs rescore"));
  now["judge"].weight = 9;  // Counts in the vote only.
  CHECK(planned(before, now, {true, {}}) == Names{"craft"});
}

TEST_CASE("what a scorer reads of earlier samples must be in the journal", "[cli][recount]") {
  const Plan before;
  Plan now;
  now["craft"].inputs.push_back({"seen", "memory", 8});
  CHECK_THROWS_WITH(planned(before, now, {true, {}}),
                    Catch::StartsWith("\"craft\" reads what \"memory\" emitted, and the journal of this run does not"));
  CHECK(planned(now, now, {true, {}}) == Names{"craft"});
}

}  // namespace
}  // namespace troupe::test
