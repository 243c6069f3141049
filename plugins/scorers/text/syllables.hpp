#ifndef TROUPE_TEXT_SYLLABLES_HPP
#define TROUPE_TEXT_SYLLABLES_HPP

#include <string_view>

namespace troupe::text {

/// Syllables of an English word in lower case, by rules of spelling; at least 1 for anything with a letter or digit.
/// Right for about nine common words in ten, and the errors of a text largely cancel out.
int countSyllables(std::string_view word);

}  // namespace troupe::text

#endif
