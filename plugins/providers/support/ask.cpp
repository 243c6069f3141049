#include "support/ask.hpp"

#include <algorithm>

#include "support/answer.hpp"

namespace troupe::providers {
namespace {

constexpr std::int64_t kNoLimitMs = std::int64_t{24} * 3600 * 1000;  // The longest that the host takes.

bool isTexts(const Json& value) {
  return value.IsArray() && !value.Empty() &&
         std::all_of(value.Begin(), value.End(), [](const Json& v) { return v.IsString(); });
}

void check(const Object& params, const char* name, bool (*fits)(const Json&), const char* wanted) {
  if (params.has(name) && !fits(*params.find(name)))
    refuse("\"" + std::string(name) + "\" of \"params\" is not " + wanted);
}

void writeMessage(JsonWriter& json, std::string_view role, std::string_view content) {
  json.beginObject().member("role", role).member("content", content).endObject();
}

}  // namespace

Params::Params(const Json& given, const std::vector<std::string>& left_out) : given_(&given), left_out_(&left_out) {
  if (!given.IsObject()) refuse("\"params\" is no object");
  const Object params(given);
  check(
      params, "temperature", [](const Json& v) { return v.IsNumber() && v.GetDouble() >= 0; }, "a number from 0");
  check(
      params, "max_tokens", [](const Json& v) { return v.IsInt64() && v.GetInt64() > 0; }, "an integer from 1");
  check(
      params, "seed", [](const Json& v) { return v.IsInt64(); }, "an integer");
  check(params, "stop", isTexts, "an array of strings");
  check(
      params, "response_schema", [](const Json& v) { return v.IsObject() || v.IsString(); }, "an object");
}

const Json* Params::find(std::string_view name) const {
  if (given_ == nullptr || std::find(left_out_->begin(), left_out_->end(), name) != left_out_->end()) return nullptr;
  return member(*given_, name);
}

const Json* schemaFor(const Settings& settings, const Ask& ask, rapidjson::Document& own) {
  const auto* given = ask.params.find("response_schema");
  if (given == nullptr) return settings.schema.get();
  if (given->IsObject()) return given;
  parseSchema(*given, own);
  return &own;
}

std::string schemaSentence(const Settings& settings, const Ask& ask) {
  if (!settings.schema_in_prompt) return {};
  rapidjson::Document own;
  const auto* schema = schemaFor(settings, ask, own);
  if (schema == nullptr) return {};
  JsonWriter json;
  json.value(*schema);
  return "Answer with JSON and nothing else, without a code fence. It must fit this JSON Schema:\n" +
         std::string(json.text());
}

std::string paragraphs(std::initializer_list<std::string_view> texts) {
  std::string all;
  for (const auto text : texts) {
    if (text.empty()) continue;
    if (!all.empty()) all += "\n\n";
    all += text;
  }
  return all;
}

void writeChatMessages(JsonWriter& json, const Settings& settings, const Ask& ask) {
  json.key("messages").beginArray();
  const auto sentence = schemaSentence(settings, ask);
  bool first = true;
  for (const auto& value : ask.prompt.array("messages")) {
    const Object message(value);
    const auto role = message.text("role");
    const auto content = message.text("content");
    const bool own = first && role == "system";
    const auto system = first ? paragraphs({settings.system, own ? content : std::string_view(), sentence}) : "";
    if (!system.empty()) writeMessage(json, "system", system);
    if (!own || system.empty()) writeMessage(json, role, content);
    first = false;
  }
  json.endArray();
}

Turns turnsOf(const Settings& settings, const Ask& ask) {
  Turns all;
  all.system = settings.system;
  for (const auto& value : ask.prompt.array("messages")) {
    const Object message(value);
    const auto content = message.text("content");
    const bool user = message.text("role") != "assistant";
    if (isBlank(content)) continue;
    if (message.text("role") == "system")
      all.system = paragraphs({all.system, content});
    else if (!all.turns.empty() && all.turns.back().user == user)
      all.turns.back().text = paragraphs({all.turns.back().text, content});
    else
      all.turns.push_back({user, std::string(content)});
  }
  all.system = paragraphs({all.system, schemaSentence(settings, ask)});
  if (all.turns.empty() && !all.system.empty()) {
    all.turns.push_back({true, std::move(all.system)});
    all.system.clear();
  }
  if (all.turns.empty()) refuse("the prompt has no text");
  return all;
}

HttpRequest jsonRequest(const Settings& settings, std::string url, std::string body) {
  auto request = getRequest(settings, std::move(url));
  request.method = "POST";
  request.headers.emplace_back("Content-Type", "application/json");
  request.body = std::move(body);
  return request;
}

HttpRequest getRequest(const Settings& settings, std::string url) {
  HttpRequest request;
  request.url = std::move(url);
  request.headers = settings.headers;
  request.timeout_ms = kNoLimitMs;
  return request;
}

}  // namespace troupe::providers
