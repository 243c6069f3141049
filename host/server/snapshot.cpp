#include "server/snapshot.hpp"

#include <rapidjson/document.h>

#include <algorithm>
#include <troupe/troupe.hpp>
#include <vector>

#include "support/unix_time.hpp"

namespace troupe::server {
namespace {

constexpr std::size_t kRecent = 10;
constexpr std::size_t kHeld = 1000;

double secondsOf(const std::string& progress, const journal::Run& run) {
  rapidjson::Document document;
  document.Parse(progress.data(), progress.size());
  const double told = document.HasParseError() || !document.IsObject() ? 0 : Object(document).number("elapsed_s", 0.0);
  return std::max(told, static_cast<double>(run.active_ms) / 1000.0);
}

// The members of runSummary() into an object that is open.
void writeSummary(JsonWriter& json, const RunManager& manager, const journal::Run& run) {
  const auto progress = manager.progress(run);
  json.member("id", run.id)
      .member("state", manager.state(run))
      .member("reason", run.reason)
      .member("pipeline", run.pipeline_name);
  json.member("file", run.file).member("user_id", run.user_id);
  json.member("samples", run.samples).member("in_flight", run.in_flight).member("seed", run.seed);
  json.member("created_at", run.created_at).key("ended_at");
  run.ended_at > 0 ? json.value(run.ended_at) : json.null();
  json.member("active_s", secondsOf(progress, run)).member("repeated", run.repeated).key("ahead");
  const auto ahead = manager.ahead(run.key);
  ahead ? json.value(static_cast<std::int64_t>(*ahead)) : json.null();
  json.key("progress").raw(progress);
  if (!run.result_json.empty()) json.key("result").raw(run.result_json);
}

void writeHeld(JsonWriter& json, const journal::SampleHeld& held) {
  json.beginObject().member("index", held.index).member("filter", held.node).key("until");
  held.until ? json.value(*held.until) : json.null();
  json.member("pass_by_default", held.pass_by_default).member("why", held.why).endObject();
}

void writeRun(JsonWriter& json, const RunManager& manager, const journal::Journal& journal, const journal::Run& run,
              std::int64_t head) {
  json.beginObject();
  writeSummary(json, manager, run);
  json.key("stats").raw(manager.stats(run)).key("recent").beginArray();
  auto recent = journal.eventsBefore(run.key, "sample", head + 1, kRecent);
  std::reverse(recent.begin(), recent.end());
  for (const auto& event : recent) json.raw(event.json);
  json.endArray().key("held").beginArray();
  for (const auto& held : journal.undecided(run.key, kHeld)) writeHeld(json, held);
  json.endArray().endObject();
}

}  // namespace

std::string runSummary(const RunManager& manager, const journal::Journal&, const journal::Run& run) {
  JsonWriter json;
  json.beginObject();
  writeSummary(json, manager, run);
  json.endObject();
  return std::string(json.text());
}

std::string snapshotEvent(const RunManager& manager, const journal::Journal& journal,
                          const std::optional<journal::Run>& run) {
  const auto head = journal.head();  // First: what comes meanwhile is told again rather than missed.
  std::vector<journal::Run> runs;
  if (run) {
    if (auto now = journal.run(run->key)) runs.push_back(std::move(*now));
  } else {
    runs = manager.current();
    if (auto ended = journal.lastEnded()) {
      const auto same = [&](const auto& other) { return other.key == ended->key; };
      if (std::none_of(runs.begin(), runs.end(), same)) runs.push_back(std::move(*ended));
    }
  }
  JsonWriter json;
  json.beginObject().member("type", "snapshot").member("at", unixMs());
  if (run) json.member("run", run->id);
  json.member("head", head).key("runs").beginArray();
  for (const auto& one : runs) writeRun(json, manager, journal, one, head);
  json.endArray().endObject();
  return std::string(json.text());
}

}  // namespace troupe::server
