#ifndef TROUPE_TEXT_QUALITY_HPP
#define TROUPE_TEXT_QUALITY_HPP

#include <array>
#include <string_view>

#include "signal.hpp"

namespace troupe::text {

/// Gopher's quality rules (arXiv 2112.11446, section A1.1); `stop_words` is off for other languages than English.
struct QualityMeasures {
  double words = 0;
  double mean_word_length = 0;  // characters
  double symbols_per_word = 0;  // "#" or ellipses, whichever are more
  double bullet_lines = 0;      // share
  double ellipsis_lines = 0;    // share
  double letter_words = 0;      // share of the pieces between spaces that have a letter
  double stop_words = 0;        // occurrences of the eight
};

struct QualityLimits {
  double min_words = 50;
  double max_words = 100000;
};

QualityMeasures measureQuality(const Document& document);

/// The mean of the rules' grades, drawn half-way to the worst. A rule grades 5 at its limit; one that is broken caps
/// the total.
Part quality(const Document& document, const QualityLimits& limits, bool english);

}  // namespace troupe::text

#endif
