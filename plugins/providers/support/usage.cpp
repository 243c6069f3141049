#include "support/usage.hpp"

namespace troupe::providers {
namespace {

constexpr std::int64_t kMostTokens = std::int64_t{1} << 53;  // More is no count, and sums stay within 64 bits.

void write(JsonWriter& json, const char* name, const std::optional<std::int64_t>& count) {
  if (count) json.member(name, *count);
}

}  // namespace

std::optional<std::int64_t> tokenCount(const Json* value) {
  if (value == nullptr || !value->IsInt64() || value->GetInt64() < 0 || value->GetInt64() > kMostTokens)
    return std::nullopt;
  return value->GetInt64();
}

std::optional<std::int64_t> sum(std::optional<std::int64_t> a, std::optional<std::int64_t> b) {
  if (!a || !b) return a ? a : b;
  return *a + *b;
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

}  // namespace troupe::providers
