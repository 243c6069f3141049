#include "genres.hpp"

#include <algorithm>
#include <string>

#include "document.hpp"

namespace troupe::text {

namespace {

/// "Science-Fiction" and "science fiction" are the same name.
std::uint64_t keyOf(std::string_view name) {
  std::string key;
  const auto document = readDocument(name);
  for (const auto& word : document.words) key += document.word(word);
  return hashOf(key);
}

}  // namespace

GenreTable::GenreTable() {
  constexpr std::size_t kRoom = 4000;
  names_.reset(kRoom);
  stems_.reset(kRoom);
  const auto addName = [this](std::string_view name, std::size_t index) {
    names_[keyOf(name)] = static_cast<std::uint32_t>(index + 1);
  };
  for (std::size_t i = 0; i < genres().size(); ++i) {
    addName(genres()[i].name, i);
    for (auto rest = genres()[i].aliases; !rest.empty();) {
      const std::size_t end = std::min(rest.find(','), rest.size());
      addName(rest.substr(0, end), i);
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    for (const auto& word : readDocument(genres()[i].vocabulary).words) stems_[word.stem] |= 1U << i;
  }
}

const GenreTable& GenreTable::instance() {
  static const GenreTable table;
  return table;
}

std::size_t GenreTable::indexOf(std::string_view name) const {
  const auto index = names_.find(keyOf(name));
  return index == 0 ? kUnknown : index - 1;
}

}  // namespace troupe::text
