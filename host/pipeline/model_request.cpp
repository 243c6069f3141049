#include "pipeline/model_request.hpp"

#include <troupe/troupe.hpp>

#include <cmath>
#include <limits>
#include <vector>

#include "pipeline/values.hpp"
#include "services/model/model_calls.hpp"
#include "support/json_text.hpp"
#include "support/sha256.hpp"

namespace troupe::pipeline {
namespace {

using rapidjson::Value;

constexpr std::size_t kMaxBytes = 16u << 20;
constexpr std::size_t kMaxKeyBytes = 256;
constexpr rapidjson::SizeType kMaxStops = 16;

[[noreturn]] void refuse(const std::string& fact) {
  throw services::ModelFailure(TROUPE_E_PERMANENT_REQUEST, "a request of troupe.model/1: " + fact);
}

std::string_view textOf(const Value& value, const char* name) {
  if (!value.IsString()) refuse("\"" + std::string(name) + "\" is no string");
  return {value.GetString(), value.GetStringLength()};
}

std::int64_t wholeOf(const Value& value, const char* name, std::int64_t least) {
  if (!value.IsInt64() || value.GetInt64() < least)
    refuse("\"" + std::string(name) + "\" is no whole number from " + std::to_string(least));
  return value.GetInt64();
}

// Params in the order of their names, whatever order the request has them in.
struct Params {
  const Value* max_tokens = nullptr;
  const Value* response_schema = nullptr;
  const Value* seed = nullptr;
  const Value* stop = nullptr;
  const Value* temperature = nullptr;

  std::string json() const {
    if (max_tokens == nullptr && response_schema == nullptr && seed == nullptr && stop == nullptr &&
        temperature == nullptr)
      return {};
    JsonWriter out;
    out.beginObject();
    if (max_tokens != nullptr) out.member("max_tokens", wholeOf(*max_tokens, "max_tokens", 1));
    if (response_schema != nullptr) out.member("response_schema", *response_schema);
    if (seed != nullptr) out.member("seed", wholeOf(*seed, "seed", 0));
    if (stop != nullptr) stops(out);
    if (temperature != nullptr) out.member("temperature", temperature->GetDouble());
    out.endObject();
    return std::string(out.text());
  }
  void stops(JsonWriter& out) const {
    out.key("stop").beginArray();
    if (stop->IsString()) {
      out.value(*stop);
    } else {
      for (const auto& one : stop->GetArray()) out.value(textOf(one, "stop"));
    }
    out.endArray();
  }
};

const Value* given(const Value& value) { return value.IsNull() ? nullptr : &value; }

}  // namespace

std::string ModelRequest::hash() const { return sha256(messages + '\n' + params + '\n' + key); }

ModelRequest readModelRequest(std::string_view json) {
  if (json.size() > kMaxBytes) refuse("it has more than " + std::to_string(kMaxBytes) + " bytes");
  std::vector<Problem> problems;
  const auto document = parseJson(json, problems);
  if (!document) refuse("no JSON: " + problems.front().fact);
  if (!document->IsObject()) refuse("no JSON object");
  ModelRequest request;
  Params params;
  const Value* messages = nullptr;
  for (const auto& member : document->GetObject()) {
    const std::string_view name(member.name.GetString(), member.name.GetStringLength());
    const auto& value = member.value;
    if (name == "role") {
      request.role = textOf(value, "role");
    } else if (name == "at") {
      const auto at = wholeOf(value, "at", 0);
      request.at = at > std::numeric_limits<int>::max() ? std::numeric_limits<int>::max() : static_cast<int>(at);
    } else if (name == "messages") {
      messages = &value;
    } else if (name == "key") {
      request.key = textOf(value, "key");
      if (request.key.size() > kMaxKeyBytes) refuse("\"key\" has more than " + std::to_string(kMaxKeyBytes) + " bytes");
    } else if (name == "temperature") {
      if (!value.IsNull() && (!value.IsNumber() || !(value.GetDouble() >= 0) || !std::isfinite(value.GetDouble())))
        refuse("\"temperature\" is no number from 0");
      params.temperature = given(value);
    } else if (name == "max_tokens") {
      params.max_tokens = given(value);
    } else if (name == "seed") {
      params.seed = given(value);
    } else if (name == "stop") {
      if (!value.IsNull() && !value.IsString() && !(value.IsArray() && value.Size() <= kMaxStops))
        refuse("\"stop\" is neither a string nor a list of at most " + std::to_string(kMaxStops));
      params.stop = given(value);
    } else if (name == "response_schema") {
      if (!value.IsNull() && !value.IsObject()) refuse("\"response_schema\" is no object");
      params.response_schema = given(value);
    } else {
      refuse("it has a member " + troupe::quoted(name) + ", which is not known");
    }
  }
  if (request.role.empty()) refuse("\"role\" is missing");
  if (messages == nullptr) refuse("\"messages\" is missing");
  request.messages = toJson(*messages);
  try {
    completePrompt("{\"messages\":" + request.messages + "}", 0, 0);
  } catch (const BadValue& e) {
    refuse(e.what());
  }
  request.params = params.json();
  if (params.response_schema != nullptr) request.schema = toJson(*params.response_schema);
  return request;
}

}  // namespace troupe::pipeline
