#ifndef TROUPE_TEXT_TEXT_SCORE_HPP
#define TROUPE_TEXT_TEXT_SCORE_HPP

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "length.hpp"
#include "quality.hpp"
#include "signal.hpp"

namespace troupe::text {

struct SignalInfo {
  std::string_view name;
  double weight;  // default
};

/// The signals, in the order of the parts of a score.
constexpr std::array<SignalInfo, 9> kSignals = {{{"repetition", 1.25},
                                                 {"quality", 0.75},
                                                 {"diversity", 1.5},
                                                 {"readability", 0.75},
                                                 {"length", 0.75},
                                                 {"prompt_fit", 1},
                                                 {"genre_fit", 1.25},
                                                 {"overused", 0.75},
                                                 {"prose", 1.5}}};

enum class Rules { kAuto, kEnglish, kOther };  // which texts the English rules are for

struct TextOptions {
  LengthBand length;
  QualityLimits quality;
  Rules rules = Rules::kAuto;
  std::array<double, kSignals.size()> weights = defaultWeights();

  static constexpr std::array<double, kSignals.size()> defaultWeights() {
    std::array<double, kSignals.size()> out{};
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = kSignals[i].weight;
    return out;
  }
};

struct TextRequest {
  std::string_view text;
  std::string_view prompt;  // the last message of the user; may be empty
  std::string_view genre;   // may be empty
};

struct TextScore {
  struct Line {
    std::string_view name;
    double weight;
    Part part;
  };
  bool abstained = false;  // no signal with a weight had anything to say
  double value = 0;        // 0 to 10, to four decimals, so that compilers agree on it
  std::string reason;
  std::vector<Line> parts;  // all signals, also those that are not counted
};

/// Judges one text. With m the weighted mean of the counted signals and w the weakest of them:
///   value = min(m - 0.15 * (m - w), caps of hard faults)
/// Deterministic; linear in the length of text and prompt. [any thread]
TextScore scoreText(const TextRequest& request, const TextOptions& options);

}  // namespace troupe::text

#endif
