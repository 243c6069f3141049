#ifndef TROUPE_TEXT_FLAT_TABLE_HPP
#define TROUPE_TEXT_FLAT_TABLE_HPP

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace troupe::text {

/// 64 bits of a piece of text (FNV-1a, then mixed). Two words of one text that collide are less likely than a bit flip,
/// so hashes stand for words everywhere in this plugin.
inline std::uint64_t hashOf(std::string_view bytes) {
  std::uint64_t h = 0xcbf29ce484222325ULL;
  for (const char c : bytes) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  h = (h ^ (h >> 32U)) * 0xd6e8feb86659fd93ULL;
  return h ^ (h >> 32U);
}

/// A hash table from 64-bit hashes to numbers that start at 0: one array, linear probing, at most half full.
class FlatTable {
 public:
  /// Empties the table and makes room for `keys` different keys; more must not be added.
  void reset(std::size_t keys) {
    std::size_t size = 16;
    while (size < 2 * keys) size *= 2;
    slots_.assign(size, Slot{});
    mask_ = size - 1;
  }
  /// The number of the key, made if it is new. [reset() first]
  std::uint32_t& operator[](std::uint64_t key) {
    key = key == 0 ? 1 : key;
    std::size_t i = index(key);
    while (slots_[i].key != key && slots_[i].key != 0) i = (i + 1) & mask_;
    slots_[i].key = key;
    return slots_[i].value;
  }
  /// The number of the key, or 0 when it is not there.
  std::uint32_t find(std::uint64_t key) const {
    if (slots_.empty()) return 0;
    key = key == 0 ? 1 : key;
    std::size_t i = index(key);
    while (slots_[i].key != key && slots_[i].key != 0) i = (i + 1) & mask_;
    return slots_[i].key == key ? slots_[i].value : 0;
  }

 private:
  struct Slot {
    std::uint64_t key = 0;  // 0 marks a free slot
    std::uint32_t value = 0;
  };
  std::size_t index(std::uint64_t key) const {
    return static_cast<std::size_t>((key * 0x9e3779b97f4a7c15ULL) >> 32U) & mask_;
  }

  std::vector<Slot> slots_;
  std::size_t mask_ = 0;
};

}  // namespace troupe::text

#endif
