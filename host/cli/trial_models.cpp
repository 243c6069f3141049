#include "cli/trial_models.hpp"

#include <troupe/troupe.hpp>

#include "pipeline/answer_schema.hpp"
#include "pipeline/graph.hpp"
#include "pipeline/model_cast.hpp"
#include "pipeline/model_request.hpp"
#include "pipeline/values.hpp"
#include "support/json_text.hpp"

namespace troupe::cli {

using services::ModelFailure;

const config::Node& TrialModels::player(const std::string& role, int position) const {
  const auto named = caller_.models.find(role);
  const auto count = named == caller_.models.end() ? 0 : named->second.size();
  if (static_cast<std::size_t>(position) >= count)
    throw ModelFailure(TROUPE_E_PERMANENT_REQUEST, "the role " + troupe::quoted(role) + " has " +
                                                       std::to_string(count) + " providers; there is none at " +
                                                       std::to_string(position));
  return *pipeline_.find(named->second[static_cast<std::size_t>(position)]);
}

std::string TrialModels::complete(std::string_view json) try {
  const auto request = pipeline::readModelRequest(json);
  const auto& node = player(request.role, request.at);
  const std::lock_guard lock(mutex_);
  auto& trial = trials_[node.name];
  if (!trial) trial = std::make_unique<Trial>(node, catalog_, network_);
  const auto prompt = pipeline::completePrompt("{\"messages\":" + request.messages + "}", 0, 1).json;
  auto input = "{" + pipeline::jsonString(pipeline::promptPort(*node.info)) + ":" + prompt + ",";
  if (!request.params.empty()) input += "\"params\":" + request.params + ",";
  input += sample_ + "}";
  const auto result = trial->call(input, seed_);
  if (told_) told_(node, input, result);
  if (result.failure) throw ModelFailure(result.failure->code, node.name + ": " + result.failure->message);
  if (result.values.size() != 1) throw pipeline::BadValue("emitted no candidate, or several");
  auto answer = pipeline::completeCandidate(result.values.front().json, 0, node.name, result.latency_ms, 1).json;
  if (!request.schema.empty()) pipeline::AnswerSchema(request.schema).checkCandidate(answer);
  return answer;
} catch (const pipeline::BadValue& e) {
  throw ModelFailure(TROUPE_E_MALFORMED, e.what());
}

std::string TrialModels::cast() const {
  const auto graph = pipeline::buildGraph(pipeline_);
  for (std::size_t i = 0; i < graph.nodes.size(); ++i)
    if (graph.nodes[i].config->name == caller_.name) return pipeline::castJson(graph, static_cast<int>(i));
  return R"({"roles":{},"candidates":[]})";
}

}  // namespace troupe::cli
