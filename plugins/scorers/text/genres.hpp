#ifndef TROUPE_TEXT_GENRES_HPP
#define TROUPE_TEXT_GENRES_HPP

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "flat_table.hpp"

namespace troupe::text {

struct Genre {
  std::string_view name;
  std::string_view aliases;     // separated by commas
  std::string_view vocabulary;  // words that are common in the genre and rare elsewhere
};

const std::vector<Genre>& genres();

/// The genres' vocabularies as one table, made once and then only read.
class GenreTable {
 public:
  static constexpr std::size_t kUnknown = static_cast<std::size_t>(-1);
  static const GenreTable& instance();

  /// The index in genres() of a name or an alias; capitals, spaces and hyphens do not matter. kUnknown if there is
  /// none.
  std::size_t indexOf(std::string_view name) const;
  /// A bit for each genre whose vocabulary has the stem (Word::stem).
  std::uint32_t genresOf(std::uint64_t stem) const { return stems_.find(stem); }

 private:
  GenreTable();
  FlatTable names_;  // -> index + 1
  FlatTable stems_;
};

}  // namespace troupe::text

#endif
