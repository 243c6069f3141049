#include "reports/dataset_rows.hpp"

#include <algorithm>
#include <optional>

#include "reports/sample_filters.hpp"
#include "reports/sample_json.hpp"

namespace troupe::reports {
namespace {

using rapidjson::Value;

struct Answer {
  const Value* candidate;
  double quality;
};

/// The prompt's messages, when a chat template takes them: they end with what the model is to answer to.
const Value* messagesOf(const rapidjson::Document& sample) {
  const auto* prompt = memberAt(sample, "prompt");
  const auto* messages = prompt != nullptr ? memberAt(*prompt, "messages") : nullptr;
  if (messages == nullptr || !messages->IsArray() || messages->Empty()) return nullptr;
  return textAt((*messages)[messages->Size() - 1], "role") == "user" ? messages : nullptr;
}

/// Why nobody should learn from its text, if so.
std::optional<LeftOut> faultOf(const Value& candidate) {
  if (comparable(textAt(candidate, "text")).empty()) return LeftOut::empty;
  if (textAt(candidate, "finish") == "content") return LeftOut::content;
  return std::nullopt;
}

std::vector<Answer> answersOf(const journal::SampleRecord& record, const rapidjson::Document& sample,
                              LeftOutCounts& left_out) {
  left_out.add(LeftOut::failed_call,
               std::count_if(record.calls.begin(), record.calls.end(), [](const auto& call) { return !call.ok; }));
  std::vector<Answer> answers;
  const auto* candidates = memberAt(sample, "candidates");
  if (candidates == nullptr) return answers;
  for (const auto& candidate : candidates->GetArray()) {
    const auto* quality = memberAt(candidate, "quality");
    if (quality == nullptr || !quality->IsNumber()) {
      left_out.add(LeftOut::unscored);
    } else if (const auto fault = faultOf(candidate)) {
      left_out.add(*fault);
    } else {
      answers.push_back({&candidate, quality->GetDouble()});
    }
  }
  return answers;
}

std::vector<DatasetRow> winnerOf(const journal::SampleRecord& record, const rapidjson::Document& sample, DatasetRow row,
                                 LeftOutCounts& left_out) {
  row.answer = candidateAt(sample, textAt(sample, "winner"));
  row.quality = record.quality;
  const auto fault = row.answer == nullptr ? LeftOut::lost_winner : faultOf(*row.answer);
  if (!fault) return {row};
  left_out.add(*fault);
  return {};
}

std::vector<DatasetRow> pairOf(std::vector<Answer> answers, const std::string& winner, double min_margin,
                               DatasetRow row, LeftOutCounts& left_out) {
  const auto leave = [&](LeftOut reason) {
    left_out.add(reason);
    return std::vector<DatasetRow>();
  };
  if (answers.size() < 2) return leave(LeftOut::few_answers);
  std::stable_sort(answers.begin(), answers.end(), [](auto& a, auto& b) { return a.quality > b.quality; });
  // Among equals the vote has chosen.
  const auto voted = std::find_if(answers.begin(), answers.end(),
                                  [&](const auto& answer) { return textAt(*answer.candidate, "id") == winner; });
  const auto best =
      voted != answers.end() && answers[0].quality - voted->quality <= kEqualQuality ? *voted : answers[0];
  const auto text = comparable(textAt(*best.candidate, "text"));
  const auto worst = std::find_if(answers.rbegin(), answers.rend(), [&](const auto& answer) {
    return comparable(textAt(*answer.candidate, "text")) != text;
  });
  if (worst == answers.rend()) return leave(LeftOut::same_text);
  row.answer = best.candidate;
  row.quality = best.quality;
  row.rejected = worst->candidate;
  row.rejected_quality = worst->quality;
  if (row.margin() <= kEqualQuality) return leave(LeftOut::tie);
  if (!reaches(row.margin(), min_margin)) return leave(LeftOut::margin);
  return {row};
}

}  // namespace

std::vector<DatasetRow> rowsOf(const RowRules& rules, const journal::SampleRecord& record,
                               const rapidjson::Document& sample, LeftOutCounts& left_out) {
  DatasetRow row;
  row.index = record.index;
  row.messages = messagesOf(sample);
  if (!record.ok || row.messages == nullptr) {
    left_out.add(record.ok ? LeftOut::prompt : LeftOut::failed);
    return {};
  }
  if (rules.format != ExportFormat::dpo && rules.format != ExportFormat::kto)
    return winnerOf(record, sample, row, left_out);
  const auto answers = answersOf(record, sample, left_out);
  if (rules.format == ExportFormat::dpo)
    return pairOf(answers, textAt(sample, "winner"), rules.min_margin, row, left_out);
  std::vector<DatasetRow> rows;
  for (const auto& answer : answers) {
    row.answer = answer.candidate;
    row.quality = answer.quality;
    row.label = answer.quality >= rules.threshold;
    rows.push_back(row);
  }
  return rows;
}

std::string comparable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  bool gap = false;
  for (const char c : text) {
    if (c == ' ' || (c >= '\t' && c <= '\r')) {
      gap = true;
      continue;
    }
    if (gap && !out.empty()) out += ' ';
    gap = false;
    out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return out;
}

}  // namespace troupe::reports
