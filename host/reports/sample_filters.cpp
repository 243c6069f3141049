#include "reports/sample_filters.hpp"

#include "reports/sample_json.hpp"

namespace troupe::reports {

bool SampleFilters::mayTake(const journal::SampleRecord& record) const {
  if (min_quality && !(record.ok && record.quality >= *min_quality)) return false;
  if (saved_only && record.saves.empty()) return false;
  return genre.empty() || record.genre == genre;
}

bool SampleFilters::take(const journal::SampleRecord& record, const rapidjson::Document& sample) const {
  if (!mayTake(record)) return false;
  if (min_margin) {
    const auto* margin = memberAt(sample, "margin");
    if (margin == nullptr || !margin->IsNumber() || !reaches(margin->GetDouble(), *min_margin)) return false;
  }
  if (model.empty() || record.winner == model) return true;
  const auto* winner = candidateAt(sample, textAt(sample, "winner"));
  return winner != nullptr && textAt(*winner, "model") == model;
}

}  // namespace troupe::reports
