#ifndef TROUPE_TEXT_LANGUAGE_HPP
#define TROUPE_TEXT_LANGUAGE_HPP

#include <string_view>

#include "document.hpp"

namespace troupe::text {

/// What the function words and letters of a text say about its language. Only a text in a language that is recognized
/// as another one escapes the English rules: mashed keys are no foreign language.
struct LanguageGuess {
  bool english = true;     // the English rules apply
  std::string_view other;  // otherwise the language, or "another script"
};

LanguageGuess guessLanguage(const Document& document);

/// English function words by all words.
double functionWordShare(const Document& document);

}  // namespace troupe::text

#endif
