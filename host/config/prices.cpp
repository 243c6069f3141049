#include "config/prices.hpp"

#include <algorithm>
#include <set>
#include <stdexcept>
#include <tuple>
#include <utility>

#include "config/json_text.hpp"
#include "config/json_value.hpp"
#include "config/report.hpp"
#include "config/text_file.hpp"
#include "support/json_schema.hpp"
#include "support/json_text.hpp"
#include "support/paths.hpp"

namespace troupe::config {
namespace {

using rapidjson::Value;
namespace fs = std::filesystem;

constexpr std::size_t kMaxFileBytes = std::size_t{4} << 20;

constexpr std::string_view kSchema = R"json({
  "type": "object", "additionalProperties": false, "required": ["models"],
  "properties": {
    "$schema": { "type": "string" },
    "note": { "type": "string" },
    "models": { "type": "array", "maxItems": 10000, "items": { "$ref": "#/definitions/model" } }
  },
  "definitions": {
    "usd": { "type": "number", "minimum": 0, "maximum": 1000000 },
    "tokens": { "type": "integer", "minimum": 1, "maximum": 1000000000000 },
    "name": { "type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[^*]+\\*?$", "x-says": "a model, or the beginning of several with a \"*\" at the end" },
    "model": {
      "type": "object", "additionalProperties": false,
      "required": ["host", "model", "input", "output", "as_of", "source"],
      "properties": {
        "host": { "type": "string", "pattern": "^(\\*\\.)?[A-Za-z0-9._-]+(:[0-9]+)?$", "x-says": "a host such as api.openai.com or *.openai.azure.com" },
        "model": { "anyOf": [ { "$ref": "#/definitions/name" },
                              { "type": "array", "minItems": 1, "items": { "$ref": "#/definitions/name" } } ] },
        "input": { "$ref": "#/definitions/usd" },
        "cached_input": { "$ref": "#/definitions/usd" },
        "output": { "$ref": "#/definitions/usd" },
        "request": { "$ref": "#/definitions/usd" },
        "long": {
          "type": "object", "additionalProperties": false, "required": ["above", "input", "output"],
          "properties": { "above": { "$ref": "#/definitions/tokens" }, "input": { "$ref": "#/definitions/usd" },
                          "cached_input": { "$ref": "#/definitions/usd" }, "output": { "$ref": "#/definitions/usd" } }
        },
        "context": { "$ref": "#/definitions/tokens" },
        "max_output": { "$ref": "#/definitions/tokens" },
        "as_of": { "type": "string", "pattern": "^20[0-9]{2}-[01][0-9]-[0-3][0-9]$", "x-says": "a day such as 2026-11-24" },
        "source": { "type": "string", "minLength": 1 }
      }
    }
  }
})json";

const JsonSchema& schema() {
  static const JsonSchema kCompiled = [] {
    std::vector<Problem> problems;
    auto compiled = JsonSchema::compile(kSchema, problems);
    if (!compiled) throw std::logic_error("the schema of prices: " + problems.at(0).place + ": " + problems.at(0).fact);
    return *compiled;
  }();
  return kCompiled;
}

double number(const Value& object, std::string_view name, double otherwise) {
  const auto* value = member(object, name);
  return value != nullptr ? value->GetDouble() : otherwise;
}

std::optional<std::int64_t> tokens(const Value& object, std::string_view name) {
  const auto* value = member(object, name);
  return value != nullptr ? std::optional(value->GetInt64()) : std::nullopt;
}

Price::Rates ratesOf(const Value& object) {
  const double input = number(object, "input", 0);
  return {money::perToken(input), money::perToken(number(object, "cached_input", input)),
          money::perToken(number(object, "output", 0))};
}

Price priceOf(const Value& object) {
  Price price;
  price.rates = ratesOf(object);
  price.request = money::nanoOf(number(object, "request", 0));
  if (const auto* beyond = member(object, "long")) {
    price.long_above = tokens(*beyond, "above");
    price.long_rates = ratesOf(*beyond);
  }
  price.context = tokens(object, "context");
  price.max_output = tokens(object, "max_output");
  return price;
}

