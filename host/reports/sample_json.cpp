#include "reports/sample_json.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <string>
#include <vector>

#include "journal/holds.hpp"
#include "pipeline/outcome.hpp"
#include "support/json_text.hpp"

namespace troupe::reports {
namespace {

using rapidjson::Document;
using rapidjson::Value;
using Allocator = Document::AllocatorType;

Value textValue(std::string_view text, Allocator& allocator) {
  return {text.data(), static_cast<rapidjson::SizeType>(text.size()), allocator};
}

Value nameValue(std::string_view key) { return Value(rapidjson::StringRef(key.data(), key.size())); }

// Members that may be changed or moved away. RapidJSON's iterators of such members compare ambiguously in C++20.
template <typename Use>
void eachMember(Value& object, Use use) {
  for (rapidjson::SizeType i = 0; i < object.MemberCount(); ++i) use(*(object.MemberBegin() + i));
}

// Qualities by node as the decision has them; null when there was none.
Value qualityOf(const Value& decision, const journal::SampleRecord& record, std::string_view node) {
  if (const auto* qualities = memberAt(decision, "qualities")) {
    const auto* quality = memberAt(*qualities, node);
    return quality != nullptr && quality->IsNumber() ? Value(quality->GetDouble()) : Value();
  }
  return record.ok && record.winner == node ? Value(record.quality) : Value();
}

// Calls that answered a scorer are no candidates: the decision names those that are.
bool isCandidate(const Value& decision, std::string_view node) {
  const auto* qualities = memberAt(decision, "qualities");
  return qualities == nullptr || memberAt(*qualities, node) != nullptr;
}

Value candidates(const journal::SampleRecord& record, const Value& decision, Allocator& allocator) {
  Value list(rapidjson::kArrayType);
  for (const auto& call : record.calls) {
    if (!call.ok || !isCandidate(decision, call.node)) continue;
    auto candidate = parsed(call.answer, allocator);
    if (!candidate.IsObject()) continue;
    Value scores(rapidjson::kArrayType);
    for (const auto& score : record.scores) {
      if (score.node == call.node) scores.PushBack(parsed(score.json, allocator), allocator);
    }
    candidate.AddMember("quality", qualityOf(decision, record, call.node), allocator);
    candidate.AddMember("scores", scores, allocator);
    list.PushBack(candidate, allocator);
  }
  return list;
}

Value failures(const journal::SampleRecord& record, Allocator& allocator) {
  Value list(rapidjson::kArrayType);
  for (const auto& call : record.calls) {
    if (call.ok) continue;
    Value failure(rapidjson::kObjectType);
    failure.AddMember("node", textValue(call.node, allocator), allocator);
    failure.AddMember("code", textValue(pipeline::codeName(call.code), allocator), allocator);
    failure.AddMember("message", textValue(call.message, allocator), allocator);
    failure.AddMember("attempts", call.attempts, allocator);
    list.PushBack(failure, allocator);
  }
  return list;
}

// What a person decided stands above what the filter would have done.
Value verdicts(const journal::SampleRecord& record, Allocator& allocator) {
  Value list(rapidjson::kArrayType);
  const auto add = [&](const std::string& node, bool pass, const std::string& reason) {
    Value verdict(rapidjson::kObjectType);
    verdict.AddMember("node", textValue(node, allocator), allocator);
    verdict.AddMember("pass", pass, allocator);
    verdict.AddMember("reason", textValue(reason, allocator), allocator);
    list.PushBack(verdict, allocator);
  };
  const auto decided = [&](const std::string& node) {
    return std::any_of(record.decisions.begin(), record.decisions.end(),
                       [&](const auto& decision) { return decision.node == node; });
  };
  for (const auto& verdict : record.verdicts) {
    if (!decided(verdict.node)) add(verdict.node, verdict.pass, verdict.reason);
  }
  for (const auto& decision : record.decisions) add(decision.node, decision.pass, "decided by " + decision.by);
  return list;
}

Value saves(const journal::SampleRecord& record, Allocator& allocator) {
  Value list(rapidjson::kArrayType);
  for (const auto& save : record.saves) {
    Value saved(rapidjson::kObjectType);
    saved.AddMember("node", textValue(save.node, allocator), allocator);
    auto emitted = parsed(save.json, allocator);
    if (emitted.IsObject()) {
      eachMember(emitted, [&](auto& member) { saved.AddMember(member.name, member.value, allocator); });
    }
    list.PushBack(saved, allocator);
  }
  return list;
}

void erase(Value& object, std::initializer_list<const char*> keys) {
  if (!object.IsObject()) return;
  for (const char* key : keys) object.RemoveMember(key);
}

void sortKeys(Value& value) {
  if (value.IsArray()) {
    for (auto& item : value.GetArray()) sortKeys(item);
  } else if (value.IsObject()) {
    std::sort(value.MemberBegin(), value.MemberEnd(), [](const auto& a, const auto& b) {
      return std::string_view(a.name.GetString(), a.name.GetStringLength()) <
             std::string_view(b.name.GetString(), b.name.GetStringLength());
    });
    eachMember(value, [](auto& member) { sortKeys(member.value); });
  } else if (value.IsDouble()) {
    // 8.0 and 8 are the same number: written as 8, as long as that is exact.
    constexpr double kExact = 9007199254740992.0;
    const double number = value.GetDouble();
    if (number == std::floor(number) && std::abs(number) < kExact) value.SetInt64(static_cast<std::int64_t>(number));
  }
}

}  // namespace

Value parsed(const std::string& json, Allocator& allocator) {
  std::vector<Problem> ignored;
  const auto document = parseJson(json, ignored);
  return document ? Value(static_cast<const Value&>(*document), allocator) : Value();
}

const Value* memberAt(const Value& object, std::string_view key) {
  if (!object.IsObject()) return nullptr;
  const auto found = object.FindMember(nameValue(key));
  return found != object.MemberEnd() ? &found->value : nullptr;
}

std::string textAt(const Value& object, std::string_view key) {
  const auto* value = memberAt(object, key);
  return value != nullptr && value->IsString() ? std::string(value->GetString(), value->GetStringLength()) : "";
}

const Value* candidateAt(const Value& sample, std::string_view id) {
  const auto* list = memberAt(sample, "candidates");
  if (list == nullptr || !list->IsArray()) return nullptr;
  for (const auto& candidate : list->GetArray()) {
    if (textAt(candidate, "id") == id) return &candidate;
  }
  return nullptr;
}

std::vector<journal::SampleHeld> openHolds(const journal::SampleRecord& record) {
  const auto names = journal::holders(record);
  std::vector<journal::SampleHeld> open;
  std::copy_if(record.holds.begin(), record.holds.end(), std::back_inserter(open),
               [&](const auto& hold) { return std::find(names.begin(), names.end(), hold.node) != names.end(); });
  return open;
}

Document sampleJson(const journal::Run& run, const journal::SampleRecord& record) {
  Document sample(rapidjson::kObjectType);
  auto& allocator = sample.GetAllocator();
  auto decision = parsed(record.decision, allocator);
  sample.AddMember("run", textValue(run.id, allocator), allocator);
  sample.AddMember("index", record.index, allocator);
  sample.AddMember("seed", record.seed, allocator);
  sample.AddMember("prompt", parsed(record.prompt, allocator), allocator);
  sample.AddMember("candidates", candidates(record, decision, allocator), allocator);
  sample.AddMember("quality", record.ok ? Value(record.quality) : Value(), allocator);
  if (decision.IsObject()) {
    eachMember(decision, [&](auto& member) {
      const std::string_view key(member.name.GetString(), member.name.GetStringLength());
      if (key == "qualities" || sample.HasMember(member.name)) return;
      sample.AddMember(member.name, member.value, allocator);
    });
  }
  if (!sample.HasMember("winner")) sample.AddMember("winner", Value(), allocator);
  sample.AddMember("ok", record.ok, allocator);
  if (!record.ok) sample.AddMember("error", textValue(record.reason, allocator), allocator);
  sample.AddMember("failures", failures(record, allocator), allocator);
  sample.AddMember("verdicts", verdicts(record, allocator), allocator);
  sample.AddMember("saved", saves(record, allocator), allocator);
  return sample;
}

std::string canonicalJson(const Document& sample) {
  Document canonical;
  canonical.CopyFrom(sample, canonical.GetAllocator());
  erase(canonical, {"run"});
  for (auto& candidate : canonical["candidates"].GetArray()) {
    erase(candidate, {"latency_ms", "attempts", "cost"});
    for (auto& score : candidate["scores"].GetArray()) erase(score, {"latency_ms", "attempts", "cost"});
  }
  for (auto& failure : canonical["failures"].GetArray()) erase(failure, {"message", "attempts"});
  Value nodes(rapidjson::kArrayType);
  for (auto& saved : canonical["saved"].GetArray()) nodes.PushBack(saved["node"], canonical.GetAllocator());
  canonical["saved"] = nodes;
  sortKeys(canonical);
  return toJson(canonical);
}

}  // namespace troupe::reports
