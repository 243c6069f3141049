#include <algorithm>
#include <initializer_list>

#include "cli/runs_commands.hpp"
#include "cli/runs_sample.hpp"
#include "support/json_text.hpp"
#include "support/near_name.hpp"
#include "support/problem.hpp"

namespace troupe::cli {
namespace {

constexpr std::size_t kPage = 512;

// RFC 4180: quotes around what needs them, doubled inside.
std::string csvField(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + "\"";
}

std::string csvLine(std::initializer_list<std::string_view> fields) {
  std::string line;
  for (const auto& field : fields) {
    if (&field != fields.begin()) line += ',';
    line += csvField(field);
  }
  return line + "\r\n";
}

std::string contents(const rapidjson::Value& prompt, bool system) {
  std::string text;
  const auto* messages = memberAt(prompt, "messages");
  if (messages == nullptr || !messages->IsArray()) return text;
  for (const auto& message : messages->GetArray()) {
    if ((textAt(message, "role") == "system") != system) continue;
    if (!text.empty()) text += "\n\n";
    text += textAt(message, "content");
  }
  return text;
}

std::string numberText(const rapidjson::Value* value) {
  return value != nullptr && value->IsNumber() ? toJson(*value) : "";
}

std::string csvRow(const journal::SampleRecord& record, const rapidjson::Document& sample) {
  std::string saved;
  for (const auto& save : record.saves) saved += (saved.empty() ? "" : " ") + save.node;
  const auto* winner = candidateAt(sample, textAt(sample, "winner"));
  const auto& prompt = sample["prompt"];
  const rapidjson::Value none;
  const auto& candidate = winner != nullptr ? *winner : none;
  return csvLine({textAt(sample, "run"), std::to_string(record.index), std::to_string(record.seed), record.genre,
                  record.ok ? "true" : "false", record.winner, textAt(candidate, "model"),
                  numberText(memberAt(sample, "quality")), numberText(memberAt(sample, "margin")), saved,
                  contents(prompt, true), contents(prompt, false), textAt(candidate, "text"),
                  record.ok ? textAt(sample, "reason") : record.reason});
}

bool wanted(const ExportFilters& filters, const journal::SampleRecord& record) {
  if (!record.settled || !record.decided) return false;
  if (filters.min_quality && !(record.ok && record.quality >= *filters.min_quality)) return false;
  if (filters.saved_only && record.saves.empty()) return false;
  return filters.genre.empty() || record.genre == filters.genre;
}

bool wantedModel(const ExportFilters& filters, const journal::SampleRecord& record, const rapidjson::Document& sample) {
  if (filters.model.empty() || record.winner == filters.model) return true;
  const auto* winner = candidateAt(sample, textAt(sample, "winner"));
  return winner != nullptr && textAt(*winner, "model") == filters.model;
}

}  // namespace

ExportFormat exportFormat(std::string_view name) {
  if (name == "jsonl") return ExportFormat::jsonl;
  if (name == "csv") return ExportFormat::csv;
  if (name == "canonical") return ExportFormat::canonical;
  throw Failure(ExitCode::usage, "there is no export format " + troupe::quoted(name) + "; " +
                                     suggest(name, {"jsonl", "csv", "canonical"}, "formats"));
}

void runsExport(const journal::Journal& journal, std::string_view name, ExportFormat format,
                const ExportFilters& filters, std::ostream& out) {
  const auto run = journal.findRun(name);
  if (format == ExportFormat::csv) {
    out << csvLine({"run", "index", "seed", "genre", "ok", "winner", "model", "quality", "margin", "saved", "system",
                    "prompt", "text", "reason"});
  }
  for (std::int64_t from = 0; out;) {
    const auto page = journal.samples(run.key, from, kPage);
    if (page.empty()) break;
    from = page.back() + 1;
    for (const auto index : page) {
      const auto record = journal.sample(run.key, index);
      if (!record || !wanted(filters, *record)) continue;
      const auto sample = sampleJson(run, *record);
      if (!wantedModel(filters, *record, sample)) continue;
      if (format == ExportFormat::csv) {
        out << csvRow(*record, sample);
      } else {
        out << (format == ExportFormat::canonical ? canonicalJson(sample) : toJson(sample)) << '\n';
      }
    }
  }
  out.flush();
  if (!out) throw Failure(ExitCode::journal, "the export of " + run.id + " cannot be written; check the disk");
}

}  // namespace troupe::cli
