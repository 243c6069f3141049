#include "key_index.hpp"

namespace troupe::jsonl_store {

std::uint32_t KeyIndex::find(const Key& key) const {
  const auto run = runs_.find(key.run);
  if (run == runs_.end()) return 0;
  const auto page = run->second.find(key.index / kPageSize);
  return page == run->second.end() ? 0 : (*page->second)[static_cast<std::size_t>(key.index % kPageSize)];
}

void KeyIndex::add(const Key& key, std::uint32_t line) {
  auto& page = runs_[key.run][key.index / kPageSize];
  if (page == nullptr) page = std::make_unique<Page>();
  auto& slot = (*page)[static_cast<std::size_t>(key.index % kPageSize)];
  if (slot == 0) slot = line;
}

}  // namespace troupe::jsonl_store
