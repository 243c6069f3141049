#include "syllables.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace troupe::text {

namespace {

bool isVowel(char c) {
  return c == 'a' || c == 'e' || c == 'i' || c == 'o' || c == 'u' || c == 'y' ||
         (static_cast<unsigned char>(c) >= 0xC3);
}

/// A y counts as a consonant at the beginning of a word and between vowels: yel-low, play-er.
bool isVowelAt(std::string_view word, std::size_t i) {
  if (word[i] != 'y') return isVowel(word[i]);
  const bool before_vowel = i + 1 < word.size() && isVowel(word[i + 1]);
  return !(before_vowel && (i == 0 || isVowel(word[i - 1])));
}

bool endsWith(std::string_view word, std::string_view end) {
  if (word.size() < end.size() || word.back() != end.back()) return false;  // mostly decided by the last letter
  return word.substr(word.size() - end.size()) == end;
}

bool oneOf(char c, std::string_view set) { return set.find(c) != std::string_view::npos; }

/// Vowels side by side that are spoken apart.
bool isHiatus(std::string_view word, std::size_t i) {
  const char a = word[i];
  const char b = word[i + 1];
  const char before = i > 0 ? word[i - 1] : ' ';
  const auto rest = word.substr(i);
  if (a == 'i' && b == 'a') {  // di-al, pi-ano; not mar-riage, spe-cial, Rus-sian
    return rest.substr(0, 4) != "iage" && !oneOf(before, "cstg");
  }
  if (a == 'i' && b == 'o') return !oneOf(before, "cstxgln");  // vi-olin; not na-tion
  if (a == 'i' && b == 'u') return true;                       // stadi-um
  if (a == 'i' && b == 'e')
    return rest == "iet" || rest == "iety" || (rest.substr(0, 4) == "ienc" && !oneOf(before, "ctn"));
  if (a == 'e' && b == 'o') return rest.substr(0, 4) != "eopl" && before != 'g';  // stere-o; not peo-ple, pi-geon
  if (a == 'u' && b == 'a') return !oneOf(before, "qg") && rest.substr(0, 4) != "uade";
  if (a == 'u' && b == 'e') {
    return !oneOf(before, "qg") && (rest.substr(0, 3) == "uel" || rest.substr(0, 3) == "uen");  // cru-el; not queen
  }
  if (a == 'u' && b == 'o') return before != 'q';
  if (a == 'e' && b == 'a')
    return rest.substr(0, 4) == "eate" || rest.substr(0, 4) == "eati" || rest.substr(0, 4) == "eato";
  if (a == 'o' && b == 'e') return rest.substr(0, 3) == "oem" || rest.substr(0, 3) == "oet";
  if (b == 'i' && oneOf(a, "aeou"))
    return rest.substr(0, 4) == std::string_view(a == 'o' ? "oing" : a == 'e' ? "eing" : "uing");
  return false;
}

/// A final e, -es or -ed that is not spoken; `word` has more than one vowel group.
bool hasSilentEnd(std::string_view word) {
  const std::size_t n = word.size();
  if (n < 3) return false;
  const auto consonant = [&word](std::size_t i) { return !isVowel(word[i]); };
  if (endsWith(word, "e")) {
    if (endsWith(word, "le") && n > 2 && consonant(n - 3)) return false;  // ta-ble
    return consonant(n - 2);
  }
  if (endsWith(word, "es")) {
    if (!consonant(n - 3) || oneOf(word[n - 3], "sxzcg") || endsWith(word, "ches") || endsWith(word, "shes"))
      return false;
    return !(endsWith(word, "les") && n > 3 && consonant(n - 4));
  }
  if (endsWith(word, "ed")) {
    if (!consonant(n - 3) || oneOf(word[n - 3], "td")) return false;
    return !(endsWith(word, "led") && n > 3 && consonant(n - 4) && word[n - 4] != 'l');
  }
  return false;
}

/// An e that is silent inside a compound: some-thing, life-less, strike-breaker. 1 or 0.
int silentInside(std::string_view word) {
  constexpr std::array<std::string_view, 12> kAnywhere = {"eliness", "eless", "eful", "eness",  "ething", "ewhere",
                                                          "etime",   "ebody", "ehow", "elight", "ework",  "ebreak"};
  constexpr std::array<std::string_view, 3> kAtTheEnd = {"ement", "ely", "eone"};
  for (std::size_t at = 2; at + 3 <= word.size(); ++at) {
    if (word[at] != 'e' || isVowel(word[at - 1])) continue;
    const auto rest = word.substr(at);
    const auto begins = [rest](std::string_view tail) {
      return rest[1] == tail[1] && rest.substr(0, tail.size()) == tail;
    };
    if (std::any_of(kAnywhere.begin(), kAnywhere.end(), begins)) return 1;
    const bool is_end = std::find(kAtTheEnd.begin(), kAtTheEnd.end(), rest) != kAtTheEnd.end();
    if (is_end && !endsWith(word, "lement")) return 1;
  }
  return 0;
}

/// Common words that the rules get wrong; 0 for all others.
int exception(std::string_view word) {
  struct Entry {
    std::string_view word;
    int syllables;
  };
  constexpr std::size_t kLongest = 8;
  if (word.size() < 3 || word.size() > kLongest) return 0;
  constexpr std::array<Entry, 14> kExceptions = {{{"eye", 1},
                                                  {"eyes", 1},
                                                  {"area", 3},
                                                  {"idea", 3},
                                                  {"ideas", 3},
                                                  {"lion", 2},
                                                  {"lions", 2},
                                                  {"science", 2},
                                                  {"being", 2},
                                                  {"business", 2},
                                                  {"one", 1},
                                                  {"museum", 3},
                                                  {"anyone", 3},
                                                  {"maybe", 2}}};
  const auto found = std::find_if(kExceptions.begin(), kExceptions.end(),
                                  [word](const Entry& e) { return e.word[0] == word[0] && e.word == word; });
  return found == kExceptions.end() ? 0 : found->syllables;
}

}  // namespace

int countSyllables(std::string_view word) {
  if (endsWith(word, "'s")) word.remove_suffix(2);
  if (word.size() > 3 && endsWith(word, "n't")) {
    word.remove_suffix(3);
    constexpr std::array<std::string_view, 6> kOne = {"do", "ca", "wo", "are", "were", "ai"};
    const bool one = std::find(kOne.begin(), kOne.end(), word) != kOne.end();
    return one ? 1 : countSyllables(word) + 1;
  }
  if (const std::size_t at = word.find('\''); at != std::string_view::npos && at > 0) word = word.substr(0, at);

  if (const int known = exception(word); known > 0) return known;

  int count = 0;
  bool inside = false;  // a vowel group
  for (std::size_t i = 0; i < word.size(); ++i) {
    const bool vowel = isVowelAt(word, i);
    if (vowel && !inside) ++count;
    if (vowel && i + 1 < word.size() && isVowelAt(word, i + 1) && isHiatus(word, i)) ++count;
    inside = vowel;
  }
  if (count > 1 && hasSilentEnd(word)) --count;
  if (count > 1) count -= silentInside(word);
  if (endsWith(word, "sm") || endsWith(word, "sms")) ++count;  // pri-sm
  return std::max(count, 1);
}

}  // namespace troupe::text
