#include "reports/dataset_duplicates.hpp"

#include <algorithm>

#include "reports/sample_json.hpp"
#include "support/sha256.hpp"

namespace troupe::reports {

Duplicates::Key Duplicates::keyOf(const DatasetRow& row) {
  const auto hash = sha256(comparable(textAt(*row.answer, "text")));
  return {std::stoull(hash.substr(0, 16), nullptr, 16), std::stoull(hash.substr(16, 16), nullptr, 16)};
}

void Duplicates::see(const DatasetRow& row) {
  const auto [found, fresh] = kept_.try_emplace(keyOf(row));
  auto& kept = found->second;
  if (!fresh) ++kept.left_out;
  if (!fresh && row.quality <= kept.quality) return;
  kept.index = row.index;
  kept.node = textAt(*row.answer, "node");
  kept.quality = row.quality;
}

bool Duplicates::keeps(const DatasetRow& row) const {
  const auto found = kept_.find(keyOf(row));
  return found != kept_.end() && found->second.index == row.index && found->second.node == textAt(*row.answer, "node");
}

std::vector<Duplicates::Group> Duplicates::groups() const {
  std::vector<Group> groups;
  for (const auto& [key, kept] : kept_) {
    if (kept.left_out > 0) groups.push_back({kept.index, kept.left_out});
  }
  // One sample of a kto data set may keep several texts.
  std::sort(groups.begin(), groups.end(), [](const auto& a, const auto& b) {
    return a.index != b.index ? a.index < b.index : a.left_out < b.left_out;
  });
  return groups;
}

}  // namespace troupe::reports
