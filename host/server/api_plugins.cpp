#include <algorithm>

#include "server/api_support.hpp"
#include "support/json_text.hpp"
#include "support/near_name.hpp"

namespace troupe::server {
namespace {

using loader::PluginFile;
using rapidjson::Document;
using rapidjson::Value;
using Memory = Document::AllocatorType;

Value textValue(std::string_view text, Memory& memory) {
  return {text.data(), static_cast<rapidjson::SizeType>(text.size()), memory};
}

Value jsonValue(const std::string& json, Memory& memory) {
  std::vector<Problem> ignored;
  const auto document = parseJson(json, ignored);
  return document ? Value(*document, memory) : Value();
}

Value portsValue(const loader::NodeType& type, Memory& memory) {
  Value ports(rapidjson::kObjectType);
  Value in(rapidjson::kArrayType), out(rapidjson::kArrayType);
  for (const auto& port : type.in) {
    Value entry(rapidjson::kObjectType);
    entry.AddMember("name", textValue(port.name, memory), memory)
        .AddMember("type", textValue(port.type, memory), memory);
    entry.AddMember("many", port.many, memory).AddMember("optional", port.optional, memory);
    entry.AddMember("delayed", port.delayed, memory).AddMember("previous", port.previous, memory);
    in.PushBack(entry, memory);
  }
  for (const auto& port : type.out) {
    Value entry(rapidjson::kObjectType);
    entry.AddMember("name", textValue(port.name, memory), memory)
        .AddMember("type", textValue(port.type, memory), memory);
    out.PushBack(entry, memory);
  }
  ports.AddMember("in", in, memory).AddMember("out", out, memory);
  return ports;
}

// As in a manifest: a role that one provider plays is its name.
Value rolesValue(const loader::NodeType& type, Memory& memory) {
  Value roles(rapidjson::kArrayType);
  for (const auto& role : type.roles) {
    if (!role.many && role.min == 1) {
      roles.PushBack(textValue(role.name, memory), memory);
      continue;
    }
    Value value(rapidjson::kObjectType);
    value.AddMember("role", textValue(role.name, memory), memory);
    value.AddMember("many", role.many, memory);
    value.AddMember("min", role.min, memory);
    roles.PushBack(value, memory);
  }
  return roles;
}

Value nodeValue(const loader::NodeType& type, Memory& memory) {
  Value node(rapidjson::kObjectType);
  const auto text = [&](const char* name, std::string_view value) {
    node.AddMember(rapidjson::StringRef(name), textValue(value, memory), memory);
  };
  text("id", type.id);
  text("kind", loader::toString(type.kind));
  text("name", type.name);
  text("description", type.description);
  text("per", type.per == loader::Per::candidate ? "candidate" : "sample");
  node.AddMember("ports", portsValue(type, memory), memory);
  node.AddMember("options", jsonValue(type.options_schema, memory), memory);
  node.AddMember("models", rolesValue(type, memory), memory);
  node.AddMember("streaming", type.streaming, memory);
  node.AddMember("seed", type.seed, memory);
  if (!type.example_options.empty()) node.AddMember("example_options", jsonValue(type.example_options, memory), memory);
  return node;
}

// The folder that a file lies in is the machine's business.
Value pluginValue(const PluginFile& file, Memory& memory) {
  Value plugin(rapidjson::kObjectType);
  const auto text = [&](const char* name, std::string_view value) {
    plugin.AddMember(rapidjson::StringRef(name), textValue(value, memory), memory);
  };
  text("file", file.path.filename().string());
  text("state", loader::toString(file.state));
  text("reason", file.reason);
  Value nodes(rapidjson::kArrayType);
  if (file.manifest) {
    const auto& manifest = *file.manifest;
    text("id", manifest.id);
    text("name", manifest.name);
    text("version", manifest.version);
    text("vendor", manifest.vendor);
    text("license", manifest.license);
    text("description", manifest.description);
    for (const auto& type : manifest.nodes) nodes.PushBack(nodeValue(type, memory), memory);
  }
  plugin.AddMember("nodes", nodes, memory);
  return plugin;
}

void list(const Api& api, Exchange& exchange) {
  Document answer(rapidjson::kObjectType);
  auto& memory = answer.GetAllocator();
  Value plugins(rapidjson::kArrayType);
  for (const auto& file : api.catalog.files()) plugins.PushBack(pluginValue(file, memory), memory);
  answer.AddMember("plugins", plugins, memory);
  exchange.json(200, toJson(answer));
}

void show(const Api& api, Exchange& exchange) {
  const auto id = exchange.param("id");
  const auto& files = api.catalog.files();
  const auto offers = [&](const PluginFile& file) {
    if (!file.manifest) return false;
    const auto& nodes = file.manifest->nodes;
    return file.manifest->id == id ||
           std::any_of(nodes.begin(), nodes.end(), [&](const auto& node) { return node.id == id; });
  };
  auto found = std::find_if(files.begin(), files.end(),
                            [&](const auto& file) { return file.state == PluginFile::State::usable && offers(file); });
  if (found == files.end()) found = std::find_if(files.begin(), files.end(), offers);
  if (found == files.end())
    throw HttpError(404, "no plugin and no node type is called " + troupe::quoted(id) + "; " +
                             suggest(id, api.catalog.nodeTypes(), "node types"));
  Document answer(rapidjson::kObjectType);
  auto& memory = answer.GetAllocator();
  static_cast<Value&>(answer) = pluginValue(*found, memory);
  answer.AddMember("manifest", jsonValue(found->manifest->text, memory), memory);
  exchange.json(200, toJson(answer));
}

}  // namespace

void addPluginRoutes(Router& router, const ApiPtr& api) {
  router.add({"GET", "/api/v1/plugins", Right::watch, [api](Exchange& exchange) { list(*api, exchange); }});
  router.add({"GET", "/api/v1/plugins/{id}", Right::watch, [api](Exchange& exchange) { show(*api, exchange); }});
  router.add({"GET", "/api/v1/schema", Right::watch, [api](Exchange& exchange) {
                exchange.send(200, "application/schema+json", config::pipelineSchema(api->catalog));
              }});
}

}  // namespace troupe::server
