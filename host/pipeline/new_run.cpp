#include "pipeline/new_run.hpp"

#include <rapidjson/document.h>

#include <algorithm>
#include <random>
#include <troupe/troupe.hpp>

namespace troupe::pipeline {
namespace {

std::int64_t drawSeed() {
  std::random_device device;
  return static_cast<std::int64_t>(device() & 0x7fffffffU);
}

}  // namespace

journal::NewRun newRun(const config::Pipeline& pipeline, const std::string& file, const config::CheckOptions& options) {
  journal::NewRun run;
  run.pipeline_name = pipeline.name;
  run.pipeline_text = pipeline.text;
  run.pipeline_effective = pipeline.effective;
  run.pipeline_hash = pipeline.hash;
  run.file = file;
  run.base = options.base.string();
  run.overrides_json = overridesJson(options.overrides);
  run.seed = pipeline.seed ? *pipeline.seed : drawSeed();
  run.samples = pipeline.samples;
  run.in_flight = pipeline.in_flight;
  return run;
}

std::string overridesJson(const std::vector<config::Override>& overrides) {
  JsonWriter json;
  json.beginArray();
  for (const auto& change : overrides)
    json.beginObject().member("path", change.path).member("value", change.value).endObject();
  json.endArray();
  return std::string(json.text());
}

std::vector<config::Override> overridesOf(const journal::Run& run) {
  rapidjson::Document document;
  document.Parse(run.overrides_json.data(), run.overrides_json.size());
  std::vector<config::Override> overrides;
  if (document.HasParseError() || !document.IsArray()) return overrides;
  for (const auto& change : document.GetArray()) {
    const Object object(change);
    overrides.push_back({std::string(object.text("path")), std::string(object.text("value"))});
  }
  return overrides;
}

void removeConsole(config::Pipeline& pipeline) {
  auto& nodes = pipeline.nodes;
  nodes.erase(std::remove_if(nodes.begin(), nodes.end(), [](const auto& node) { return node.type == kConsoleSink; }),
              nodes.end());
}

}  // namespace troupe::pipeline
