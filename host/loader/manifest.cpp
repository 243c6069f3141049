#include "loader/manifest.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "loader/schemas.hpp"
#include "support/json_schema.hpp"
#include "support/json_text.hpp"
#include "support/near_name.hpp"

namespace troupe::loader {
namespace {

using rapidjson::Value;

constexpr std::array<std::string_view, 7> kKinds = {"prompt_source", "provider", "scorer", "selector",
                                                    "filter",        "store",    "sink"};

const JsonSchema& manifestSchema() {
  static const JsonSchema kSchema = [] {
    std::vector<Problem> problems;
    auto schema = JsonSchema::compile(schemaText("manifest.schema.json"), problems);
    if (!schema) throw Problems(ExitCode::internal, "manifest.schema.json", problems);
    return *schema;
  }();
  return kSchema;
}

// The getters below are for a manifest that fits its schema, so types are not checked again.
const Value* get(const Value& object, const char* name) {
  const auto it = object.FindMember(name);
  return it == object.MemberEnd() ? nullptr : &it->value;
}

std::string text(const Value& v) { return {v.GetString(), v.GetStringLength()}; }

std::string text(const Value& object, const char* name) {
  const Value* v = get(object, name);
  return v == nullptr ? std::string() : text(*v);
}

bool flag(const Value& object, const char* name) {
  const Value* v = get(object, name);
  return v != nullptr && v->GetBool();
}

std::vector<std::string> texts(const Value& object, const char* name) {
  std::vector<std::string> out;
  if (const Value* list = get(object, name))
    for (const auto& v : list->GetArray()) out.push_back(text(v));
  return out;
}

std::vector<Role> roles(const Value& json) {
  std::vector<Role> out;
  const Value* list = get(json, "models");
  if (list == nullptr) return out;
  for (const auto& v : list->GetArray()) {
    Role role;
    if (v.IsString()) {
      role.name = text(v);
    } else {
      role.name = text(v, "role");
      role.many = flag(v, "many");
      if (const Value* min = get(v, "min")) role.min = min->GetInt();
    }
    out.push_back(std::move(role));
  }
  return out;
}

NodeType readNode(const Value& json) {
  NodeType node;
  node.id = text(json, "id");
  node.kind = kindFrom(text(json, "kind")).value();
  node.name = text(json, "name");
  node.description = text(json, "description");
  if (const Value* ports = get(json, "in"))
    for (const auto& port : ports->GetObject())
      node.in.push_back({text(port.name), text(port.value, "type"), flag(port.value, "many"),
                         flag(port.value, "optional"), flag(port.value, "delayed"), flag(port.value, "previous")});
  if (const Value* ports = get(json, "out"))
    for (const auto& port : ports->GetObject()) node.out.push_back({text(port.name), text(port.value)});
  node.per = text(json, "per") == "candidate" ? Per::candidate : Per::sample;
  if (const Value* schema = get(json, "options")) node.options_schema = toJson(*schema);
  if (const Value* concurrency = get(json, "concurrency"))
    if (const Value* n = get(*concurrency, "per_instance")) node.per_instance = n->GetInt();
  node.required = texts(json, "requires");
  node.wanted = texts(json, "wants");
  node.roles = roles(json);
  node.events = texts(json, "events");
  if (const Value* capabilities = get(json, "capabilities")) {
    node.net = texts(*capabilities, "net");
    node.streaming = flag(*capabilities, "streaming");
    node.seed = flag(*capabilities, "seed");
  }
  const Value& example = json["example"];
  node.example_options = toJson(example["options"]);
  node.example_input = toJson(example["input"]);
  return node;
}

// The rules that the schema cannot say.
class Rules {
 public:
  Rules(const Value& manifest, std::vector<Problem>& problems) : manifest_(manifest), problems_(problems) {}

  void check(const std::vector<NodeType>& nodes) {
    const auto id = text(manifest_, "id");
    std::set<std::string> seen;
    for (rapidjson::SizeType i = 0; i < nodes.size(); ++i) {
      const auto& node = nodes[i];
      const auto at = "/nodes/" + std::to_string(i);
      if (!seen.insert(node.id).second)
        fail(at + "/id", "node type " + troupe::quoted(node.id) + " is there twice", "give each its own id");
      if (node.id != id && node.id.rfind(id + ".", 0) != 0)
        fail(at + "/id", troupe::quoted(node.id) + " does not begin with the plugin's id " + troupe::quoted(id),
             "call it " + troupe::quoted(id + "." + node.id.substr(node.id.rfind('.') + 1)));
      ports(node, at);
      roles(node, at + "/models");
      options(manifest_["nodes"][i], at);
      input(node, manifest_["nodes"][i]["example"]["input"], at + "/example/input");
    }
  }

 private:
  void fail(std::string at, std::string fact, std::string repair = "") {
    problems_.push_back({std::move(at), 0, 0, std::move(fact), std::move(repair)});
  }

  void portType(const std::string& type, const std::string& at) {
    const auto& known = portTypes();
    if (std::find(known.begin(), known.end(), type) != known.end()) return;
    fail(at, "unknown port type " + troupe::quoted(type), suggest(type, {known.begin(), known.end()}));
  }

