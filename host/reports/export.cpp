#include "reports/export.hpp"

#include <initializer_list>
#include <string>

#include "reports/sample_json.hpp"
#include "support/json_text.hpp"
#include "support/near_name.hpp"
#include "support/problem.hpp"

namespace troupe::reports {
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

}  // namespace

bool SampleFilters::mayTake(const journal::SampleRecord& record) const {
  if (min_quality && !(record.ok && record.quality >= *min_quality)) return false;
  if (saved_only && record.saves.empty()) return false;
  return genre.empty() || record.genre == genre;
}

bool SampleFilters::take(const journal::SampleRecord& record, const rapidjson::Document& sample) const {
  if (!mayTake(record)) return false;
  if (model.empty() || record.winner == model) return true;
  const auto* winner = candidateAt(sample, textAt(sample, "winner"));
  return winner != nullptr && textAt(*winner, "model") == model;
}

ExportFormat exportFormat(std::string_view name) {
  if (name == "jsonl") return ExportFormat::jsonl;
  if (name == "csv") return ExportFormat::csv;
  if (name == "canonical") return ExportFormat::canonical;
  throw Failure(ExitCode::usage, "there is no export format " + troupe::quoted(name) + "; " +
                                     suggest(name, {"jsonl", "csv", "canonical"}, "formats"));
}

void writeExport(const journal::Journal& journal, const journal::Run& run, ExportFormat format,
                 const SampleFilters& filters, std::ostream& out) {
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
      if (!record || !record->settled || !record->decided || !filters.mayTake(*record)) continue;
      const auto sample = sampleJson(run, *record);
      if (!filters.take(*record, sample)) continue;
      if (format == ExportFormat::csv) {
        out << csvRow(*record, sample);
      } else {
        out << (format == ExportFormat::canonical ? canonicalJson(sample) : toJson(sample)) << '\n';
      }
    }
  }
}

}  // namespace troupe::reports
