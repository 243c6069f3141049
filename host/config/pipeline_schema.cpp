#include <rapidjson/pointer.h>

#include <stdexcept>

#include "config/canonical_json.hpp"
#include "config/json_text.hpp"
#include "config/json_value.hpp"
#include "config/pipeline_config.hpp"
#include "config/pipeline_shape.hpp"
#include "loader/type_lookup.hpp"
#include "support/json_text.hpp"

namespace troupe::config {
namespace {

using Allocator = rapidjson::Document::AllocatorType;
using rapidjson::Value;

Value text(std::string_view value, Allocator& allocator) {
  return Value(value.data(), static_cast<rapidjson::SizeType>(value.size()), allocator);
}

void set(Value& object, std::string_view name, Value value, Allocator& allocator) {
  if (auto* found = member(object, name); found != nullptr)
    *found = std::move(value);
  else
    object.AddMember(text(name, allocator), std::move(value), allocator);
}

/// {"type": "object", …} of {"secret": "NAME"}: what stands in the file where the plugin is given a string.
Value secretReference(Allocator& allocator) {
  Value name(rapidjson::kObjectType);
  set(name, "type", text("string", allocator), allocator);
  set(name, "pattern", text("^[A-Za-z_][A-Za-z0-9._-]{0,127}$", allocator), allocator);
  Value properties(rapidjson::kObjectType);
  set(properties, "secret", std::move(name), allocator);
  Value required(rapidjson::kArrayType);
  required.PushBack("secret", allocator);
  Value schema(rapidjson::kObjectType);
  set(schema, "type", text("object", allocator), allocator);
  set(schema, "additionalProperties", Value(false), allocator);
  set(schema, "required", std::move(required), allocator);
  set(schema, "properties", std::move(properties), allocator);
  return schema;
}

/// Makes a plugin's options schema fit into a larger one, whose editor sees the file and not what the plugin is given:
/// references lead to `root`, and a secret is a reference or, where the plugin takes it, the empty string. Values under
/// "default", "const", "enum" and "examples" are no schemas.
void embed(Value& schema, const std::string& root, Allocator& allocator) {
  if (schema.IsArray())
    for (auto& element : schema.GetArray()) embed(element, root, allocator);
  if (!schema.IsObject()) return;
  if (textMember(schema, "format") == "troupe-secret") {
    Value reference = secretReference(allocator);
    if (const auto* description = member(schema, "description"))
      set(reference, "description", Value(*description, allocator), allocator);
    schema = std::move(reference);
    return;
  }
  for (auto& entry : membersOf(schema)) {
    const auto name = textOf(entry.name);
    if (name == "$ref" && entry.value.IsString()) {
      const auto target = root + std::string(textOf(entry.value)).substr(1);
      entry.value.SetString(target, allocator);
    } else if (name == "properties" || name == "patternProperties" || name == "definitions" || name == "dependencies") {
      if (entry.value.IsObject())
        for (auto& below : membersOf(entry.value)) embed(below.value, root, allocator);
    } else if (name != "default" && name != "const" && name != "enum" && name != "examples") {
      embed(entry.value, root, allocator);
    }
  }
}

/// {"if": the type is `id`, "then": its options are as the plugin says}
Value rule(const loader::NodeType& type, const std::string& options, Allocator& allocator) {
  Value constant(rapidjson::kObjectType);
  set(constant, "const", text(type.id, allocator), allocator);
  Value is_type(rapidjson::kObjectType);
  set(is_type, "type", std::move(constant), allocator);
  Value condition(rapidjson::kObjectType);
  set(condition, "properties", std::move(is_type), allocator);

  Value reference(rapidjson::kObjectType);
  set(reference, "$ref", text(options, allocator), allocator);
  Value has_options(rapidjson::kObjectType);
  set(has_options, "options", std::move(reference), allocator);
  Value consequence(rapidjson::kObjectType);
  set(consequence, "properties", std::move(has_options), allocator);

  Value whole(rapidjson::kObjectType);
  set(whole, "if", std::move(condition), allocator);
  set(whole, "then", std::move(consequence), allocator);
  return whole;
}

/// One of the node types, with what each is for a person who chooses.
Value typeChoice(const loader::TypeLookup& types, Allocator& allocator) {
  Value choices(rapidjson::kArrayType);
  for (const auto& id : types.nodeTypes()) {
    Value choice(rapidjson::kObjectType);
    set(choice, "const", text(id, allocator), allocator);
    if (const auto* type = types.find(id); type != nullptr && !type->description.empty())
      set(choice, "description", text(type->description, allocator), allocator);
    choices.PushBack(choice, allocator);
  }
  Value schema(rapidjson::kObjectType);
  set(schema, "description", text("What the node is.", allocator), allocator);
  if (!choices.Empty()) set(schema, "oneOf", std::move(choices), allocator);
  return schema;
}

Value oneOf(std::initializer_list<const char*> values, Allocator& allocator) {
  Value list(rapidjson::kArrayType);
  for (const auto* value : values) list.PushBack(text(value, allocator), allocator);
  return list;
}

}  // namespace

std::string pipelineSchema(const loader::TypeLookup& types) {
  rapidjson::Document schema;
  const auto host = hostSchema();
  schema.Parse(host.data(), host.size());
  auto& allocator = schema.GetAllocator();
  const auto at = [&](const char* pointer) -> Value& {
    auto* found = rapidjson::Pointer(pointer).Get(schema);
    if (found == nullptr) throw std::logic_error(std::string("the host's schema has no ") + pointer);
    return *found;
  };

  // What checkShape() words itself.
  set(at("/definitions/node/properties/isolation"), "enum", oneOf({"thread"}, allocator), allocator);

  set(at("/definitions/node/properties"), "type", typeChoice(types, allocator), allocator);
  Value rules(rapidjson::kArrayType);
  for (const auto& id : types.nodeTypes()) {
    const auto* type = types.find(id);
    std::vector<Problem> problems;
    const auto options = type != nullptr ? parseJson(type->options_schema, problems) : std::nullopt;
    if (!options) continue;
    const auto root = pointerTo("#/definitions", "options." + id);
    Value copy(*options, allocator);
    embed(copy, root, allocator);
    set(at("/definitions"), "options." + id, std::move(copy), allocator);
    rules.PushBack(rule(*type, root, allocator), allocator);
  }
  if (!rules.Empty()) set(at("/definitions/node"), "allOf", std::move(rules), allocator);
  return canonicalJson(schema);
}

}  // namespace troupe::config
