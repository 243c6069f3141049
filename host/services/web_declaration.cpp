#include "services/web_declaration.hpp"

#include <troupe/troupe.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "support/json_schema.hpp"
#include "support/json_text.hpp"

namespace troupe::services {
namespace {

constexpr std::size_t kMaxAsset = 16u << 20;
constexpr std::size_t kMaxPath = 512;
const std::string kWhere = "troupe.web/1: ";

constexpr std::string_view kSchema = R"({
  "type": "object", "additionalProperties": false,
  "properties": {
    "streams": { "type": "array", "maxItems": 64, "items": {
      "type": "object", "additionalProperties": false, "required": ["name", "paths", "content_type"],
      "properties": {
        "name": { "type": "string", "pattern": "^[a-z][a-z0-9_]*$", "maxLength": 64, "x-says": "lower-case letters, digits and _" },
        "paths": { "type": "array", "minItems": 1, "maxItems": 16, "items": { "$ref": "#/definitions/path" } },
        "content_type": { "$ref": "#/definitions/content_type" },
        "heartbeat_ms": { "type": "integer", "minimum": 100, "maximum": 3600000 } } } },
    "requests": { "type": "array", "maxItems": 256, "items": {
      "type": "object", "additionalProperties": false, "required": ["method", "path", "right"],
      "properties": {
        "method": { "enum": ["GET", "POST", "PUT", "PATCH", "DELETE"] },
        "path": { "$ref": "#/definitions/path" },
        "right": { "enum": ["none", "watch", "operate"] } } } } },
  "definitions": {
    "path": { "type": "string", "minLength": 1 },
    "content_type": { "type": "string", "pattern": "^[A-Za-z0-9!#$&^_.+-]+/[A-Za-z0-9!#$&^_.+-]+(; *[A-Za-z0-9-]+=[A-Za-z0-9_.-]+)*$", "maxLength": 128,
      "x-says": "a media type like \"text/event-stream\"" } } })";

const JsonSchema& schema() {
  static const JsonSchema kCompiled = [] {
    std::vector<Problem> problems;
    auto compiled = JsonSchema::compile(kSchema, problems);
    if (!compiled) throw Problems(ExitCode::internal, "the schema of troupe.web/1", problems);
    return *compiled;
  }();
  return kCompiled;
}

std::string text(const rapidjson::Value& value) { return {value.GetString(), value.GetStringLength()}; }

// Empty when the path may be served: absolute, without empty or dot segments, and of characters that need no escape.
std::string pathFault(std::string_view path) {
  const auto name = "path " + quoted(path);
  if (path.empty() || path.front() != '/') return name + " does not begin with /";
  if (path.size() > kMaxPath) return name + " is longer than " + std::to_string(kMaxPath) + " bytes";
  for (std::size_t from = 1; from <= path.size();) {
    const auto end = std::min(path.find('/', from), path.size());
    const auto segment = path.substr(from, end - from);
    if (segment.empty() && path.size() > 1) return name + " has an empty segment";
    if (segment == "." || segment == "..") return name + " has the segment " + quoted(segment);
    const bool parameter = segment.size() > 2 && segment.front() == '{' && segment.back() == '}';
    const auto inner = parameter ? segment.substr(1, segment.size() - 2) : segment;
    for (const char c : inner) {
      const bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
      if (!word && (parameter || (c != '-' && c != '.' && c != '~')))
        return name + " has the character " + quoted(std::string(1, c));
    }
    from = end + 1;
  }
  return {};
}

std::string firstPathFault(const rapidjson::Document& declaration) {
  const auto& object = declaration;
  if (const auto streams = object.FindMember("streams"); streams != object.MemberEnd())
    for (const auto& stream : streams->value.GetArray())
      for (const auto& path : stream["paths"].GetArray())
        if (auto fault = pathFault(text(path)); !fault.empty()) return fault;
  if (const auto requests = object.FindMember("requests"); requests != object.MemberEnd())
    for (const auto& request : requests->value.GetArray())
      if (auto fault = pathFault(text(request["path"])); !fault.empty()) return fault;
  return {};
}

void mountAll(const rapidjson::Document& declaration, WebMount& mount) {
  if (const auto streams = declaration.FindMember("streams"); streams != declaration.MemberEnd())
    for (const auto& json : streams->value.GetArray()) {
      WebMount::Stream stream;
      stream.name = text(json["name"]);
      for (const auto& path : json["paths"].GetArray()) stream.paths.push_back(text(path));
      stream.content_type = text(json["content_type"]);
      if (const auto ms = json.FindMember("heartbeat_ms"); ms != json.MemberEnd())
        stream.heartbeat_ms = ms->value.GetInt();
      mount.stream(std::move(stream));
    }
  if (const auto requests = declaration.FindMember("requests"); requests != declaration.MemberEnd())
    for (const auto& json : requests->value.GetArray())
      mount.request({text(json["method"]), text(json["path"]), text(json["right"])});
}

DeclareResult bad(const std::string& what) { return {TROUPE_E_PERMANENT_REQUEST, kWhere + what}; }

}  // namespace

DeclareResult declareWeb(std::string_view json, WebMount* mount) {
  std::vector<Problem> problems;
  const auto declaration = parseJson(json, problems);
  if (declaration) problems = schema().check(*declaration);
  if (!problems.empty()) return bad(format("", problems.front()));
  if (auto fault = firstPathFault(*declaration); !fault.empty()) return bad(fault);
  if (mount == nullptr) return {TROUPE_OK, {}};
  try {
    mountAll(*declaration, *mount);
  } catch (const std::invalid_argument& e) {
    return {TROUPE_E_UNSUPPORTED, kWhere + e.what()};
  }
  return {TROUPE_OK, {}};
}

DeclareResult declareAsset(std::string_view path, std::string_view content_type, std::string_view body,
                           WebMount* mount) {
  if (auto fault = pathFault(path); !fault.empty()) return bad(fault);
  if (content_type.empty() || content_type.find_first_of("\r\n") != std::string_view::npos ||
      content_type.find('/') == std::string_view::npos)
    return bad("asset " + quoted(path) + " has the content type " + quoted(content_type) + ", which is none");
  if (body.size() > kMaxAsset)
    return bad("asset " + quoted(path) + " has " + std::to_string(body.size()) + " bytes, more than 16 MiB");
  if (mount == nullptr) return {TROUPE_OK, {}};
  try {
    mount->asset({std::string(path), std::string(content_type), std::string(body)});
  } catch (const std::invalid_argument& e) {
    return {TROUPE_E_UNSUPPORTED, kWhere + e.what()};
  }
  return {TROUPE_OK, {}};
}

}  // namespace troupe::services
