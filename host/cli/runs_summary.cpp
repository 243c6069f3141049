#include "cli/runs_summary.hpp"

#include "cli/runs_sample.hpp"

namespace troupe::cli {
namespace {

std::int64_t numberAt(const rapidjson::Value& object, std::string_view key) {
  const auto* value = memberAt(object, key);
  return value != nullptr && value->IsInt64() ? value->GetInt64() : 0;
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

rapidjson::Value runJson(const journal::Run& run, const RunCounts& counts, const std::string& writer,
                         rapidjson::Document::AllocatorType& allocator) {
  rapidjson::Value object(rapidjson::kObjectType);
  const auto text = [&](const char* key, const std::string& value) {
    object.AddMember(rapidjson::StringRef(key), rapidjson::Value(value, allocator), allocator);
  };
  const auto number = [&](const char* key, std::int64_t value) {
    object.AddMember(rapidjson::StringRef(key), rapidjson::Value(value), allocator);
  };
  text("run", run.id);
  text("state", shownState(run, writer));
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
  return object;
}

}  // namespace troupe::cli
