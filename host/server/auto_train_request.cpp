#include "server/auto_train_request.hpp"

#include "config/genres.hpp"
#include "config/json_text.hpp"
#include "config/json_value.hpp"
#include "config/text_file.hpp"
#include "server/api_support.hpp"
#include "support/json_text.hpp"

namespace troupe::server {
namespace {

using config::Override;
using rapidjson::Value;

constexpr const char* kMemoryStore = "troupe.store.memory";
constexpr const char* kDatabaseStore = "troupe.store.sqlite";

const JsonSchema& schema() {
  static const auto kSchema = compiled(R"({
    "type": "object", "required": ["user_id"],
    "properties": {
      "user_id": {"type": "string", "minLength": 1, "maxLength": 200},
      "num_examples": {"type": "integer", "minimum": 1, "maximum": 100000},
      "genres": {"type": ["array", "null"], "maxItems": 1000, "items": {"type": "string", "minLength": 1, "maxLength": 200}},
      "store_in_memory": {"type": "boolean"},
      "save_to_database": {"type": "boolean"}
    }})");
  return kSchema;
}

// The nodes of a type, also those that are switched off.
std::vector<std::string> nodesOf(const std::string& text, std::string_view type) {
  std::vector<Problem> problems;
  const auto json = config::JsonText::parse(text, problems);
  std::vector<std::string> names;
  const auto* nodes = json ? config::member(json->document(), "nodes") : nullptr;
  if (nodes != nullptr && nodes->IsObject())
    for (const auto& node : nodes->GetObject())
      if (config::textMember(node.value, "type") == type) names.emplace_back(config::textOf(node.name));
  return names;
}

void switchStores(const std::string& text, const char* type, bool on, const char* flag,
                  std::vector<Override>& overrides) {
  const auto nodes = nodesOf(text, type);
  if (on && nodes.empty())
    throw HttpError(422, "this server cannot do that",
                    {{"/" + std::string(flag), 0, 0,
                      "the pipeline of this server has no node of type " + std::string(type), "send false"}});
  for (const auto& node : nodes) overrides.push_back({pointerTo("/nodes", node) + "/enabled", on ? "true" : "false"});
}

}  // namespace

AutoTrainRequest AutoTrainRequest::read(Exchange& exchange) {
  const auto body = bodyObject(exchange, schema());
  const Value& members = body;
  AutoTrainRequest request;
  request.user_id = config::textMember(members, "user_id");
  if (const auto* count = config::member(members, "num_examples"))
    request.num_examples =
        count->IsInt64() ? count->GetInt64() : static_cast<std::int64_t>(count->GetDouble());  // 50.0 is an integer too
  if (const auto* genres = config::member(members, "genres"); genres != nullptr && genres->IsArray())
    for (const auto& genre : genres->GetArray()) request.genres.emplace_back(config::textOf(genre));
  const auto flag = [&](const char* name) {
    const auto* value = config::member(members, name);
    return value != nullptr && value->GetBool();
  };
  request.store_in_memory = flag("store_in_memory");
  request.save_to_database = flag("save_to_database");
  return request;
}

RunManager::Order AutoTrainRequest::order(const ServerConfig& config, const loader::TypeLookup& types) const {
  if (config.auto_train.empty())
    throw HttpError(404, "this server trains nothing; name a pipeline in auto_train.pipeline of its configuration");
  std::vector<Problem> problems;
  const auto text = config::readTextFile(config.auto_train, config::kMaxBytes, problems);
  if (!text) throw Problems(ExitCode::invalid_pipeline, config.auto_train.filename().string(), std::move(problems));

  RunManager::Order order;
  order.pipeline_text = *text;
  order.file = config.auto_train.string();
  order.user_id = user_id;
  order.check.base = config.data;
  auto& overrides = order.check.overrides;
  overrides.push_back({"/run/samples", std::to_string(num_examples)});
  switchStores(*text, kMemoryStore, store_in_memory, "store_in_memory", overrides);
  switchStores(*text, kDatabaseStore, save_to_database, "save_to_database", overrides);
  if (save_to_database)
    for (const auto& node : nodesOf(*text, kDatabaseStore))
      overrides.push_back({pointerTo("/nodes", node) + "/options/user_id",
                           toJson(Value(rapidjson::StringRef(user_id.data(), user_id.size())))});
  if (!genres.empty()) {
    auto check = order.check;
    check.environment = false;
    const auto more = config::genreOverrides(config::checkPipeline(*text, order.file, types, check), genres);
    if (more.empty())
      throw HttpError(
          422, "this server cannot do that",
          {{"/genres", 0, 0, "no prompt source of its pipeline has the option \"genres\"", "leave it out"}});
    overrides.insert(overrides.end(), more.begin(), more.end());
  }
  return order;
}

}  // namespace troupe::server
