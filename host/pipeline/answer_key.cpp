// What answers are kept by, and how they come back. The file is answer_cache.cpp's.
#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <initializer_list>

#include "config/canonical_json.hpp"
#include "pipeline/answer_cache.hpp"
#include "support/sha256.hpp"

namespace troupe::pipeline {
namespace {

using rapidjson::Value;

rapidjson::Document read(std::string_view json) {
  rapidjson::Document document;
  document.Parse<rapidjson::kParseFullPrecisionFlag | rapidjson::kParseIterativeFlag>(json.data(), json.size());
  return document;
}

void drop(Value& object, std::initializer_list<const char*> names) {
  if (!object.IsObject()) return;
  for (const auto* name : names)
    while (object.EraseMember(name)) {
    }
}

}  // namespace

std::string providerKey(const std::string& type, const std::string& version, const std::string& sha256,
                        const std::string& options) {
  return type + '\n' + version + '\n' + sha256 + '\n' + config::canonicalJson(read(options));
}

std::string requestKey(const loader::NodeType& type, std::string_view provider, std::string_view input) {
  auto request = read(input);
  drop(request, {"sample"});
  for (const auto& port : type.in) {
    if (!request.IsObject() || !request.HasMember(port.name.c_str())) continue;
    auto& value = request[port.name.c_str()];
    if (port.type == "troupe:prompt/1") drop(value, {"id", "index"});
    if (port.type == "troupe:candidate/1") drop(value, {"id", "latency_ms", "attempts", "cost", "cached"});
  }
  return sha256(std::string(provider) + '\n' + config::canonicalJson(request));
}

std::string cachedEmission(std::string_view emitted) {
  auto answer = read(emitted);
  if (!answer.IsObject()) return std::string(emitted);  // Which is refused, and asked for anew.
  drop(answer, {"cached", "cost"});
  auto& allocator = answer.GetAllocator();
  Value cost(rapidjson::kObjectType);
  cost.AddMember("usd", 0, allocator).AddMember("source", "reported", allocator);
  answer.AddMember("cached", true, allocator).AddMember("cost", cost, allocator);
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  answer.Accept(writer);
  return {buffer.GetString(), buffer.GetSize()};
}

bool isWholeAnswer(std::string_view emitted) {
  const auto answer = read(emitted);
  if (!answer.IsObject()) return false;
  const auto finish = answer.FindMember("finish");
  return finish == answer.MemberEnd() || finish->value.IsNull() || finish->value == "stop";
}

}  // namespace troupe::pipeline
