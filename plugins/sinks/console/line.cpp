#include "line.hpp"

#include <algorithm>
#include <cmath>

#include "text.hpp"

namespace troupe::console {
namespace {

std::string_view codesOf(Tone tone) {
  switch (tone) {
    case Tone::kPlain:
      return "";
    case Tone::kBold:
      return "1";
    case Tone::kDim:
      return "2";
    case Tone::kGreen:
      return "32";
    case Tone::kRed:
      return "31";
    case Tone::kYellow:
      return "33";
    case Tone::kBlue:
      return "34";
  }
  return "";
}

/// The colour of the bar at `at` (0 to 1).
std::string barCodes(double at, Style::Color color) {
  if (color == Style::Color::k24Bit) {  // #3b82f6 to #9333ea
    const auto mix = [at](int from, int to) {
      return std::to_string(static_cast<int>(std::lround(from + (to - from) * at)));
    };
    std::string out = "38;2;";
    return out.append(mix(59, 147)).append(";").append(mix(130, 51)).append(";").append(mix(246, 234));
  }
  if (color == Style::Color::k256) {
    static constexpr int kSteps[] = {33, 69, 63, 99, 98, 92};
    std::string out = "38;5;";
    return out.append(std::to_string(kSteps[std::min(5, static_cast<int>(at * 6))]));
  }
  return color == Style::Color::k16 ? (at < 0.5 ? "34" : "35") : "";
}

}  // namespace

void Line::paint(std::string_view text, std::string_view codes) {
  if (text.empty()) return;
  if (codes.empty() || style_.color == Style::Color::kNone) {
    line_.text.append(text);
  } else {
    line_.text.append("\x1b[").append(codes).append("m").append(text).append("\x1b[0m");
  }
}

Line& Line::add(std::string_view text, Tone tone) {
  const std::string fitted = fit(text, room(), style_.unicode ? "\xe2\x80\xa6" : "~");
  paint(fitted, codesOf(tone));
  line_.width += columns(fitted);
  return *this;
}

Line& Line::addRight(std::string_view text, Tone tone) {
  const int blanks = room() - columns(text);
  if (blanks > 0) add(std::string(static_cast<std::size_t>(blanks), ' '));
  return add(text, tone);
}

Line& Line::addBar(double share) {
  const int cells = room();
  const int full = static_cast<int>(std::floor(std::clamp(share, 0.0, 1.0) * cells + 1e-9));
  const std::string_view done = style_.unicode ? "\xe2\x96\x88" : "#";
  const std::string_view open = style_.unicode ? "\xe2\x96\x91" : "-";
  std::string piece;
  std::string piece_codes;
  for (int i = 0; i < full; ++i) {
    const std::string codes = barCodes(cells > 1 ? double(i) / (cells - 1) : 0, style_.color);
    if (codes != piece_codes) {
      paint(piece, piece_codes);
      piece.clear();
      piece_codes = codes;
    }
    piece.append(done);
  }
  paint(piece, piece_codes);
  std::string rest;
  for (int i = full; i < cells; ++i) rest.append(open);
  paint(rest, codesOf(Tone::kDim));
  line_.width += std::max(cells, 0);
  return *this;
}

}  // namespace troupe::console