std::vector<std::pair<std::string, std::string>> namesOf(const Value& model, const std::string& pointer) {
  if (model.IsString()) return {{std::string(textOf(model)), pointer}};
  std::vector<std::pair<std::string, std::string>> names;
  for (rapidjson::SizeType i = 0; i < model.Size(); ++i)
    names.emplace_back(textOf(model[i]), pointerTo(pointer, std::to_string(i)));
  return names;
}

bool isHost(const std::string& pattern, std::string_view host) {
  if (!pattern.starts_with("*.")) return pattern == host;
  return host.size() >= pattern.size() && host.ends_with(std::string_view(pattern).substr(1));
}

bool isModel(const std::string& pattern, std::string_view model) {
  return pattern.back() == '*' ? model.starts_with(std::string_view(pattern).substr(0, pattern.size() - 1))
                               : pattern == model;
}

}  // namespace

void Prices::add(const fs::path& file, std::size_t rank) {
  std::vector<Problem> problems;
  const auto refuse = [&](std::vector<Problem> found) {
    throw Problems(ExitCode::invalid_pipeline, file.string(), std::move(found));
  };
  const auto text = readTextFile(file, kMaxFileBytes, problems);
  const auto json = text ? JsonText::parse(*text, problems) : std::nullopt;
  if (!json) return refuse(std::move(problems));
  Report report(*json);
  report.add(schema().check(json->document()));
  if (!report.empty()) return refuse(report.take());

  const auto& models = *member(json->document(), "models");
  std::set<std::pair<std::string, std::string>> known;
  for (rapidjson::SizeType i = 0; i < models.Size(); ++i) {
    const auto host = std::string(textMember(models[i], "host"));
    for (const auto& [model, pointer] :
         namesOf(*member(models[i], "model"), pointerTo("/models", std::to_string(i)) + "/model")) {
      if (!known.emplace(host, model).second)
        report.add(pointer, troupe::quoted(model) + " at " + host + " has two prices", "keep one of them");
      auto price = priceOf(models[i]);
      price.origin = model + " at " + host + ", as of " + std::string(textMember(models[i], "as_of"));
      entries_.push_back({host, model, rank, std::make_shared<const Price>(std::move(price))});
    }
  }
  if (!report.empty()) refuse(report.take());
}

std::shared_ptr<const Prices> Prices::load(const std::vector<fs::path>& files) {
  const auto prices = std::make_shared<Prices>();
  for (std::size_t i = 0; i < files.size(); ++i) prices->add(files[i], i);
  return prices;
}

std::vector<fs::path> Prices::standardFiles(const fs::path& folder) {
  std::error_code ignored;
  std::vector<fs::path> files;
  if (auto own = paths::config() / "prices.json"; fs::exists(own, ignored)) files.push_back(std::move(own));
  if (auto beside = folder / "prices.json"; !folder.empty() && fs::exists(beside, ignored))
    files.push_back(std::move(beside));
  else if (auto installed = paths::bundledData() / "prices.json"; fs::exists(installed, ignored))
    files.push_back(std::move(installed));
  return files;
}

const Price* Prices::find(std::string_view host, std::string_view model) const {
  const Entry* best = nullptr;
  const auto rank = [](const Entry& entry) {  // The smaller, the better.
    return std::tuple(entry.file, entry.model.back() == '*', -static_cast<std::int64_t>(entry.model.size()),
                      -static_cast<std::int64_t>(entry.host.size()));
  };
  for (const auto& entry : entries_)
    if (isHost(entry.host, host) && isModel(entry.model, model) && (best == nullptr || rank(entry) < rank(*best)))
      best = &entry;
  return best != nullptr ? best->price.get() : nullptr;
}

std::vector<std::string> Prices::modelsOf(std::string_view host) const {
  std::set<std::string> models;
  for (const auto& entry : entries_)
    if (isHost(entry.host, host)) models.insert(entry.model);
  return {models.begin(), models.end()};
}

}  // namespace troupe::config
