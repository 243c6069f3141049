#include "support/json_schema.hpp"

// valijson aborts on a bad schema unless told to throw. Told so, its adapter would also redefine RapidJSON's assertion,
// differently from every other file of the program; so the adapter is read without the switch.
#define VALIJSON_USE_EXCEPTIONS 1
#include <valijson/exceptions.hpp>
#undef VALIJSON_USE_EXCEPTIONS
#include <valijson/adapters/rapidjson_adapter.hpp>
#define VALIJSON_USE_EXCEPTIONS 1
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

#include <algorithm>
#include <exception>
#include <span>

#include "support/json_text.hpp"
#include "support/schema_lint.hpp"
#include "support/schema_walk.hpp"

namespace troupe {
namespace {

using rapidjson::Value;
using Allocator = rapidjson::Document::AllocatorType;

// valijson reads an unsigned number above 2^63 as a negative one, and matches text by a recursion of its own; the walk
// has judged both.
bool valijsonCanRead(const Value& value) {
  if (value.IsUint64()) return value.IsInt64();
  if (value.IsString()) return value.GetStringLength() <= 2048;
  if (value.IsArray()) return std::all_of(value.Begin(), value.End(), valijsonCanRead);
  if (value.IsObject())
    return std::all_of(value.MemberBegin(), value.MemberEnd(), [](const auto& m) { return valijsonCanRead(m.value); });
  return true;
}

// "<root>[key][3]" -> "/key/3"
std::string pointerOf(const std::vector<std::string>& context, const std::string& prefix) {
  std::string pointer = prefix;
  for (std::size_t i = 1; i < context.size(); ++i) {
    const auto& part = context[i];
    const bool bracketed = part.size() >= 2 && part.front() == '[' && part.back() == ']';
    pointer =
        pointerTo(pointer, bracketed ? std::string_view(part).substr(1, part.size() - 2) : std::string_view(part));
  }
  return pointer;
}

// Bounds for schemas made to hurt: nested and branching references.
struct Budget {
  int depth = 0;
  long steps = 500'000;
};
struct Deeper {
  explicit Deeper(Budget& b) : budget(b) { ++budget.depth; }
  ~Deeper() { --budget.depth; }
  Budget& budget;
};

void fill(const SchemaParts& parts, const Value& unresolved, Value& value, Allocator& allocator, Budget& budget) {
  const Value& schema = parts.resolved(unresolved);
  if (!schema.IsObject() || budget.depth >= kMaxJsonDepth || --budget.steps < 0) return;
  const Deeper deeper(budget);
  if (const auto all = schema.FindMember("allOf"); all != schema.MemberEnd())
    for (const auto& branch : all->value.GetArray()) fill(parts, branch, value, allocator, budget);
  if (value.IsArray()) {
    const auto items = schema.FindMember("items");
    if (items == schema.MemberEnd() || !items->value.IsObject()) return;
    for (auto& item : value.GetArray()) fill(parts, items->value, item, allocator, budget);
  }
  if (!value.IsObject()) return;
  const auto properties = schema.FindMember("properties");
  if (properties == schema.MemberEnd()) return;
  for (const auto& property : properties->value.GetObject()) {
    if (!value.HasMember(property.name)) {
      if (!property.value.IsObject()) continue;
      auto given = property.value.FindMember("default");
      if (given == property.value.MemberEnd()) {
        const Value& meant = parts.resolved(property.value);
        if (!meant.IsObject()) continue;
        given = meant.FindMember("default");
        if (given == meant.MemberEnd()) continue;
      }
      value.AddMember(Value(property.name, allocator), Value(given->value, allocator), allocator);
    }
    fill(parts, property.value, value[property.name], allocator, budget);
  }
}

// The members of an object to change. RapidJSON's own loop over them is ambiguous in C++20, as clang says.
std::span<Value::Member> membersOf(Value& object) {
  if (object.ObjectEmpty()) return {};
  return {&*object.MemberBegin(), object.MemberCount()};
}

// valijson throws when it holds a format against a value that is no string, for example in a branch that is not taken.
// Of our formats it knows none. A property may be called "format": a schema's keyword is a string.
void removeFormats(Value& schema) {
  if (schema.IsArray())
    for (auto& element : schema.GetArray()) removeFormats(element);
  if (!schema.IsObject()) return;
  if (schema.HasMember("format") && schema["format"].IsString()) schema.RemoveMember("format");
  for (auto& member : membersOf(schema)) {
    const std::string_view name(member.name.GetString(), member.name.GetStringLength());
    if (name == "properties" || name == "patternProperties" || name == "definitions" || name == "dependencies") {
      if (member.value.IsObject())
        for (auto& named : membersOf(member.value)) removeFormats(named.value);
    } else if (name != "const" && name != "enum" && name != "default" && name != "examples") {
      removeFormats(member.value);
    }
  }
}

}  // namespace

struct JsonSchema::State {
  rapidjson::Document document;
  SchemaParts parts;
  valijson::Schema judge;
};

std::optional<JsonSchema> JsonSchema::compile(std::string_view schema_json, std::vector<Problem>& problems,
                                              const std::string& pointer_prefix) {
  const auto before = problems.size();
  auto document = parseJson(schema_json, problems);
  if (!document) return std::nullopt;
  auto state = std::make_shared<State>();
  state->document = std::move(*document);
  lintSchema(state->document, pointer_prefix, state->parts, problems);
  if (problems.size() != before) return std::nullopt;
  try {
    valijson::SchemaParser parser(valijson::SchemaParser::kDraft7);
    rapidjson::Document copy;
    copy.CopyFrom(state->document, copy.GetAllocator());
    removeFormats(copy);
    parser.populateSchema(valijson::adapters::RapidJsonAdapter(copy), state->judge);
  } catch (const std::exception& e) {
    problems.push_back({pointer_prefix, 0, 0, std::string("the schema cannot be read: ") + e.what(), ""});
    return std::nullopt;
  }
  return JsonSchema(std::move(state));
}

// The walk says what is wrong in sentences; valijson, which knows the standard, has the last word where the walk finds
// nothing.
std::vector<Problem> JsonSchema::check(const Value& value, const std::string& pointer_prefix) const {
  std::vector<Problem> problems;
  if (!withinDepth(value)) {
    problems.push_back({pointer_prefix, 0, 0,
                        "the value is nested deeper than the limit of " + std::to_string(kMaxJsonDepth) + " levels",
                        ""});
    return problems;
  }
  walkSchema(state_->document, state_->parts, value, pointer_prefix, problems);
  if (!problems.empty() || !valijsonCanRead(value)) return problems;
  try {
    const valijson::adapters::RapidJsonAdapter adapter(value);
    // A validator keeps the patterns that it has compiled, which costs more than all the rest.
    static thread_local valijson::Validator validator;
    if (validator.validate(state_->judge, adapter, nullptr)) return problems;
    valijson::ValidationResults results;
    validator.validate(state_->judge, adapter, &results);
    for (const auto& error : results)
      problems.push_back({pointerOf(error.context, pointer_prefix), 0, 0, error.description, ""});
  } catch (const std::exception& e) {
    problems.push_back({pointer_prefix, 0, 0, std::string("the value cannot be checked: ") + e.what(), ""});
  }
  return problems;
}

void JsonSchema::fillDefaults(Value& value, Allocator& allocator) const {
  Budget budget;
  if (withinDepth(value)) fill(state_->parts, state_->document, value, allocator, budget);
}

}  // namespace troupe
