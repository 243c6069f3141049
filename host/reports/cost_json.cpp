#include "reports/cost_json.hpp"

#include <algorithm>
#include <cmath>

#include "pipeline/outcome.hpp"
#include "reports/sample_json.hpp"

namespace troupe::reports {
namespace {

using rapidjson::Value;
using Allocator = rapidjson::Document::AllocatorType;

config::BudgetLimits limitsOf(const Value& json) {
  config::BudgetLimits limits;
  if (const auto* usd = memberAt(json, "usd"); usd != nullptr && usd->IsNumber())
    limits.usd = money::nanoOf(usd->GetDouble());
  if (const auto* tokens = memberAt(json, "tokens"); tokens != nullptr && tokens->IsInt64())
    limits.tokens = tokens->GetInt64();
  if (const auto* calls = memberAt(json, "calls"); calls != nullptr && calls->IsInt64())
    limits.calls = calls->GetInt64();
  return limits;
}

config::Budget budgetOf(const journal::Run& run) {
  config::Budget budget;
  rapidjson::Document owner;
  const auto pipeline = parsed(run.pipeline_effective, owner.GetAllocator());
  const auto* json = memberAt(pipeline, "budget");
  if (json == nullptr || !json->IsObject()) return budget;
  budget.run = limitsOf(*json);
  if (const auto* nodes = memberAt(*json, "per_provider"); nodes != nullptr && nodes->IsObject())
    for (const auto& entry : nodes->GetObject()) budget.nodes.emplace(entry.name.GetString(), limitsOf(entry.value));
  return budget;
}

void add(Value& object, const char* name, std::int64_t value, Allocator& allocator) {
  object.AddMember(rapidjson::StringRef(name), Value(value), allocator);
}
void addUsd(Value& object, const char* name, money::Nano value, Allocator& allocator) {
  object.AddMember(rapidjson::StringRef(name), Value(money::usdOf(value)), allocator);
}

void addSpending(Value& object, const journal::Spending& spent, const config::BudgetLimits& limits,
                 Allocator& allocator) {
  addUsd(object, "usd", spent.nano_usd - spent.open_nano_usd, allocator);
  addUsd(object, "reserved_usd", spent.open_nano_usd, allocator);
  addUsd(object, "estimated_usd", spent.estimated_nano_usd - spent.open_nano_usd, allocator);
  add(object, "tokens", spent.tokens, allocator);
  add(object, "calls", spent.calls, allocator);
  add(object, "unknown_calls", spent.unknown, allocator);
  if (limits.usd) addUsd(object, "limit_usd", *limits.usd, allocator);
  if (limits.tokens) add(object, "limit_tokens", *limits.tokens, allocator);
  if (limits.calls) add(object, "limit_calls", *limits.calls, allocator);
}

}  // namespace

RunCost costOf(const journal::Journal& journal, const journal::Run& run, std::int64_t settled) {
  RunCost cost;
  cost.providers = journal.spending(run.key);
  cost.budget = budgetOf(run);
  for (const auto& one : cost.providers) {
    cost.all.calls += one.calls;
    cost.all.tokens += one.tokens;
    cost.all.nano_usd += one.nano_usd;
    cost.all.estimated_nano_usd += one.estimated_nano_usd;
    cost.all.unknown += one.unknown;
    cost.all.open += one.open;
    cost.all.open_nano_usd += one.open_nano_usd;
  }
  if (settled > 0)
    cost.projected = money::nanoOf(money::usdOf(cost.all.nano_usd - cost.all.open_nano_usd) /
                                   static_cast<double>(settled) * static_cast<double>(std::max(settled, run.samples)));
  return cost;
}

Value costJson(const RunCost& cost, Allocator& allocator) {
  if (cost.providers.empty() && !cost.budget.any()) return Value();
  Value object(rapidjson::kObjectType);
  addSpending(object, cost.all, cost.budget.run, allocator);
  addUsd(object, "projected_usd", cost.projected, allocator);
  Value providers(rapidjson::kArrayType);
  for (const auto& one : cost.providers) {
    Value provider(rapidjson::kObjectType);
    provider.AddMember("node", Value(one.node, allocator), allocator);
    const auto own = cost.budget.nodes.find(one.node);
    addSpending(provider, one, own != cost.budget.nodes.end() ? own->second : config::BudgetLimits(), allocator);
    providers.PushBack(provider, allocator);
  }
  object.AddMember("providers", providers, allocator);
  return object;
}

Value chargesJson(const journal::SampleRecord& record, Allocator& allocator) {
  Value list(rapidjson::kArrayType);
  const auto tokens = [&](Value& object, const char* name, const std::optional<std::int64_t>& value) {
    object.AddMember(rapidjson::StringRef(name), value ? Value(*value) : Value(), allocator);
  };
  for (const auto& row : record.charges) {
    Value charge(rapidjson::kObjectType);
    charge.AddMember("node", Value(row.node, allocator), allocator);
    charge.AddMember("attempt", row.attempt, allocator);
    charge.AddMember("code", Value(std::string(pipeline::codeName(row.code)), allocator), allocator);
    addUsd(charge, "usd", row.nano_usd, allocator);
    add(charge, "tokens", row.tokens, allocator);
    tokens(charge, "input", row.input);
    tokens(charge, "cached", row.cached);
    tokens(charge, "output", row.output);
    charge.AddMember("mark", Value(row.mark, allocator), allocator);
    list.PushBack(charge, allocator);
  }
  for (const auto& row : record.reservations) {
    Value charge(rapidjson::kObjectType);
    charge.AddMember("node", Value(row.node, allocator), allocator);
    charge.AddMember("attempt", row.attempt, allocator);
    addUsd(charge, "usd", row.nano_usd, allocator);
    add(charge, "tokens", row.tokens, allocator);
    charge.AddMember("mark", "reserved", allocator);
    list.PushBack(charge, allocator);
  }
  return list;
}

}  // namespace troupe::reports
