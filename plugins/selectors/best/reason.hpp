#ifndef TROUPE_BEST_REASON_HPP
#define TROUPE_BEST_REASON_HPP

#include <string>

#include "ballot.hpp"
#include "choose_best.hpp"

namespace troupe::best {

/// Why the winner won, as one sentence for a person. Ends with what made its quality: the scorers, and "text signals
/// only" when all of them say so of themselves.
std::string explain(const Ballot& ballot, const Decision& decision, TieBreak tie_break);

}  // namespace troupe::best

#endif
