#include "server/journaled_progress.hpp"

#include <rapidjson/document.h>

#include <limits>
#include <optional>

#include "pipeline/run_stats.hpp"
#include "support/json_text.hpp"

namespace troupe::server {
namespace {

constexpr std::size_t kNear = 16;  // Events that are looked at before the whole run is searched.

std::optional<std::string> progressOf(const journal::Event& event) {
  if (event.type != "sample" && event.type != "run") return std::nullopt;
  rapidjson::Document document;
  document.Parse(event.json.data(), event.json.size());
  if (document.HasParseError() || !document.IsObject()) return std::nullopt;
  const auto found = document.FindMember("progress");
  if (found == document.MemberEnd()) return std::nullopt;
  return toJson(found->value);
}

}  // namespace

std::string journaledProgress(const journal::Journal& journal, const journal::Run& run) {
  for (const auto& event : journal.eventsBefore(run.key, "", std::numeric_limits<std::int64_t>::max(), kNear))
    if (auto progress = progressOf(event)) return *progress;
  for (const auto* type : {"sample", "run"})
    if (const auto event = journal.lastEvent(run.key, type))
      if (auto progress = progressOf(*event)) return *progress;
  return pipeline::RunStats(run.samples, {}).progress({"waiting", "", 0, std::nullopt});
}

std::string withPhase(const std::string& progress, std::string_view phase, std::string_view waiting_for) {
  rapidjson::Document document;
  document.Parse(progress.data(), progress.size());
  if (document.HasParseError() || !document.IsObject()) return progress;
  const auto set = [&](const char* name, std::string_view text) {
    rapidjson::Value value(text.data(), static_cast<rapidjson::SizeType>(text.size()), document.GetAllocator());
    if (document.HasMember(name)) {
      document[name] = value;
    } else {
      document.AddMember(rapidjson::StringRef(name), value, document.GetAllocator());
    }
  };
  set("phase", phase);
  if (waiting_for.empty()) {
    document.RemoveMember("waiting_for");
  } else {
    set("waiting_for", waiting_for);
  }
  return toJson(document);
}

}  // namespace troupe::server
