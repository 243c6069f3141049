#include <rapidjson/document.h>

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "cli/runs_commands.hpp"
#include "cli/runs_text.hpp"
#include "pipeline/outcome.hpp"
#include "reports/sample_details.hpp"
#include "reports/sample_json.hpp"
#include "support/json_text.hpp"
#include "support/money.hpp"
#include "support/problem.hpp"

namespace troupe::cli {
namespace {

using rapidjson::Value;
using namespace reports;
using Explained = SampleDetails;

std::int64_t bestIndex(const journal::Journal& journal, const journal::Run& run) {
  if (const auto saved = journal.bestSample(run.key, true)) return *saved;
  if (const auto best = journal.bestSample(run.key)) return *best;
  throw Failure(ExitCode::usage, "no sample of " + run.id + " has a winner yet; troupe runs show " + run.id);
}

Explained explained(const journal::Journal& journal, std::string_view name, std::optional<std::int64_t> index) {
  auto run = journal.findRun(name);
  const auto wanted = index ? *index : bestIndex(journal, run);
  auto details = sampleDetails(journal, run, wanted);
  if (!details) {
    const auto last = journal.lastStarted(run.key);
    throw Failure(ExitCode::usage, run.id + " has no sample " + std::to_string(wanted) +
                                       (last < 0 ? "; none has begun" : "; it has 0 to " + std::to_string(last)));
  }
  return std::move(*details);
}

std::string joined(const std::set<std::string>& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

std::string qualitySource(const Explained& explained) {
  if (explained.scorers.empty()) return "no scorer";
  if (explained.judges.empty()) return "text signals only: " + joined(explained.scorers) + " (no judge took part)";
  return joined(explained.scorers) + " (judged by a model: " + joined(explained.judges) + ")";
}

std::string shownNumber(const Value* value, const char* otherwise = "none") {
  return value != nullptr && value->IsNumber() ? flooredText(value->GetDouble(), 2) : otherwise;
}

// A member of an array of ids or names, without the index in front: "17/wren" is wren here.
std::string list(const Value& sample, const char* key) {
  std::string text;
  const auto* values = memberAt(sample, key);
  if (values == nullptr || !values->IsArray()) return text;
  for (const auto& value : values->GetArray()) {
    if (!value.IsString()) continue;
    text += (text.empty() ? "" : ", ") + printable({value.GetString(), value.GetStringLength()}, false);
  }
  return text;
}

void printPrompt(const Explained& explained, std::ostream& out) {
  out << "Prompt\n";
  const auto* messages = memberAt(explained.sample["prompt"], "messages");
  if (messages == nullptr || !messages->IsArray()) return;
  for (const auto& message : messages->GetArray()) {
    out << "  " << printable(textAt(message, "role"), false) << ":\n" << indented(textAt(message, "content"), "    ");
  }
}

std::string tokensText(const Value& candidate) {
  const auto* usage = memberAt(candidate, "usage");
  if (usage == nullptr || !usage->IsObject()) return {};
  std::string text;
  for (const auto* name : {"input", "output"}) {
    const auto* tokens = memberAt(*usage, name);
    if (tokens != nullptr && tokens->IsUint64())
      text += (text.empty() ? ", " : " + ") + std::to_string(tokens->GetUint64()) + " " + name;
  }
  return text.empty() ? text : text + " tokens";
}

// What `caller` asked of models about a candidate; `about` "": about none.
void printModelCalls(const Explained& explained, std::string_view caller, std::string_view about, std::ostream& out) {
  const auto is_its = [&](const journal::ModelCallKey& key) { return key.caller == caller && key.about == about; };
  for (const auto& call : explained.record.model_calls) {
    if (!is_its(call)) continue;
    out << "      asked " << printable(call.node, false);
    std::vector<Problem> ignored;
    const auto answer = call.ok ? parseJson(call.answer, ignored) : std::nullopt;
    if (answer) {
      const auto model = textAt(*answer, "model");
      if (!model.empty() && model != call.node) out << " (" << printable(model, false) << ')';
      out << ": " << troupe::quoted(textAt(*answer, "text"), 100) << ", in " << call.latency_ms << " ms"
          << tokensText(*answer) << '\n';
    } else {
      out << ": failed after " << call.attempts << (call.attempts == 1 ? " attempt: " : " attempts: ")
          << pipeline::codeName(call.code) << ": " << printable(call.message, false) << '\n';
    }
  }
  for (const auto& attempt : explained.record.model_attempts)
    if (is_its(attempt))
      out << "      attempt " << attempt.attempt << " of " << printable(attempt.node, false)
          << " failed: " << pipeline::codeName(attempt.code) << ": " << printable(attempt.message, false) << '\n';
}

void printScore(const Value& score, std::ostream& out) {
  const auto* abstained = memberAt(score, "abstained");
  const bool abstains = abstained != nullptr && abstained->IsBool() && abstained->GetBool();
  out << "    " << printable(textAt(score, "scorer"), false) << ": "
      << (abstains ? "abstained" : shownNumber(memberAt(score, "value"), "abstained"));
  if (const auto reason = textAt(score, "reason"); !reason.empty()) out << ", " << printable(reason, false);
  out << '\n';
  const auto* parts = memberAt(score, "parts");
  if (parts == nullptr || !parts->IsArray()) return;
  for (const auto& part : parts->GetArray()) {
    out << "      " << printable(textAt(part, "name"), false) << ": " << shownNumber(memberAt(part, "value"));
    if (const auto reason = textAt(part, "reason"); !reason.empty()) out << ", " << printable(reason, false);
    out << '\n';
  }
}

// By quality, best first; those without one last.
std::vector<const Value*> candidatesByQuality(const Value& sample) {
  std::vector<const Value*> candidates;
  for (const auto& candidate : sample["candidates"].GetArray()) candidates.push_back(&candidate);
  const auto quality = [](const Value* candidate) {
    const auto* value = memberAt(*candidate, "quality");
    return value != nullptr && value->IsNumber() ? value->GetDouble() : -1.0;
  };
  std::stable_sort(candidates.begin(), candidates.end(),
                   [&](const Value* a, const Value* b) { return quality(a) > quality(b); });
  return candidates;
}

void printAttempts(const Explained& explained, const std::string& node, std::ostream& out) {
  for (const auto& attempt : explained.record.attempts) {
    if (attempt.node != node) continue;
    out << "    attempt " << attempt.attempt << " failed: " << pipeline::codeName(attempt.code) << ": "
        << printable(attempt.message, false) << '\n';
  }
}

// Whom a policy asked first, and whom not at all.
void printAsked(const Explained& explained, std::ostream& out) {
  const auto* ensemble = memberAt(explained.sample, "ensemble");
  if (ensemble == nullptr) return;
  const auto skipped = list(*ensemble, "skipped");
  if (!skipped.empty()) out << "  not asked: " << skipped << '\n';
  const auto* explored = memberAt(*ensemble, "explored");
  const auto reached = list(*ensemble, "reached");
  out << "  " << printable(textAt(*ensemble, "policy"), false) << ": the order was " << list(*ensemble, "order")
      << (explored != nullptr && explored->IsTrue() ? " (the first one drawn at random)" : "") << "; "
      << (reached.empty() ? "none was good enough to stop" : "good enough to stop: " + reached) << '\n';
}

void printCandidates(const Explained& explained, std::ostream& out) {
  out << "\nCandidates\n";
  const auto winner = textAt(explained.sample, "winner");
  for (const auto* candidate : candidatesByQuality(explained.sample)) {
    const auto node = textAt(*candidate, "node");
    const auto model = textAt(*candidate, "model");
    out << "  " << printable(node, false)
        << (model.empty() || model == node ? "" : " (" + printable(model, false) + ")") << ": quality "
        << shownNumber(memberAt(*candidate, "quality")) << (textAt(*candidate, "id") == winner ? ", the winner" : "")
        << '\n';
    for (const auto& score : (*candidate)["scores"].GetArray()) {
      printScore(score, out);
      printModelCalls(explained, textAt(score, "scorer"), node, out);
    }
    printAttempts(explained, node, out);
  }
  for (const auto& call : explained.record.calls) {
    if (call.ok) continue;
    out << "  " << printable(call.node, false) << ": failed after " << call.attempts
        << (call.attempts == 1 ? " attempt: " : " attempts: ") << pipeline::codeName(call.code) << ": "
        << printable(call.message, false) << '\n';
    printAttempts(explained, call.node, out);
  }
  printAsked(explained, out);
}

// Of nodes that look at a whole sample.
void printJointCalls(const Explained& explained, std::ostream& out) {
  std::set<std::string> callers;
  for (const auto& call : explained.record.model_calls)
    if (call.about.empty()) callers.insert(call.caller);
  for (const auto& caller : callers) {
    out << "\n" << printable(caller, false) << " on all of them\n";
    printModelCalls(explained, caller, {}, out);
  }
}

void printVote(const Explained& explained, std::ostream& out) {
  const auto& sample = explained.sample;
  out << "\nVote\n";
  if (!explained.record.decided) {
    out << "  not yet\n";
    return;
  }
  if (!explained.record.ok) {
    out << "  failed: " << printable(explained.record.reason, false) << '\n';
    return;
  }
  if (const auto reason = textAt(sample, "reason"); !reason.empty()) out << "  " << printable(reason, false) << '\n';
  const auto* margin = memberAt(sample, "margin");
  if (margin != nullptr && margin->IsNumber()) out << "  ahead by " << shownNumber(margin) << '\n';
  const auto ties = list(sample, "ties");
  out << "  ties: " << (ties.empty() ? "none" : ties) << '\n';
  const auto abstained = list(sample, "abstained");
  out << "  abstained: " << (abstained.empty() ? "none" : abstained) << '\n';
  if (const auto* votes = memberAt(sample, "votes"); votes != nullptr && votes->IsArray()) {
    for (const auto& vote : votes->GetArray()) {
      out << "  " << printable(textAt(vote, "scorer"), false) << " was for " << printable(textAt(vote, "for"), false);
      if (memberAt(vote, "margin") != nullptr) out << ", by " << shownNumber(memberAt(vote, "margin"));
      out << '\n';
    }
  }
  out << "  quality from " << qualitySource(explained) << '\n';
}

void printFate(const Explained& explained, std::ostream& out) {
  const auto& sample = explained.sample;
  for (const auto& hold : explained.record.holds) {
    out << "\nHeld by " << printable(hold.node, false) << ": " << printable(hold.why, false) << '\n';
  }
  if (!sample["verdicts"].Empty()) {
    out << "\nFilters\n";
    for (const auto& verdict : sample["verdicts"].GetArray()) {
      out << "  " << printable(textAt(verdict, "node"), false)
          << (verdict["pass"].GetBool() ? ": passed, " : ": not passed, ")
          << printable(textAt(verdict, "reason"), false) << '\n';
    }
  }
  out << "\nSaved\n";
  if (sample["saved"].Empty()) out << "  nowhere\n";
  for (const auto& saved : sample["saved"].GetArray()) {
    out << "  " << printable(textAt(saved, "node"), false);
    if (const auto* id = memberAt(saved, "id")) out << ": #" << toJson(*id);
    if (const auto where = textAt(saved, "where"); !where.empty()) out << " in " << printable(where, false);
    out << '\n';
  }
}

// What each attempt has cost, those of judges too.
void printCost(const Explained& explained, std::ostream& out) {
  const auto& record = explained.record;
  if (record.charges.empty() && record.reservations.empty()) return;
  out << "\nCost\n";
  Table table({{"NODE"}, {"ATTEMPT", true}, {"INPUT", true}, {"OUTPUT", true}, {"USD", true}, {"HOW IT IS KNOWN"}});
  const auto tokens = [](const std::optional<std::int64_t>& count) { return count ? std::to_string(*count) : "-"; };
  money::Nano sum = 0;
  for (const auto& row : record.charges) {
    sum += row.nano_usd;
    const auto how = row.mark == "reported"    ? "reported"
                     : row.mark == "estimated" ? "estimated: no usage was reported, so its worst case"
                     : row.mark == "unknown"   ? "unknown: it has no price"
                     : row.mark == "none"      ? "not charged"
                                               : "not made";
    table.add({printable(row.node, false), std::to_string(row.attempt), tokens(row.input), tokens(row.output),
               money::usdText(row.nano_usd), how});
  }
  for (const auto& row : record.reservations) {
    sum += row.nano_usd;
    table.add({printable(row.node, false), std::to_string(row.attempt), "-", "-", money::usdText(row.nano_usd),
               "reserved: in flight, or when its process ended"});
  }
  out << table.text("  ") << "  in all " << money::usdText(sum) << '\n';
}

void printPlugins(const Explained& explained, std::ostream& out) {
  out << "\nMade by\n";
  Table table({{"NODE"}, {"PLUGIN"}, {"VERSION"}, {"SHA256"}});
  for (const auto& [node, plugin] : explained.plugins) {
    table.add({printable(node, false), plugin.id, plugin.version, plugin.sha256.substr(0, 12)});
  }
  out << table.text("  ");
}

void explainText(const Explained& explained, bool chosen, std::ostream& out) {
  const auto& record = explained.record;
  out << explained.run.id << ", sample " << record.index << " (" << printable(record.genre, false) << "): ";
  if (record.ok) {
    out << record.winner << " won with " << flooredText(record.quality, 2) << '\n';
  } else {
    out << (record.decided ? "failed" : "not decided yet") << '\n';
  }
  if (chosen) {
    out << "the best of the run; another one: troupe runs explain " << explained.run.id << " --sample INDEX\n";
  }
  out << '\n';
  printPrompt(explained, out);
  printCandidates(explained, out);
  printJointCalls(explained, out);
  printVote(explained, out);
  printFate(explained, out);
  printCost(explained, out);
  if (const auto* winner = candidateAt(explained.sample, textAt(explained.sample, "winner"))) {
    out << "\nText\n" << indented(textAt(*winner, "text"), "  ");
  }
  printPlugins(explained, out);
}

}  // namespace

void runsExplain(const journal::Journal& journal, std::string_view name, std::optional<std::int64_t> index, bool json,
                 std::ostream& out) {
  auto found = explained(journal, name, index);
  if (json) {
    out << toJson(detailsJson(std::move(found))) << '\n';
  } else {
    explainText(found, !index, out);
  }
}

}  // namespace troupe::cli
