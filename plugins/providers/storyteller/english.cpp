#include "english.hpp"

#include <algorithm>
#include <array>

namespace troupe::storyteller {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool beginsWith(std::string_view word, std::string_view prefix) {
  return word.size() >= prefix.size() &&
         std::equal(prefix.begin(), prefix.end(), word.begin(), [](char p, char c) { return p == lower(c); });
}

bool isSpace(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

}  // namespace

std::string_view articleFor(std::string_view words) {
  // Spelling and sound disagree for these beginnings.
  static constexpr std::array<std::string_view, 4> kSilentH = {"hour", "honest", "honour", "heir"};
  static constexpr std::array<std::string_view, 8> kConsonantSound = {"one", "once", "uni", "use",
                                                                      "usu", "eu",   "ewe", "ut"};
  const auto matches = [words](std::string_view prefix) { return beginsWith(words, prefix); };
  if (std::any_of(kSilentH.begin(), kSilentH.end(), matches)) return "an";
  if (std::any_of(kConsonantSound.begin(), kConsonantSound.end(), matches)) return "a";
  const bool vowel = !words.empty() && std::string_view("aeiou").find(lower(words.front())) != std::string_view::npos;
  return vowel ? "an" : "a";
}

void capitalise(std::string& text, std::size_t begin) {
  while (begin < text.size() && (text[begin] == '"' || text[begin] == '(' || text[begin] == '\'')) ++begin;
  if (begin < text.size() && text[begin] >= 'a' && text[begin] <= 'z') {
    text[begin] = static_cast<char>(text[begin] - 'a' + 'A');
  }
}

int countWords(std::string_view text) {
  int words = 0;
  bool inside = false;
  for (const char c : text) {
    const bool space = isSpace(c);
    if (!space && !inside) ++words;
    inside = !space;
  }
  return words;
}

}  // namespace troupe::storyteller