  void ports(const NodeType& node, const std::string& at) {
    for (const auto& port : node.in) {
      const auto place = at + "/in/" + port.name;
      portType(port.type, place + "/type");
      if (port.delayed && port.previous) fail(place, "a port is delayed or previous, not both");
      if (port.previous && node.kind != Kind::store) fail(place, "only a store has a previous port");
      if (port.name == "sample" && port.type != "troupe:sample/1")
        fail(place, "port \"sample\" must be of type \"troupe:sample/1\"");
    }
    for (const auto& port : node.out) portType(port.type, at + "/out/" + port.name);
    if (node.kind != Kind::sink && node.kind != Kind::store && node.out.empty())
      fail(at, "a " + std::string(toString(node.kind)) + " needs an output port", "add \"out\"");
    if (node.kind != Kind::prompt_source && node.in.empty())
      fail(at, "a " + std::string(toString(node.kind)) + " needs an input port", "add \"in\"");
    if (node.kind != Kind::sink && !node.events.empty()) fail(at + "/events", "only a sink chooses events");
  }

  void roles(const NodeType& node, const std::string& at) {
    if (node.roles.empty()) return;
    if (node.kind == Kind::prompt_source || node.kind == Kind::store || node.kind == Kind::sink)
      fail(at, "a " + std::string(toString(node.kind)) + " calls no models",
           "only providers, scorers, selectors and filters do");
    const auto names = [&](const std::vector<std::string>& ids) {
      return std::find(ids.begin(), ids.end(), "troupe.model/1") != ids.end();
    };
    if (!names(node.required) && !names(node.wanted))
      fail(at, "it has roles, but names no \"troupe.model/1\"", "add it to \"requires\"");
    std::set<std::string> seen;
    for (const auto& role : node.roles) {
      if (!seen.insert(role.name).second) fail(at, "the role " + troupe::quoted(role.name) + " is there twice");
      if (!role.many && role.min > 1)
        fail(at, "the role " + troupe::quoted(role.name) + " wants " + std::to_string(role.min) + " providers",
             "add \"many\": true");
    }
  }

  void options(const Value& node, const std::string& at) {
    const Value* given = get(node, "options");
    const auto schema =
        JsonSchema::compile(given != nullptr ? toJson(*given) : NodeType().options_schema, problems_, at + "/options");
    if (!schema) return;
    rapidjson::Document example;
    example.CopyFrom(node["example"]["options"], example.GetAllocator());
    schema->fillDefaults(example, example.GetAllocator());
    for (auto& problem : schema->check(example, at + "/example/options")) problems_.push_back(std::move(problem));
  }

  void input(const NodeType& node, const Value& example, const std::string& at) {
    for (const auto& port : node.in)
      if (!port.optional && !port.delayed && !port.previous && get(example, port.name.c_str()) == nullptr)
        fail(at, "the example has no value for port " + troupe::quoted(port.name));
  }

  const Value& manifest_;
  std::vector<Problem>& problems_;
};

}  // namespace

std::string_view toString(Kind kind) { return kKinds.at(static_cast<std::size_t>(kind)); }

std::optional<Kind> kindFrom(std::string_view name) {
  const auto found = std::find(kKinds.begin(), kKinds.end(), name);
  if (found == kKinds.end()) return std::nullopt;
  return static_cast<Kind>(found - kKinds.begin());
}

const InPort* NodeType::input(std::string_view port) const {
  const auto found = std::find_if(in.begin(), in.end(), [&](const InPort& p) { return p.name == port; });
  return found == in.end() ? nullptr : &*found;
}

const OutPort* NodeType::output(std::string_view port) const {
  const auto found = std::find_if(out.begin(), out.end(), [&](const OutPort& p) { return p.name == port; });
  return found == out.end() ? nullptr : &*found;
}

const Role* NodeType::role(std::string_view named) const {
  const auto found = std::find_if(roles.begin(), roles.end(), [&](const Role& r) { return r.name == named; });
  return found == roles.end() ? nullptr : &*found;
}

std::optional<Manifest> parseManifest(std::string_view json, std::vector<Problem>& problems) {
  const auto before = problems.size();
  const auto document = parseJson(json, problems);
  if (!document) return std::nullopt;
  for (auto& problem : manifestSchema().check(*document)) problems.push_back(std::move(problem));
  if (problems.size() != before) return std::nullopt;
  Manifest manifest;
  manifest.id = text(*document, "id");
  manifest.name = text(*document, "name");
  manifest.version = text(*document, "version");
  manifest.vendor = text(*document, "vendor");
  manifest.license = text(*document, "license");
  manifest.url = text(*document, "url");
  manifest.description = text(*document, "description");
  for (const auto& node : (*document)["nodes"].GetArray()) manifest.nodes.push_back(readNode(node));
  Rules(*document, problems).check(manifest.nodes);
  if (problems.size() != before) return std::nullopt;
  manifest.text = json;
  return manifest;
}

std::string completedExample(const NodeType& node) {
  std::vector<Problem> problems;
  const auto schema = JsonSchema::compile(node.options_schema, problems);
  auto options = parseJson(node.example_options, problems);
  if (!schema || !options) return node.example_options;
  schema->fillDefaults(*options, options->GetAllocator());
  return toJson(*options);
}

}  // namespace troupe::loader
