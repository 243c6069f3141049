#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace troupe::judging {

using Pair = std::pair<std::size_t, std::size_t>;

/// The pairs of `count` texts, at most `most` of them: spread so that every text meets others about as often. The same
/// for the same seed.
std::vector<Pair> pairsOf(std::size_t count, std::size_t most, std::uint64_t seed);

enum class Choice { first, second, tie };

/// What a judge said of two texts: [[A]], [[B]], [[C]] (a tie), or {"winner": "A" | "B" | "tie"}. Nothing when it said
/// nothing, or several different things; then `why_not` says so.
struct ReadChoice {
  std::optional<Choice> choice;
  std::string why_not, reason;
};
ReadChoice readChoice(std::string_view answer);

/// Both orders as one result for the first text: 1, 0, or 0.5 for a tie and for a judge that went by the place.
double resultOf(Choice as_first, Choice as_second);

/// A text's comparisons with the others.
struct Record {
  struct Meeting {
    std::size_t other;
    double result;
  };
  std::vector<Meeting> meetings;
  int by_place = 0;  ///< meetings whose winner was the place
};

}  // namespace troupe::judging
