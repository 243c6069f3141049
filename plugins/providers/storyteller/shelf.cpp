#include "shelf.hpp"

#include <string>

namespace troupe::storyteller {
namespace {

bool isLetter(char c) { return (c >= 'a' && c <= 'z') || static_cast<unsigned char>(c) >= 0x80; }

/// Lower case, and one space for whatever stands between words: "Sci-Fi!" becomes "sci fi".
std::string normalised(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (char c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (isLetter(c)) {
      out += c;
    } else if (!out.empty() && out.back() != ' ') {
      out += ' ';
    }
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

/// Where `word` stands in `text` between spaces; npos when nowhere. Both are normalised.
std::size_t findWord(std::string_view text, std::string_view word) {
  for (auto at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    if ((at == 0 || text[at - 1] == ' ') && (end == text.size() || text[end] == ' ')) return at;
  }
  return std::string_view::npos;
}

struct Name {
  std::string text;  // normalised
  const Genre* genre;
};

std::vector<Name> collectNames() {
  std::vector<Name> names;
  for (const Genre& genre : shelf()) {
    names.push_back({normalised(genre.id), &genre});
    for (const auto alias : genre.aliases) names.push_back({normalised(alias), &genre});
  }
  return names;
}

const std::vector<Name>& allNames() {
  static const std::vector<Name> names = collectNames();
  return names;
}

}  // namespace

const std::vector<Genre>& shelf() {
  static const std::vector<Genre> genres = {fantasy(),   mystery(),   scienceFiction(), horror(),     romance(),
                                            thriller(),  adventure(), dystopian(),      historical(), western(),
                                            fairyTale(), comedy(),    general()};
  return genres;
}

const Genre* findGenre(std::string_view name) {
  const std::string wanted = normalised(name);
  for (const auto& [text, genre] : allNames()) {
    if (text == wanted) return genre;
  }
  return nullptr;
}

const Genre* genreNamedIn(std::string_view text) {
  const std::string words = normalised(text);
  const Genre* found = nullptr;
  std::size_t first = std::string::npos;
  for (const auto& name : allNames()) {
    // Words of the general shelf, such as "family", say little about a genre.
    const std::size_t at = name.genre == &generalShelf() ? std::string::npos : findWord(words, name.text);
    if (at < first) {
      first = at;
      found = name.genre;
    }
  }
  return found;
}

const Genre& generalShelf() { return shelf().back(); }

}  // namespace troupe::storyteller
