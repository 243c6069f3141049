#include "support/schema_lint.hpp"

#include <rapidjson/pointer.h>

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

#include "support/json_text.hpp"
#include "support/near_name.hpp"
#include "support/schema_walk.hpp"

namespace troupe {
namespace {

using rapidjson::Value;

// Bounds the recursion along references.
constexpr std::size_t kMaxReferences = 200;

enum class Shape {
  any,
  text,
  boolean,
  number,
  positive_integer,
  count,
  names,
  schema,
  schemas,
  schema_map,
  items,
  type,
  list,
  dependencies,
  format
};

const std::map<std::string, Shape, std::less<>>& keywords() {
  static const std::map<std::string, Shape, std::less<>> kKeywords = {{"$schema", Shape::text},
                                                                      {"$id", Shape::text},
                                                                      {"$comment", Shape::text},
                                                                      {"$ref", Shape::text},
                                                                      {"definitions", Shape::schema_map},
                                                                      {"title", Shape::text},
                                                                      {"description", Shape::text},
                                                                      {"default", Shape::any},
                                                                      {"examples", Shape::list},
                                                                      {"readOnly", Shape::boolean},
                                                                      {"writeOnly", Shape::boolean},
                                                                      {"type", Shape::type},
                                                                      {"enum", Shape::list},
                                                                      {"const", Shape::any},
                                                                      {"multipleOf", Shape::positive_integer},
                                                                      {"maximum", Shape::number},
                                                                      {"exclusiveMaximum", Shape::number},
                                                                      {"minimum", Shape::number},
                                                                      {"exclusiveMinimum", Shape::number},
                                                                      {"maxLength", Shape::count},
                                                                      {"minLength", Shape::count},
                                                                      {"pattern", Shape::text},
                                                                      {"format", Shape::format},
                                                                      {"items", Shape::items},
                                                                      {"additionalItems", Shape::schema},
                                                                      {"maxItems", Shape::count},
                                                                      {"minItems", Shape::count},
                                                                      {"uniqueItems", Shape::boolean},
                                                                      {"contains", Shape::schema},
                                                                      {"maxProperties", Shape::count},
                                                                      {"minProperties", Shape::count},
                                                                      {"required", Shape::names},
                                                                      {"properties", Shape::schema_map},
                                                                      {"patternProperties", Shape::schema_map},
                                                                      {"additionalProperties", Shape::schema},
                                                                      {"dependencies", Shape::dependencies},
                                                                      {"propertyNames", Shape::schema},
                                                                      {"if", Shape::schema},
                                                                      {"then", Shape::schema},
                                                                      {"else", Shape::schema},
                                                                      {"allOf", Shape::schemas},
                                                                      {"anyOf", Shape::schemas},
                                                                      {"oneOf", Shape::schemas},
                                                                      {"not", Shape::schema}};
  return kKeywords;
}

const std::vector<std::string>& types() {
  static const std::vector<std::string> kTypes = {"string", "number", "integer", "boolean", "object", "array", "null"};
  return kTypes;
}

const std::vector<std::string>& formats() {
  static const std::vector<std::string> kFormats = {"troupe-secret", "troupe-path", "troupe-url", "troupe-multiline"};
  return kFormats;
}

std::string_view text(const Value& v) { return {v.GetString(), v.GetStringLength()}; }

bool contains(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

class Lint {
 public:
  Lint(const Value& root, SchemaParts& parts, std::vector<Problem>& problems)
      : root_(root), parts_(parts), problems_(problems) {}

  void schema(const Value& value, const std::string& at) {
    if (value.IsBool()) return;
    if (!value.IsObject()) return wrong(at, "is no schema: a schema is an object, true or false");
    schemas_.emplace_back(&value, at);
    for (const auto& member : value.GetObject()) keyword(value, text(member.name), member.value, at);
  }

  // Needs every reference resolved: a schema that comes back to itself without going into the value would never end.
  void endless(const std::string& at) {
    std::map<const Value*, int> state;  // 1 while above, 2 when done
    for (const auto& [start, place] : schemas_)
      if (comesBack(*start, state)) return wrong(at, "the schema refers to itself without end");
  }

  // Needs a schema without mistakes.
  void defaults() {
    for (const auto& [schema, at] : schemas_) {
      const auto it = schema->FindMember("default");
      if (it != schema->MemberEnd()) walkSchema(*schema, parts_, it->value, pointerTo(at, "default"), problems_);
    }
  }

 private:
  void wrong(const std::string& at, std::string fact, std::string repair = "") {
    problems_.push_back({at, 0, 0, std::move(fact), std::move(repair)});
  }

  void keyword(const Value& schema_value, std::string_view name, const Value& value, const std::string& above) {
    const auto found = keywords().find(name);
    if (found == keywords().end()) {
      if (name.rfind("x-", 0) == 0) return;
      std::vector<std::string> known;
      for (const auto& [keyword, shape] : keywords()) known.push_back(keyword);
      const auto near = nearName(name, known);
      return wrong(above, "unknown keyword " + quoted(name), near.empty() ? "" : "did you mean \"" + near + "\"?");
    }
    const auto at = pointerTo(above, name);
    const auto must = [&](bool ok, const char* what) {
      if (!ok) wrong(at, quoted(name) + " must be " + what);
      return ok;
    };
    switch (found->second) {
      case Shape::any:
        break;
      case Shape::text:
        if (!must(value.IsString(), "a string")) break;
        if (name == "$ref") reference(schema_value, value, at);
        if (name == "pattern") pattern(text(value), at);
        break;
      case Shape::boolean:
        must(value.IsBool(), "true or false");
        break;
      case Shape::number:
        must(value.IsNumber(), "a number");
        break;
      case Shape::positive_integer:
        must(value.IsInt64() && value.GetInt64() > 0, "a positive integer");
        break;
      case Shape::count:
        must(value.IsInt64() && value.GetInt64() >= 0, "an integer of 0 or more");
        break;
      case Shape::list:
        must(value.IsArray() && !value.Empty(), "an array with at least one value");
        break;
      case Shape::names:
        must(isNames(value), "an array of strings");
        break;
      case Shape::schema:
        schema(value, at);
        break;
      case Shape::schemas:
        if (must(value.IsArray() && !value.Empty(), "an array of schemas")) each(value, at);
        break;
      case Shape::items:
        if (value.IsArray()) {
          each(value, at);
        } else {
          schema(value, at);
        }
        break;
      case Shape::schema_map:
      case Shape::dependencies:
        if (!must(value.IsObject(), "an object of schemas")) break;
        for (const auto& member : value.GetObject()) {
          if (name == "patternProperties") pattern(text(member.name), at);
          if (found->second == Shape::dependencies && isNames(member.value)) continue;
          schema(member.value, pointerTo(at, text(member.name)));
        }
        break;
      case Shape::type:
        type(value, at);
        break;
      case Shape::format:
        if (!must(value.IsString(), "a string")) break;
        if (!contains(formats(), text(value)))
          wrong(at, "unknown format " + quoted(text(value)), suggest(text(value), formats()));
        break;
    }
  }

  static bool isNames(const Value& value) {
    return value.IsArray() && std::all_of(value.Begin(), value.End(), [](const Value& v) { return v.IsString(); });
  }

  void each(const Value& list, const std::string& at) {
    for (rapidjson::SizeType i = 0; i < list.Size(); ++i) schema(list[i], pointerTo(at, std::to_string(i)));
  }

  void type(const Value& value, const std::string& at) {
    const auto one = [&](const Value& v) {
      if (!v.IsString()) return wrong(at, "\"type\" must be a string or an array of strings");
      if (!contains(types(), text(v))) wrong(at, "unknown type " + quoted(text(v)), suggest(text(v), types()));
    };
    if (!value.IsArray()) return one(value);
    if (value.Empty()) wrong(at, "\"type\" names no type");
    for (const auto& v : value.GetArray()) one(v);
  }

  void pattern(std::string_view expression, const std::string& at) {
    if (expression.size() > 256) return wrong(at, "the pattern has more than 256 characters");
    try {
      parts_.patterns.emplace(expression, std::regex(expression.begin(), expression.end(), std::regex::ECMAScript));
    } catch (const std::regex_error&) {
      wrong(at, "the pattern " + quoted(expression) + " is no regular expression");
    }
  }

  void reference(const Value& holder, const Value& value, const std::string& at) {
    const auto to = text(value);
    if (to.empty() || to.front() != '#')
      return wrong(at, "the reference " + quoted(to) + " leaves this schema", "refer to \"#/definitions/NAME\"");
    const rapidjson::Pointer pointer(to.data(), to.size());
    const Value* target = pointer.IsValid() ? pointer.Get(root_) : nullptr;
    if (target == nullptr) return wrong(at, "the reference " + quoted(to) + " leads nowhere");
    if (parts_.references.size() >= kMaxReferences)
      return wrong(at, "the schema has more than " + std::to_string(kMaxReferences) + " references");
    parts_.references.emplace(&holder, target);
  }

  bool comesBack(const Value& schema_value, std::map<const Value*, int>& state) {
    if (!schema_value.IsObject()) return false;
    auto& mark = state[&schema_value];
    if (mark != 0) return mark == 1;
    mark = 1;
    const bool back = followsItself(schema_value, state);
    state[&schema_value] = 2;
    return back;
  }

  bool followsItself(const Value& schema_value, std::map<const Value*, int>& state) {
    const auto reference = parts_.references.find(&schema_value);
    if (reference != parts_.references.end()) return comesBack(*reference->second, state);
    static const std::set<std::string_view> kSameValue = {"allOf", "anyOf", "oneOf", "not",
                                                          "if",    "then",  "else",  "dependencies"};
    for (const auto& member : schema_value.GetObject()) {
      if (kSameValue.count(text(member.name)) == 0) continue;
      const Value& v = member.value;
      if (v.IsArray()) {
        for (const auto& branch : v.GetArray())
          if (comesBack(branch, state)) return true;
      } else if (text(member.name) == "dependencies" && v.IsObject()) {
        for (const auto& branch : v.GetObject())
          if (comesBack(branch.value, state)) return true;
      } else if (comesBack(v, state)) {
        return true;
      }
    }
    return false;
  }

  const Value& root_;
  SchemaParts& parts_;
  std::vector<Problem>& problems_;
  std::vector<std::pair<const Value*, std::string>> schemas_;  // every schema object inside root_, and its pointer
};

}  // namespace

void lintSchema(const Value& root, const std::string& pointer_prefix, SchemaParts& parts,
                std::vector<Problem>& problems) {
  const auto before = problems.size();
  Lint lint(root, parts, problems);
  lint.schema(root, pointer_prefix);
  // A reference may lead to something that is no schema where it stands, for example a value inside "default".
  std::set<const Value*> seen;
  for (auto round = parts.references; problems.size() == before;) {
    const auto known = parts.references.size();
    for (const auto& [holder, target] : round)
      if (seen.insert(target).second) lint.schema(*target, pointer_prefix);
    if (parts.references.size() == known) break;
    round = parts.references;
  }
  if (problems.size() == before) lint.endless(pointer_prefix);
  if (problems.size() == before) lint.defaults();
}

}  // namespace troupe
