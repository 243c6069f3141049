#include "reports/export.hpp"

#include <initializer_list>
#include <string>

#include "reports/sample_json.hpp"
#include "reports/settled_samples.hpp"
#include "support/json_text.hpp"

namespace troupe::reports {
namespace {

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

void write(const journal::SampleRecord& record, const rapidjson::Document& sample, ExportFormat format,
           std::ostream& out) {
  if (format == ExportFormat::csv) {
    out << csvRow(record, sample);
  } else {
    out << (format == ExportFormat::canonical ? canonicalJson(sample) : toJson(sample)) << '\n';
  }
}

}  // namespace

void writeExport(const journal::Journal& journal, const journal::Run& run, ExportFormat format,
                 const SampleFilters& filters, std::ostream& out) {
  writeExportHead(format, out);
  eachSettled(journal, run, [&](const journal::SampleRecord& record) {
    if (!filters.mayTake(record)) return true;
    const auto sample = sampleJson(run, record);
    if (filters.take(record, sample)) write(record, sample, format, out);
    return out.good();
  });
}

void writeSample(const journal::Run& run, const journal::SampleRecord& record, ExportFormat format, std::ostream& out) {
  write(record, sampleJson(run, record), format, out);
}

void writeExportHead(ExportFormat format, std::ostream& out) {
  if (format != ExportFormat::csv) return;
  out << csvLine({"run", "index", "seed", "genre", "ok", "winner", "model", "quality", "margin", "saved", "system",
                  "prompt", "text", "reason"});
}

}  // namespace troupe::reports
