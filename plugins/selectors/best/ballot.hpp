#ifndef TROUPE_BEST_BALLOT_HPP
#define TROUPE_BEST_BALLOT_HPP

#include <troupe/troupe.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace troupe::best {

struct Candidate {
  std::string id;
  std::string node;
  std::optional<double> quality;  // none: every scorer abstained
};

struct Score {
  std::string candidate;  // its id
  std::string scorer;
  double value = 0;  // without meaning when the scorer abstained
  bool abstained = false;
  std::string reason;
};

/// What is voted on: the candidates in the pipeline's order and all that scorers said about them.
struct Ballot {
  std::vector<Candidate> candidates;
  std::vector<Score> scores;
  std::uint64_t seed = 0;  // of the sample
};

/// Reads the input of a selector. Throws troupe::Error when it is not what the host promises, numbers that are not
/// finite among it.
Ballot readBallot(const Fields& input);

}  // namespace troupe::best

#endif
