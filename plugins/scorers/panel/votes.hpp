#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::judging {

/// One judge's vote on one candidate, on the host's scale from 0 to 10.
struct Vote {
  std::string judge, model;
  std::optional<double> value;  ///< none: it did not vote
  std::string reason;
};

enum class Method { mean, z_mean, median, trimmed_mean, veto };
Method methodNamed(std::string_view name);

/// What a candidate gets.
struct Verdict {
  double value = 0;
  std::string reason;
};

/// The verdicts on all candidates of a sample, by `votes[candidate][judge]`; nothing where fewer than `min_votes` were
/// given. A row may have judges that did not vote.
std::vector<std::optional<Verdict>> verdictsOn(const std::vector<std::vector<Vote>>& votes, Method method,
                                               double veto_below, std::size_t min_votes);

/// Whether two names mean the same model: without regard to case and maker ("openai/gpt-4o"), and to a date or
/// "latest" at the end ("gpt-4o-2024-08-06").
bool sameModel(std::string_view a, std::string_view b);

}  // namespace troupe::judging
