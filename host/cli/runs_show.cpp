#include <algorithm>
#include <vector>

#include "cli/runs_commands.hpp"
#include "cli/runs_text.hpp"
#include "reports/cost_json.hpp"
#include "reports/run_json.hpp"
#include "reports/sample_json.hpp"
#include "support/json_text.hpp"

namespace troupe::cli {
namespace {

using namespace reports;
using journal::RunTotals;

double mean(double sum, std::int64_t count) { return count > 0 ? sum / static_cast<double>(count) : 0; }

std::string modelTable(const RunTotals& totals) {
  // Where a policy leaves providers out, how often.
  const bool stops_early =
      std::any_of(totals.nodes.begin(), totals.nodes.end(), [](const auto& n) { return n.skipped + n.reached > 0; });
  std::vector<Table::Column> columns{{"MODEL"}, {"WINS", true}};
  if (stops_early) columns.insert(columns.end(), {{"REACHED", true}, {"SKIPPED", true}});
  for (const auto title : {"CANDIDATES", "FAILURES", "RETRIES", "MEAN QUALITY", "MEAN TIME"})
    columns.push_back({title, true});
  Table table(std::move(columns));
  for (const auto& node : modelsOf(totals)) {
    std::vector<std::string> cells{node.node, std::to_string(node.wins)};
    if (stops_early) cells.insert(cells.end(), {std::to_string(node.reached), std::to_string(node.skipped)});
    cells.insert(cells.end(), {std::to_string(node.candidates), std::to_string(node.failures),
                               std::to_string(std::max<std::int64_t>(0, node.attempts - node.calls)),
                               node.scored > 0 ? flooredText(mean(node.quality_sum, node.scored), 2) : "-",
                               node.candidates > 0
                                   ? durationText(static_cast<std::int64_t>(mean(node.latency_ms_sum, node.candidates)))
                                   : "-"});
    table.add(std::move(cells));
  }
  return table.text("  ");
}

// "1.5" of one limit, and so on: "$1.50 of $5.00", "1200 tokens", "18 of 40 calls".
std::string spentText(const journal::Spending& spent, const config::BudgetLimits& limits) {
  auto text = money::usdText(spent.nano_usd - spent.open_nano_usd);
  if (limits.usd) text += " of " + money::usdText(*limits.usd);
  text += ", " + std::to_string(spent.tokens);
  if (limits.tokens) text += " of " + std::to_string(*limits.tokens);
  text += " tokens, " + std::to_string(spent.calls);
  if (limits.calls) text += " of " + std::to_string(*limits.calls);
  return text + (spent.calls == 1 && !limits.calls ? " call" : " calls");
}

void showCost(const RunCost& cost, bool in_flight, std::ostream& out) {
  if (cost.providers.empty() && !cost.budget.any()) return;
  const auto& all = cost.all;
  out << "  cost      " << spentText(all, cost.budget.run) << '\n';
  if (all.open > 0)
    out << "            " << money::usdText(all.open_nano_usd)
        << (in_flight ? " reserved for calls in flight\n" : " more for calls that were in flight when it ended\n");
  if (all.estimated_nano_usd > all.open_nano_usd)
    out << "            " << money::usdText(all.estimated_nano_usd - all.open_nano_usd)
        << " of it estimated: no usage was reported\n";
  if (all.unknown > 0) out << "            " << all.unknown << " calls at a price that is unknown, counted as $0\n";
  if (cost.projected > 0) out << "            projected for all samples: " << money::usdText(cost.projected) << '\n';
  if (cost.providers.size() < 2 && cost.budget.nodes.empty()) return;
  for (const auto& one : cost.providers) {
    const auto own = cost.budget.nodes.find(one.node);
    out << "            " << printable(one.node, false) << ": "
        << spentText(one, own != cost.budget.nodes.end() ? own->second : config::BudgetLimits()) << '\n';
  }
}

// The samples that wait for a person, with what `runs decide` needs to know of them.
void showHeld(const journal::Journal& journal, const journal::Run& run, std::ostream& out) {
  constexpr std::size_t kLooked = 1000, kShown = 20;
  std::size_t held = 0;
  for (const auto index : journal.unsettled(run.key, 0, kLooked)) {
    const auto record = journal.sample(run.key, index);
    if (!record) continue;
    for (const auto& hold : openHolds(*record)) {
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
  showCost(costOf(journal, run, totals.settled), run.state == "running" && !writer.empty(), out);
  showHeld(journal, run, out);
  out << "  seed      " << run.seed << ", " << run.in_flight << " in flight\n";
  if (!run.user_id.empty()) out << "  user      " << printable(run.user_id, false) << '\n';
  if (run.repeated > 0) out << "  repeated  " << run.repeated << " calls, after a crash\n";
  if (!totals.nodes.empty()) out << '\n' << modelTable(totals);
  if (!totals.genres.empty()) {
    out << '\n';
    Table genres({{"GENRE"}, {"SAMPLES", true}, {"SUCCESSFUL", true}, {"KEPT", true}, {"SAVED", true}});
    for (const auto& [genre, counted] : totals.genres)
      genres.add({printable(genre, false), std::to_string(counted.samples), std::to_string(counted.successful),
                  std::to_string(counted.kept), std::to_string(counted.saved)});
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

}  // namespace

void runsShow(const journal::Journal& journal, std::string_view name, bool json, std::ostream& out) {
  const auto run = journal.findRun(name);
  const auto totals = journal.totals(run.key);
  if (json) {
    out << toJson(runDetails(run, totals, shownState(run, journal.writer()), costOf(journal, run, totals.settled)))
        << '\n';
  } else {
    showText(journal, run, totals, out);
  }
}

}  // namespace troupe::cli
