#include "reports/run_json.hpp"

#include <algorithm>

#include "reports/sample_json.hpp"

namespace troupe::reports {
namespace {

std::int64_t numberAt(const rapidjson::Value& object, std::string_view key) {
  const auto* value = memberAt(object, key);
  return value != nullptr && value->IsInt64() ? value->GetInt64() : 0;
}

rapidjson::Value meanOrNull(double sum, std::int64_t count) {
  return count > 0 ? rapidjson::Value(sum / static_cast<double>(count)) : rapidjson::Value();
}

}  // namespace

RunCounts countsOf(const journal::Journal& journal, const journal::Run& run) {
  rapidjson::Document owner;
  auto& allocator = owner.GetAllocator();
  rapidjson::Value counts;
  if (!run.result_json.empty()) {
    counts = parsed(run.result_json, allocator);
  } else if (const auto event = journal.lastEvent(run.key, "sample")) {
    auto members = parsed(event->json, allocator);
    if (const auto* progress = memberAt(members, "progress")) counts.CopyFrom(*progress, allocator);
  }
  RunCounts found;
  found.successful = numberAt(counts, "successful");
  found.failed = numberAt(counts, "failed");
  found.saved = numberAt(counts, "stories_saved");
  found.current = found.successful + found.failed;
  return found;
}

std::string shownState(const journal::Run& run, const std::string& writer) {
  return (run.state == "running" || run.state == "queued") && writer.empty() ? "interrupted" : run.state;
}

bool resumable(const journal::Run& run, const std::string& writer) {
  return run.state == "paused" || ((run.state == "running" || run.state == "queued") && writer.empty());
}

rapidjson::Value runJson(const journal::Run& run, const RunCounts& counts, const std::string& state,
                         rapidjson::Document::AllocatorType& allocator) {
  rapidjson::Value object(rapidjson::kObjectType);
  const auto text = [&](const char* key, const std::string& value) {
    object.AddMember(rapidjson::StringRef(key), rapidjson::Value(value, allocator), allocator);
  };
  const auto number = [&](const char* key, std::int64_t value) {
    object.AddMember(rapidjson::StringRef(key), rapidjson::Value(value), allocator);
  };
  text("run", run.id);
  text("state", state);
  text("reason", run.reason);
  text("pipeline", run.pipeline_name);
  text("file", run.file);
  number("created_at", run.created_at);
  number("ended_at", run.ended_at);
  number("active_ms", run.active_ms);
  number("samples", run.samples);
  number("current", counts.current);
  number("successful", counts.successful);
  number("failed", counts.failed);
  number("stories_saved", counts.saved);
  number("in_flight", run.in_flight);
  number("seed", run.seed);
  number("repeated", run.repeated);
  text("user_id", run.user_id);
  return object;
}

std::vector<journal::NodeTotals> modelsOf(const journal::RunTotals& totals) {
  auto nodes = totals.nodes;
  std::sort(nodes.begin(), nodes.end(),
            [](const auto& a, const auto& b) { return a.wins != b.wins ? a.wins > b.wins : a.node < b.node; });
  return nodes;
}

rapidjson::Document runDetails(const journal::Run& run, const journal::RunTotals& totals, const std::string& state,
                               const RunCost& cost) {
  rapidjson::Document document(rapidjson::kObjectType);
  auto& allocator = document.GetAllocator();
  const RunCounts counts{totals.settled, totals.successful, totals.failed, totals.saved};
  static_cast<rapidjson::Value&>(document) = runJson(run, counts, state, allocator);
  document.AddMember("started", totals.started, allocator);
  document.AddMember("not_passed", totals.dropped, allocator);
  document.AddMember("overrides", parsed(run.overrides_json, allocator), allocator);
  document.AddMember("pipeline_hash", rapidjson::Value(run.pipeline_hash, allocator), allocator);
  rapidjson::Value list(rapidjson::kArrayType);
  for (const auto& node : modelsOf(totals)) {
    rapidjson::Value model(rapidjson::kObjectType);
    model.AddMember("node", rapidjson::Value(node.node, allocator), allocator);
    model.AddMember("wins", node.wins, allocator);
    model.AddMember("calls", node.calls, allocator);
    model.AddMember("candidates", node.candidates, allocator);
    model.AddMember("failures", node.failures, allocator);
    model.AddMember("retries", std::max<std::int64_t>(0, node.attempts - node.calls), allocator);
    model.AddMember("skipped", node.skipped, allocator);
    model.AddMember("reached", node.reached, allocator);
    model.AddMember("mean_quality", meanOrNull(node.quality_sum, node.scored), allocator);
    model.AddMember("mean_latency_ms", meanOrNull(node.latency_ms_sum, node.candidates), allocator);
    list.PushBack(model, allocator);
  }
  document.AddMember("models", list, allocator);
  rapidjson::Value genres(rapidjson::kObjectType);
  rapidjson::Value coverage(rapidjson::kObjectType);
  for (const auto& [genre, counted] : totals.genres) {
    genres.AddMember(rapidjson::Value(genre, allocator), rapidjson::Value(counted.samples), allocator);
    rapidjson::Value one(rapidjson::kObjectType);
    one.AddMember("samples", counted.samples, allocator);
    one.AddMember("successful", counted.successful, allocator);
    one.AddMember("kept", counted.kept, allocator);
    one.AddMember("saved", counted.saved, allocator);
    one.AddMember("reached", counted.reached, allocator);
    coverage.AddMember(rapidjson::Value(genre, allocator), one, allocator);
  }
  document.AddMember("genres", genres, allocator);
  document.AddMember("coverage", coverage, allocator);
  if (auto json = costJson(cost, allocator); !json.IsNull()) document.AddMember("cost", json, allocator);
  return document;
}

}  // namespace troupe::reports
