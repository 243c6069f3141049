#include "reports/dataset_statistics.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "reports/sample_json.hpp"

namespace troupe::reports {
namespace {

using rapidjson::Value;

std::int64_t tokensAt(const Value& usage, std::string_view key) {
  const auto* tokens = memberAt(usage, key);
  return tokens != nullptr && tokens->IsNumber() ? static_cast<std::int64_t>(tokens->GetDouble()) : -1;
}

journal::PluginKey pluginOf(const journal::SampleRecord& record, const std::string& node) {
  const auto call = std::find_if(record.calls.begin(), record.calls.end(),
                                 [&](const auto& one) { return one.ok && one.node == node; });
  return call != record.calls.end() ? call->plugin : 0;
}

/// Sources, providers, scorers, the selector, filters and stores.
std::set<journal::PluginKey> pluginsOf(const journal::SampleRecord& record) {
  std::set<journal::PluginKey> plugins = {record.source_plugin, record.selector_plugin};
  const auto add = [&](const auto& rows) {
    for (const auto& row : rows) plugins.insert(row.plugin);
  };
  add(record.calls);
  add(record.scores);
  add(record.verdicts);
  add(record.holds);
  add(record.saves);
  plugins.erase(0);
  return plugins;
}

}  // namespace

double Distribution::least() const { return *std::min_element(values_.begin(), values_.end()); }

double Distribution::greatest() const { return *std::max_element(values_.begin(), values_.end()); }

double Distribution::mean() const {
  return std::accumulate(values_.begin(), values_.end(), 0.0) / static_cast<double>(values_.size());
}

double Distribution::median() const {
  auto sorted = values_;
  std::sort(sorted.begin(), sorted.end());
  const auto middle = sorted.size() / 2;
  return sorted.size() % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

std::array<std::int64_t, 10> Distribution::buckets() const {
  std::array<std::int64_t, 10> counts{};
  for (const auto value : values_) ++counts.at(static_cast<std::size_t>(std::clamp(std::floor(value), 0.0, 9.0)));
  return counts;
}

void DatasetStatistics::settled(const journal::SampleRecord& record) {
  for (const auto& call : record.calls) {
    if (!call.ok) continue;
    rapidjson::Document memory;
    const auto answer = parsed(call.answer, memory.GetAllocator());
    auto& of = usage[call.node];
    ++of.calls;
    const auto* tokens = memberAt(answer, "usage");
    const auto input = tokens != nullptr ? tokensAt(*tokens, "input") : -1;
    const auto output = tokens != nullptr ? tokensAt(*tokens, "output") : -1;
    if (input >= 0 && output >= 0) {
      ++of.counted;
      of.input += input;
      of.output += output;
    }
    const auto* cost = memberAt(answer, "cost");
    const auto* usd = cost != nullptr ? memberAt(*cost, "usd") : nullptr;
    if (usd == nullptr || !usd->IsNumber() || textAt(*cost, "source") == "unknown") continue;
    ++of.priced;
    of.usd += usd->GetDouble();
  }
}

void DatasetStatistics::used(const journal::SampleRecord& record, const std::vector<DatasetRow>& rows) {
  if (rows.empty()) return;
  for (const auto plugin : pluginsOf(record)) ++plugins[plugin];
  const auto rowsOfModel = [&](const Value& candidate) -> ModelRows& {
    const auto node = textAt(candidate, "node");
    return models[{textAt(candidate, "model"), node, pluginOf(record, node)}];
  };
  for (const auto& row : rows) {
    ++genres[record.genre];
    ++rowsOfModel(*row.answer).learnt;
    quality.add(row.quality);
    if (row.label) ++good;
    if (textAt(*row.answer, "finish") == "length") ++truncated;
    if (row.rejected == nullptr) continue;
    ++rowsOfModel(*row.rejected).rejected;
    margin.add(row.margin());
  }
}

}  // namespace troupe::reports
