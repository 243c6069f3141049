#include <rapidjson/document.h>

#include <algorithm>
#include <vector>

#include "cli/runs_commands.hpp"
#include "cli/runs_sample.hpp"
#include "cli/runs_summary.hpp"
#include "cli/runs_text.hpp"
#include "support/json_text.hpp"

namespace troupe::cli {
namespace {

using journal::NodeTotals;
using journal::RunTotals;

double mean(double sum, std::int64_t count) { return count > 0 ? sum / static_cast<double>(count) : 0; }

// Nodes that gave or tried to give candidates, the one with the most wins first.
std::vector<NodeTotals> models(const RunTotals& totals) {
  auto nodes = totals.nodes;
  std::sort(nodes.begin(), nodes.end(),
            [](const auto& a, const auto& b) { return a.wins != b.wins ? a.wins > b.wins : a.node < b.node; });
  return nodes;
}

std::string modelTable(const RunTotals& totals) {
  Table table({{"MODEL"},
               {"WINS", true},
               {"CANDIDATES", true},
               {"FAILURES", true},
               {"RETRIES", true},
               {"MEAN QUALITY", true},
               {"MEAN TIME", true}});
  for (const auto& node : models(totals)) {
    table.add({node.node, std::to_string(node.wins), std::to_string(node.candidates), std::to_string(node.failures),
               std::to_string(std::max<std::int64_t>(0, node.attempts - node.calls)),
               node.scored > 0 ? flooredText(mean(node.quality_sum, node.scored), 2) : "-",
               node.candidates > 0 ? durationText(static_cast<std::int64_t>(mean(node.latency_ms_sum, node.candidates)))
                                   : "-"});
  }
  return table.text("  ");
}

// The samples that wait for a person, with what `runs decide` needs to know of them.
void showHeld(const journal::Journal& journal, const journal::Run& run, std::ostream& out) {
  constexpr std::size_t kLooked = 1000, kShown = 20;
  std::size_t held = 0;
  for (const auto index : journal.unsettled(run.key, 0, kLooked)) {
    const auto record = journal.sample(run.key, index);
    if (!record) continue;
    for (const auto& hold : record->holds) {
      const auto& decisions = record->decisions;
      if (std::any_of(decisions.begin(), decisions.end(), [&](const auto& d) { return d.node == hold.node; })) continue;
      if (++held > kShown) continue;
      out << "  held      sample " << index << " by " << printable(hold.node, false);
      if (!hold.why.empty()) out << ": " << printable(hold.why, false);
      out << "; decide: troupe runs decide " << run.id << ' ' << index << " pass|drop\n";
    }
  }
  if (held > kShown) out << "  held      and " << held - kShown << " more\n";
}

void showText(const journal::Journal& journal, const journal::Run& run, const RunTotals& totals, std::ostream& out) {
  const auto writer = journal.writer();
  const auto state = shownState(run, writer);
  out << run.id << ": " << state << (run.reason.empty() ? "" : " (" + printable(run.reason, false) + ")") << "\n\n";
  out << "  pipeline  " << printable(run.pipeline_name, false) << ", from " << printable(run.file, false) << '\n';
  out << "  begun     " << timeText(run.created_at);
  if (run.ended_at != 0) out << ", ended " << timeText(run.ended_at);
  if (run.active_ms > 0) out << ", " << durationText(run.active_ms) << " of work";
  out << '\n';
  out << "  samples   " << totals.settled << " of " << run.samples << ": " << totals.successful << " successful, "
      << totals.failed << " failed; " << totals.saved << " saved, " << totals.dropped << " not passed\n";
  if (totals.started > totals.settled) out << "  begun and not over: " << totals.started - totals.settled << '\n';
  showHeld(journal, run, out);
  out << "  seed      " << run.seed << ", " << run.in_flight << " in flight\n";
  if (!run.user_id.empty()) out << "  user      " << printable(run.user_id, false) << '\n';
  if (run.repeated > 0) out << "  repeated  " << run.repeated << " calls, after a crash\n";
  if (!totals.nodes.empty()) out << '\n' << modelTable(totals);
  if (!totals.genres.empty()) {
    out << '\n';
    Table genres({{"GENRE"}, {"SAMPLES", true}});
    for (const auto& [genre, count] : totals.genres) genres.add({printable(genre, false), std::to_string(count)});
    out << genres.text("  ");
  }
  out << '\n';
  if (resumable(run, writer)) {
    out << "  go on with it:      troupe resume " << run.id << '\n';
  } else if (run.state == "running" || run.state == "queued") {
    out << "  it is the work of " << writer << '\n';
  }
  if (totals.successful > 0) out << "  why the best won:   troupe runs explain " << run.id << '\n';
  if (totals.settled > 0) out << "  take the samples:   troupe runs export " << run.id << '\n';
}

void showJson(const journal::Journal& journal, const journal::Run& run, const RunTotals& totals, std::ostream& out) {
  rapidjson::Document document(rapidjson::kObjectType);
  auto& allocator = document.GetAllocator();
  const RunCounts counts{totals.settled, totals.successful, totals.failed, totals.saved};
  static_cast<rapidjson::Value&>(document) = runJson(run, counts, journal.writer(), allocator);
  document.AddMember("started", totals.started, allocator);
  document.AddMember("not_passed", totals.dropped, allocator);
  document.AddMember("overrides", parsed(run.overrides_json, allocator), allocator);
  document.AddMember("pipeline_hash", rapidjson::Value(run.pipeline_hash, allocator), allocator);
  rapidjson::Value list(rapidjson::kArrayType);
  for (const auto& node : models(totals)) {
    rapidjson::Value model(rapidjson::kObjectType);
    model.AddMember("node", rapidjson::Value(node.node, allocator), allocator);
    model.AddMember("wins", node.wins, allocator);
    model.AddMember("calls", node.calls, allocator);
    model.AddMember("candidates", node.candidates, allocator);
    model.AddMember("failures", node.failures, allocator);
    model.AddMember("retries", std::max<std::int64_t>(0, node.attempts - node.calls), allocator);
    model.AddMember("mean_quality",
                    node.scored > 0 ? rapidjson::Value(mean(node.quality_sum, node.scored)) : rapidjson::Value(),
                    allocator);
    model.AddMember(
        "mean_latency_ms",
        node.candidates > 0 ? rapidjson::Value(mean(node.latency_ms_sum, node.candidates)) : rapidjson::Value(),
        allocator);
    list.PushBack(model, allocator);
  }
  document.AddMember("models", list, allocator);
  rapidjson::Value genres(rapidjson::kObjectType);
  for (const auto& [genre, count] : totals.genres) {
    genres.AddMember(rapidjson::Value(genre, allocator), rapidjson::Value(count), allocator);
  }
  document.AddMember("genres", genres, allocator);
  out << toJson(document) << '\n';
}

}  // namespace

void runsShow(const journal::Journal& journal, std::string_view name, bool json, std::ostream& out) {
  const auto run = journal.findRun(name);
  const auto totals = journal.totals(run.key);
  if (json) {
    showJson(journal, run, totals, out);
  } else {
    showText(journal, run, totals, out);
  }
}

}  // namespace troupe::cli
