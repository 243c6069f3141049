#include "config/genres.hpp"
#include "config/json_value.hpp"
#include "server/api_support.hpp"
#include "server/run_answer.hpp"
#include "support/json_text.hpp"

namespace troupe::server {
namespace {

const JsonSchema& orderSchema() {
  static const auto kSchema = compiled(R"({
    "type": "object", "additionalProperties": false, "required": ["pipeline"],
    "properties": {
      "pipeline": {"type": ["string", "object"], "minLength": 1},
      "overrides": {"type": "array", "maxItems": 1000, "items": {"type": "object", "additionalProperties": false, "required": ["path", "value"],
        "properties": {"path": {"type": "string", "minLength": 1}, "value": {}}}},
      "samples": {"type": "integer", "minimum": 1, "maximum": 1000000000},
      "in_flight": {"type": "integer", "minimum": 1, "maximum": 4096},
      "seed": {"type": "integer", "minimum": 0, "maximum": 2147483647},
      "genres": {"type": "array", "maxItems": 1000, "items": {"type": "string", "minLength": 1, "maxLength": 200}},
      "user_id": {"type": "string", "maxLength": 200}
    }})");
  return kSchema;
}

// The text of the pipeline and what it is called.
struct Named {
  std::string text, name;
};

Named pipelineOf(const Api& api, const rapidjson::Value& pipeline) {
  if (pipeline.IsObject()) return {toJson(pipeline), "(sent)"};
  const std::string text(config::textOf(pipeline));
  if (!PipelineStore::isName(text)) return {text, "(sent)"};
  if (auto stored = api.pipelines.read(text)) return {std::move(stored->text), text};
  throw HttpError(
      422, "there is no such pipeline",
      {{"/pipeline", 0, 0, "no stored pipeline is called " + troupe::quoted(text), api.pipelines.suggestion(text)}});
}

std::string keyOf(const Exchange& exchange) {
  auto key = exchange.header("Idempotency-Key");
  if (key.size() > 255)
    throw HttpError(400, "the Idempotency-Key has " + std::to_string(key.size()) + " bytes; at most 255 are taken");
  return key;
}

std::vector<config::Override> changesOf(const Api& api, const rapidjson::Document& body, const Named& pipeline) {
  auto overrides = overridesOf(body);
  const auto& members = static_cast<const rapidjson::Value&>(body);
  for (const char* name : {"samples", "in_flight", "seed"})
    if (const auto* value = config::member(members, name))
      overrides.push_back({"/run/" + std::string(name), toJson(*value)});
  const auto* genres = config::member(members, "genres");
  if (genres == nullptr || genres->Empty()) return overrides;
  std::vector<std::string> names;
  for (const auto& genre : genres->GetArray()) names.emplace_back(config::textOf(genre));
  const auto checked =
      config::checkPipeline(pipeline.text, pipeline.name, api.catalog, checkOptions(api, overrides, false));
  const auto more = config::genreOverrides(checked, names);
  if (more.empty())
    throw HttpError(422, "the pipeline takes no genres",
                    {{"/genres", 0, 0, "no prompt source of the pipeline has the option \"genres\"", "leave it out"}});
  overrides.insert(overrides.end(), more.begin(), more.end());
  return overrides;
}

void start(const Api& api, Exchange& exchange) {
  const auto body = bodyObject(exchange, orderSchema());
  const auto pipeline = pipelineOf(api, *config::member(static_cast<const rapidjson::Value&>(body), "pipeline"));
  RunManager::Order order;
  order.request_key = keyOf(exchange);
  order.user_id = config::textMember(body, "user_id");
  order.pipeline_text = pipeline.text;
  order.file = pipeline.name;
  const auto started = orRefuse([&] {
    order.check = checkOptions(api, changesOf(api, body, pipeline));
    auto mistakes = mistakesOf(api, pipeline.text, pipeline.name, order.check);
    if (!mistakes.empty()) throw HttpError(422, "the pipeline cannot be run", std::move(mistakes));
    return api.runs.start(order);
  });
  exchange.json(started.fresh ? 201 : 200, runAnswer(api, started.run),
                {{"Location", exchange.base() + "/api/v1/runs/" + started.run.id}});
}

}  // namespace

void addRunStartRoute(Router& router, const ApiPtr& api) {
  router.add({"POST", "/api/v1/runs", Right::operate, [api](Exchange& exchange) { start(*api, exchange); }});
}

}  // namespace troupe::server
