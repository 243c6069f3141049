#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace troupe::reports {

/// Why something of a run is not in a data set.
enum class LeftOut {
  filtered,     ///< samples that the filters do not let through
  failed,       ///< samples without a winner
  prompt,       ///< samples whose prompt no chat template takes
  lost_winner,  ///< samples whose winner's text the journal does not have
  few_answers,  ///< samples without two answers to compare (dpo)
  same_text,    ///< samples whose answers all have the same text (dpo)
  tie,          ///< samples whose best and worst are equal (dpo)
  margin,       ///< pairs below the least margin (dpo)
  failed_call,  ///< calls that gave no answer (dpo, kto)
  unscored,     ///< answers on which every scorer abstained (dpo, kto)
  empty,        ///< answers that are nothing but white space
  content,      ///< answers that a content filter cut
  duplicate,    ///< rows whose text another one has
};
inline constexpr std::size_t kLeftOutReasons = static_cast<std::size_t>(LeftOut::duplicate) + 1;

/// "samples that failed", …; each says what it counts.
std::string_view wordsFor(LeftOut reason);

struct LeftOutCounts {
  std::array<std::int64_t, kLeftOutReasons> counts{};

  void add(LeftOut reason, std::int64_t count = 1) { counts.at(static_cast<std::size_t>(reason)) += count; }
  std::int64_t of(LeftOut reason) const { return counts.at(static_cast<std::size_t>(reason)); }
};

}  // namespace troupe::reports
