#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "reports/dataset_rows.hpp"

namespace troupe::reports {

/// Which of the rows with the same text stays: the one of the best quality, of equals the first. Of a pair the text is
/// the chosen one. Texts are compared as comparable() makes them, by 128 bits of their SHA-256: what is kept of one is
/// some 100 bytes, however long it is.
class Duplicates {
 public:
  /// [in the order of the run]
  void see(const DatasetRow& row);
  /// Whether it stays, once all have been seen; false for one that never was.
  bool keeps(const DatasetRow& row) const;

  struct Group {
    std::int64_t index;  ///< of the sample that stays
    std::int64_t left_out;
  };
  /// Of which something is left out, by index.
  std::vector<Group> groups() const;

 private:
  using Key = std::array<std::uint64_t, 2>;
  struct KeyHash {
    std::size_t operator()(const Key& key) const { return key[0]; }
  };
  struct Kept {
    std::int64_t index = 0;
    std::string node;
    double quality = 0;
    std::int64_t left_out = 0;
  };
  static Key keyOf(const DatasetRow& row);
  std::unordered_map<Key, Kept, KeyHash> kept_;
};

}  // namespace troupe::reports
