#ifndef TROUPE_TEXT_READABILITY_HPP
#define TROUPE_TEXT_READABILITY_HPP

#include <cstddef>

#include "signal.hpp"

namespace troupe::text {

/// The school grade of Flesch and Kincaid; 0 for a text without words.
double fleschKincaidGrade(double words, double sentences, double syllables);

std::size_t countSyllables(const Document& document);
double fleschKincaidGrade(const Document& document);

/// 10 where fiction for grown-ups mostly lies (grades 4 to 7), 7.5 at 2 and 10, 0 far outside.
Part readability(const Document& document);

}  // namespace troupe::text

#endif
