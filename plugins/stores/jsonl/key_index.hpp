#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>

#include "line.hpp"

namespace troupe::jsonl_store {

/// Which sample is on which line. Indexes of a run lie close together, so lines are kept in pages: about 4 bytes a
/// sample.
class KeyIndex {
 public:
  /// The number of the line, from 1; 0 when the sample is not in the file.
  std::uint32_t find(const Key& key) const;
  /// The first line of a key counts.
  void add(const Key& key, std::uint32_t line);
  void clear() { runs_.clear(); }

 private:
  static constexpr std::int64_t kPageSize = 256;
  using Page = std::array<std::uint32_t, kPageSize>;
  using Run = std::unordered_map<std::int64_t, std::unique_ptr<Page>>;
  std::unordered_map<std::string, Run> runs_;
};

}  // namespace troupe::jsonl_store
