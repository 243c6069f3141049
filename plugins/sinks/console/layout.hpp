#pragma once

#include <string>
#include <vector>

#include "state.hpp"

namespace troupe::console {

/// What the terminal can show.
struct Style {
  enum class Color { kNone, k16, k256, k24Bit };
  Color color = Color::kNone;
  bool unicode = true;  // else ASCII only for what is our own
};

struct FrameLine {
  std::string text;  // with colours, when the style has any
  int width = 0;     // columns
};
using Frame = std::vector<FrameLine>;

/// The live panel: at most `height` - 1 lines (the cursor rests below) of at most `width` columns. Where there is
/// little room, the log goes first, its oldest lines before the younger ones, then the cards, then the rest; the sample
/// count and the bar go last.
Frame render(const State& state, int width, int height, const Style& style);

/// What stays after the run: the closing lines, the table and the best story in full; as many lines as it needs.
Frame report(const State& state, int width, const Style& style);

/// "75s", "12m 30s", "3h 05m".
std::string duration(double seconds);
/// "~75s (60-95s) left", or "" without an estimate.
std::string remaining(const State& state);

}  // namespace troupe::console
