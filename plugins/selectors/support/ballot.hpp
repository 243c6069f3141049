#ifndef TROUPE_SELECTORS_BALLOT_HPP
#define TROUPE_SELECTORS_BALLOT_HPP

#include <troupe/troupe.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::selectors {

struct Candidate {
  std::string id;
  std::string node;
  std::optional<double> quality;  // none: every scorer abstained
};

/// How the candidate that is scored came off against another one.
struct Pair {
  std::string other;  // its id
  double result = 0;  // 1 won, 0.5 tie, 0 lost
};

struct Score {
  std::string candidate;  // its id
  std::string scorer;
  double value = 0;  // without meaning when the scorer abstained
  bool abstained = false;
  std::string reason;
  std::vector<Pair> pairs;
};

struct Scorer {
  std::string name;
  double weight = 1;
};

/// What is voted on: the candidates in the pipeline's order and all that scorers said about them.
struct Ballot {
  std::vector<Candidate> candidates;
  std::vector<Score> scores;
  std::uint64_t seed = 0;       // of the sample
  std::vector<Scorer> scorers;  // in the order in which they first appear

  /// Position in `candidates`; throws troupe::Error when there is none of that id.
  std::size_t position(std::string_view id) const;
};

/// The scorers of the scores, each with weight 1.
std::vector<Scorer> scorersOf(const std::vector<Score>& scores);
/// For sums, whose last digits must not depend on the order of the scores.
std::vector<Scorer> byName(std::vector<Scorer> scorers);

/// Reads the input of a selector. Throws troupe::Error when it is not what the host promises, numbers that are not
/// finite among it.
Ballot readBallot(const Fields& input);

}  // namespace troupe::selectors

#endif
