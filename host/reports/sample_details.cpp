#include "reports/sample_details.hpp"

#include <utility>

#include "pipeline/outcome.hpp"
#include "reports/cost_json.hpp"
#include "reports/sample_json.hpp"

namespace troupe::reports {
namespace {

using rapidjson::Value;

bool isJudge(const std::string& plugin) {
  return plugin.find(".judge") != std::string::npos || plugin.find(".panel") != std::string::npos;
}

void addPlugins(const journal::Journal& journal, SampleDetails& details) {
  const auto add = [&](const std::string& node, journal::PluginKey key) {
    if (key == 0 || details.plugins.count(node) > 0) return;
    if (const auto row = journal.plugin(key)) details.plugins.emplace(node, *row);
  };
  const auto& record = details.record;
  add("(prompts)", record.source_plugin);
  for (const auto& call : record.calls) add(call.node, call.plugin);
  for (const auto& call : record.model_calls) add(call.node, call.plugin);
  for (const auto& score : record.scores) add(score.scorer, score.plugin);
  add("(vote)", record.selector_plugin);
  for (const auto& verdict : record.verdicts) add(verdict.node, verdict.plugin);
  for (const auto& hold : record.holds) add(hold.node, hold.plugin);
  for (const auto& save : record.saves) add(save.node, save.plugin);
}

}  // namespace

std::optional<SampleDetails> sampleDetails(const journal::Journal& journal, const journal::Run& run,
                                           std::int64_t index) {
  auto record = journal.sample(run.key, index);
  if (!record) return std::nullopt;
  SampleDetails details;
  details.run = run;
  details.record = std::move(*record);
  details.sample = sampleJson(run, details.record);
  addPlugins(journal, details);
  for (const auto& score : details.record.scores) {
    if (score.node != details.record.winner || !score.value) continue;
    details.scorers.insert(score.scorer);
    const auto plugin = details.plugins.find(score.scorer);
    if (plugin != details.plugins.end() && isJudge(plugin->second.id)) details.judges.insert(score.scorer);
  }
  return details;
}

rapidjson::Document detailsJson(SampleDetails details) {
  auto document = std::move(details.sample);
  auto& allocator = document.GetAllocator();
  const auto text = [&](const std::string& value) { return Value(value, allocator); };
  Value attempts(rapidjson::kArrayType);
  for (const auto& row : details.record.attempts) {
    Value attempt(rapidjson::kObjectType);
    attempt.AddMember("node", text(row.node), allocator);
    attempt.AddMember("attempt", row.attempt, allocator);
    attempt.AddMember("code", text(std::string(pipeline::codeName(row.code))), allocator);
    attempt.AddMember("message", text(row.message), allocator);
    attempt.AddMember("latency_ms", row.latency_ms, allocator);
    attempts.PushBack(attempt, allocator);
  }
  document.AddMember("attempts", attempts, allocator);
  if (!details.record.charges.empty() || !details.record.reservations.empty())
    document.AddMember("charges", chargesJson(details.record, allocator), allocator);
  Value asked(rapidjson::kArrayType);
  for (const auto& row : details.record.model_calls) {
    Value call(rapidjson::kObjectType);
    call.AddMember("caller", text(row.caller), allocator);
    call.AddMember("about", row.about.empty() ? Value() : text(row.about), allocator);
    call.AddMember("node", text(row.node), allocator);
    call.AddMember("role", text(row.role), allocator);
    call.AddMember("attempts", row.attempts, allocator);
    call.AddMember("latency_ms", row.latency_ms, allocator);
    if (row.ok) {
      call.AddMember("answer", parsed(row.answer, allocator), allocator);
    } else {
      call.AddMember("code", text(std::string(pipeline::codeName(row.code))), allocator);
      call.AddMember("message", text(row.message), allocator);
    }
    asked.PushBack(call, allocator);
  }
  document.AddMember("model_calls", asked, allocator);
  Value from(rapidjson::kObjectType);
  Value scorers(rapidjson::kArrayType);
  Value judges(rapidjson::kArrayType);
  for (const auto& name : details.scorers) scorers.PushBack(text(name), allocator);
  for (const auto& name : details.judges) judges.PushBack(text(name), allocator);
  from.AddMember("scorers", scorers, allocator);
  from.AddMember("judges", judges, allocator);
  from.AddMember("text_signals_only", !details.scorers.empty() && details.judges.empty(), allocator);
  document.AddMember("quality_from", from, allocator);
  Value plugins(rapidjson::kObjectType);
  for (const auto& [node, row] : details.plugins) {
    Value plugin(rapidjson::kObjectType);
    plugin.AddMember("id", text(row.id), allocator);
    plugin.AddMember("version", text(row.version), allocator);
    plugin.AddMember("sha256", text(row.sha256), allocator);
    plugins.AddMember(text(node), plugin, allocator);
  }
  document.AddMember("plugins", plugins, allocator);
  return document;
}

}  // namespace troupe::reports
