#include "server/api_support.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>

#include "config/json_value.hpp"
#include "support/json_text.hpp"

namespace troupe::server {
journal::Run runOf(const Api& api, const Exchange& exchange) {
  const auto name = exchange.param("run");
  try {
    return api.journal.findRun(name == "latest" ? "last" : name);
  } catch (const Failure& failure) {
    if (failure.code() == ExitCode::usage) throw HttpError(404, failure.what());
    throw;
  }
}

std::int64_t indexOf(const Exchange& exchange) {
  const auto text = exchange.param("index");
  std::int64_t index = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), index);
  if (error != std::errc() || end != text.data() + text.size() || index < 0)
    throw HttpError(404, troupe::quoted(text) + " is no index of a sample; they count from 0");
  return index;
}

bool queryFlag(const Exchange& exchange, std::string_view name) {
  const auto value = exchange.query(name);
  if (!value || *value == "false" || *value == "0") return false;
  if (value->empty() || *value == "true" || *value == "1") return true;
  throw HttpError(
      400, "query parameter " + troupe::quoted(name) + " is " + troupe::quoted(*value) + "; it takes true or false");
}

std::optional<double> queryNumber(const Exchange& exchange, std::string_view name) {
  const auto text = exchange.query(name);
  if (!text) return std::nullopt;
  std::vector<Problem> ignored;
  const auto number = parseJson(*text, ignored);
  if (number && number->IsNumber()) return number->GetDouble();
  throw HttpError(400, "query parameter " + troupe::quoted(name) + " is " + troupe::quoted(*text) +
                           "; it takes a number such as 8.5");
}

void expectMediaType(const Exchange& exchange, std::initializer_list<std::string_view> types) {
  auto type = lowered(exchange.header("Content-Type"));
  type = type.substr(0, type.find(';'));
  type.erase(type.find_last_not_of(" \t") + 1);
  if (std::find(types.begin(), types.end(), type) != types.end()) return;
  std::string known;
  for (const auto name : types) known += (known.empty() ? "" : " or ") + std::string(name);
  throw HttpError(415,
                  (type.empty() ? "the body has no media type" : "the body is said to be " + troupe::quoted(type)) +
                      "; send Content-Type: " + known,
                  {}, {{"Accept", known}});
}

JsonSchema compiled(std::string_view schema) {
  std::vector<Problem> problems;
  auto compiled = JsonSchema::compile(schema, problems);
  if (!compiled) throw std::logic_error("a schema of the server: " + format("", problems.front()));
  return *compiled;
}

rapidjson::Document bodyObject(Exchange& exchange, const JsonSchema& schema, bool may_be_empty) {
  const auto& text = exchange.body();
  if (text.empty() && may_be_empty) return rapidjson::Document(rapidjson::kObjectType);
  expectMediaType(exchange, {"application/json"});
  std::vector<Problem> problems;
  auto body = parseJson(text, problems);
  if (!body) throw HttpError(400, "the body is no JSON", std::move(problems));
  problems = schema.check(*body);
  if (!problems.empty()) throw HttpError(422, "the body does not say what is wanted", std::move(problems));
  return std::move(*body);
}

std::vector<config::Override> overridesOf(const rapidjson::Document& body) {
  std::vector<config::Override> overrides;
  if (const auto* list = config::member(static_cast<const rapidjson::Value&>(body), "overrides"))
    for (const auto& change : list->GetArray())
      overrides.push_back({std::string(config::textMember(change, "path")), toJson(*config::member(change, "value"))});
  return overrides;
}

config::CheckOptions checkOptions(const Api& api, std::vector<config::Override> overrides, bool environment) {
  config::CheckOptions options;
  options.base = api.config.data;
  options.overrides = std::move(overrides);
  options.environment = environment;
  options.confinement = confinementOf(api.config);
  return options;
}

std::vector<Problem> mistakesOf(const Api& api, std::string_view text, const std::string& name,
                                const config::CheckOptions& options) {
  try {
    config::checkPipeline(text, name, api.catalog, options);
    return {};
  } catch (const Problems& problems) {
    return problems.problems();
  }
}

void refuse(const Failure& failure) {
  if (const auto* problems = dynamic_cast<const Problems*>(&failure))
    throw HttpError(422, "the pipeline cannot be run", problems->problems());
  if (dynamic_cast<const RunManager::QueueFull*>(&failure) != nullptr)
    throw HttpError(503, failure.what(), {}, {{"Retry-After", "10"}});
  if (dynamic_cast<const RunManager::Stopping*>(&failure) != nullptr)
    throw HttpError(503, failure.what(), {}, {{"Retry-After", "5"}});
  switch (failure.code()) {
    case ExitCode::usage:
      throw HttpError(409, failure.what());
    case ExitCode::invalid_pipeline:
    case ExitCode::plugin_unusable:
      throw HttpError(422, failure.what());
    default:
      throw HttpError(503, failure.what());
  }
}

std::string verdictJson(const std::vector<Problem>& mistakes) {
  rapidjson::Document verdict(rapidjson::kObjectType);
  auto& memory = verdict.GetAllocator();
  verdict.AddMember("valid", mistakes.empty(), memory);
  rapidjson::Value errors(rapidjson::kArrayType);
  for (const auto& mistake : mistakes) {
    rapidjson::Value error(rapidjson::kObjectType);
    error.AddMember("pointer", rapidjson::Value(mistake.place, memory), memory);
    error.AddMember("line", mistake.line, memory);
    error.AddMember("column", mistake.column, memory);
    error.AddMember("detail", rapidjson::Value(mistake.fact, memory), memory);
    error.AddMember("repair", rapidjson::Value(mistake.repair, memory), memory);
    errors.PushBack(error, memory);
  }
  verdict.AddMember("errors", errors, memory);
  return toJson(verdict);
}

}  // namespace troupe::server
