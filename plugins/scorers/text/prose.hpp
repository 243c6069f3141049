#ifndef TROUPE_TEXT_PROSE_HPP
#define TROUPE_TEXT_PROSE_HPP

#include "signal.hpp"

namespace troupe::text {

/// What tells sentences from words in a row. English only.
struct ProseMeasures {
  double function_words = 0;    // share of all words
  double chances = 0;           // pairs that could be broken: a determiner or a bond, and the word behind it
  double broken = 0;            // share of these that no sentence has: "the of", "with was"
  double sentence_words = 0;    // mean
  double sentence_variety = 0;  // standard deviation by mean
  double capitals = 0;          // share of sentences that begin with a capital
  bool complete = false;        // the text ends with an end mark
};

ProseMeasures measureProse(const Document& document);

/// The mean of the measures' grades, drawn half-way to the worst. Many broken pairs cap the total.
Part prose(const Document& document);

}  // namespace troupe::text

#endif
