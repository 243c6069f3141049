#include "openapi_check.hpp"

#include <rapidjson/document.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <optional>

#include "config/json_value.hpp"
#include "server/api.hpp"
#include "support/json_schema.hpp"
#include "support/json_text.hpp"

namespace troupe::test {
namespace {

using config::member;
using rapidjson::Value;

const rapidjson::Document& description() {
  static const auto kDocument = [] {
    std::vector<Problem> problems;
    auto document = parseJson(server::openApi(), problems);
    if (!document) throw std::runtime_error("openapi.json: " + format("", problems.front()));
    return std::move(*document);
  }();
  return kDocument;
}

const std::vector<std::string> kMethods = {"get", "put", "post", "delete", "patch"};

std::vector<std::string> segments(const std::string& path) {
  std::vector<std::string> parts;
  for (std::size_t at = 0; at < path.size();) {
    const auto end = std::min(path.find('/', at + 1), path.size());
    parts.push_back(path.substr(at + 1, end - at - 1));
    at = end;
  }
  return parts;
}

bool takes(const std::string& pattern, const std::string& path, std::size_t& literal) {
  const auto a = segments(pattern), b = segments(path);
  literal = 0;
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] == b[i])
      ++literal;
    else if (a[i].empty() || a[i][0] != '{')
      return false;
  }
  return true;
}

const Value* operationOf(std::string method, const std::string& target) {
  std::transform(method.begin(), method.end(), method.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const auto path = target.substr(0, target.find('?'));
  const Value* best = nullptr;
  std::size_t most = 0;
  for (const auto& entry : description()["paths"].GetObject()) {
    std::size_t literal = 0;
    if (!takes(entry.name.GetString(), path, literal)) continue;
    const auto* operation = member(entry.value, method);
    if (operation != nullptr && (best == nullptr || literal > most)) {
      best = operation;
      most = literal;
    }
  }
  return best;
}

// The schemas refer to each other; what is compiled is one with all of them beside it.
const JsonSchema& schemaOf(const Value& schema) {
  static std::mutex mutex;
  static std::map<std::string, JsonSchema> known;
  const auto text = toJson(schema);
  const std::lock_guard lock(mutex);
  const auto found = known.find(text);
  if (found != known.end()) return found->second;
  auto whole = "{\"allOf\":[" + text + "],\"definitions\":" + toJson(description()["components"]["schemas"]) + "}";
  const std::string from = "#/components/schemas/", to = "#/definitions/";
  for (auto at = whole.find(from); at != std::string::npos; at = whole.find(from, at))
    whole.replace(at, from.size(), to);
  std::vector<Problem> problems;
  auto compiled = JsonSchema::compile(whole, problems);
  if (!compiled) throw std::runtime_error("openapi.json: " + format("", problems.front()));
  return known.emplace(text, std::move(*compiled)).first->second;
}

}  // namespace

std::vector<std::string> describedOperations(bool own) {
  std::vector<std::string> all;
  for (const auto& entry : description()["paths"].GetObject())
    for (const auto& method : kMethods) {
      const auto* operation = member(entry.value, method);
      if (operation == nullptr || (own && member(*operation, "x-part") != nullptr)) continue;
      std::string name = method;
      std::transform(name.begin(), name.end(), name.begin(),
                     [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
      all.push_back(name + " " + entry.name.GetString());
    }
  std::sort(all.begin(), all.end());
  return all;
}

std::string offDescription(const std::string& method, const std::string& target, const HttpAnswer& answer) {
  const auto* operation = operationOf(method, target);
  if (operation == nullptr) return "";  // A path or a method that is not there.
  const auto status = std::to_string(answer.status);
  const auto* response = member((*operation)["responses"], status);
  if (response == nullptr && answer.status >= 400) response = member((*operation)["responses"], "default");
  if (response == nullptr) return "the description of " + method + " " + target + " has no answer " + status;
  if (const auto* reference = member(*response, "$ref"); reference != nullptr)
    response = &description()["components"]["responses"]["Problem"];
  const auto* content = member(*response, "content");
  if (content == nullptr) return answer.body.empty() ? "" : "the answer " + status + " should have no body";
  const auto type = answer.header("content-type");
  const auto* media = member(*content, type.substr(0, type.find(';')));
  if (media == nullptr) return "the answer " + status + " should not be " + type;
  if (type.find("json") == std::string::npos || type.find("jsonc") != std::string::npos ||
      type.find("ndjson") != std::string::npos)
    return "";
  std::vector<Problem> problems;
  const auto body = parseJson(answer.body, problems);
  if (!body) return "no JSON: " + answer.body;
  problems = schemaOf((*media)["schema"]).check(*body);
  return problems.empty() ? ""
                          : method + " " + target + " " + status + ": " + format("", problems.front()) + " in " +
                                answer.body.substr(0, 2000);
}

}  // namespace troupe::test
