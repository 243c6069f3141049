#include "cli/trial_node.hpp"

#include <filesystem>

#include <troupe/troupe.hpp>

#include "cli/common.hpp"
#include "config/json_value.hpp"
#include "config/option_marks.hpp"
#include "services/http/url.hpp"
#include "support/json_schema.hpp"

namespace troupe::cli {
namespace {

// The options of a node type's example, completed with the defaults of its schema as in a pipeline.
config::Node exampleNode(const loader::NodeType& type) {
  config::Node node;
  node.name = node.type = type.id;
  node.info = &type;
  rapidjson::Document options, schema;
  options.Parse(type.example_options.empty() ? "{}" : type.example_options.c_str());
  schema.Parse(type.options_schema.c_str());
  std::vector<Problem> problems;
  if (const auto compiled = JsonSchema::compile(type.options_schema, problems)) {
    compiled->fillDefaults(options, options.GetAllocator());
    for (const auto& entry : config::markedOptions(schema, options, ""))
      if (const auto& mark = entry.second; mark.url && mark.value->IsString())
        if (auto host = services::urlHost(std::string(config::textOf(*mark.value))); !host.empty())
          node.hosts.push_back(std::move(host));
  }
  JsonWriter json;
  json.value(static_cast<const rapidjson::Value&>(options));
  node.options = std::string(json.text());
  return node;
}

}  // namespace

config::CheckOptions checkOptions(const Arguments& arguments, bool environment) {
  config::CheckOptions options;
  options.base = std::filesystem::current_path();
  options.overrides = overridesFrom(arguments);
  options.environment = environment;
  options.prices = pricesFrom(arguments);
  return options;
}

config::Node nodeToTry(const Arguments& arguments, const std::string& name, const loader::Catalog& catalog,
                       config::Pipeline& pipeline) {
  if (const auto* type = catalog.find(name)) return exampleNode(*type);
  const auto file = arguments.get("file", "config/stories.json");
  pipeline = openPipeline(file, catalog, checkOptions(arguments, true));
  if (const auto* node = pipeline.find(name)) return *node;
  std::string names;
  for (const auto& node : pipeline.nodes) names += (names.empty() ? "\"" : ", \"") + node.name + "\"";
  throw Failure(ExitCode::usage,
                "no node of " + file + " and no node type is called \"" + name + "\"; nodes: " + names);
}

OptionSpec fileOption() { return {"file", "FILE", "pipeline (default: config/stories.json)"}; }

}  // namespace troupe::cli
