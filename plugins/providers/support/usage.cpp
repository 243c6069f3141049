#include "usage.hpp"

namespace troupe::openai {
namespace {

std::optional<std::int64_t> tokens(const Json* value) {
  if (value == nullptr || !value->IsInt64() || value->GetInt64() < 0) return std::nullopt;
  return value->GetInt64();
}

void write(JsonWriter& json, const char* name, const std::optional<std::int64_t>& count) {
  if (count) json.member(name, *count);
}

}  // namespace

Usage readUsage(const Json* json) {
  Usage usage;
  usage.input = tokens(member(json, "prompt_tokens"));
  usage.output = tokens(member(json, "completion_tokens"));
  usage.cached = tokens(member(member(json, "prompt_tokens_details"), "cached_tokens"));
  usage.reasoning = tokens(member(member(json, "completion_tokens_details"), "reasoning_tokens"));
  const auto* cost = member(json, "cost");
  if (cost != nullptr && cost->IsNumber() && cost->GetDouble() >= 0) usage.usd = cost->GetDouble();
  return usage;
}

void writeUsage(JsonWriter& candidate, const Usage& usage) {
  candidate.key("usage").beginObject();
  write(candidate, "input", usage.input);
  write(candidate, "output", usage.output);
  write(candidate, "cached", usage.cached);
  write(candidate, "reasoning", usage.reasoning);
  candidate.endObject();
  if (usage.usd) candidate.key("cost").beginObject().member("usd", *usage.usd).member("source", "reported").endObject();
}

}  // namespace troupe::openai
