#pragma once

#include <string>
#include <string_view>

#include "layout.hpp"

namespace troupe::console {

enum class Tone { kPlain, kBold, kDim, kGreen, kRed, kYellow, kBlue };

/// Builds one line of at most `width` columns out of clean, coloured pieces.
class Line {
 public:
  Line(int width, const Style& style) : width_(width), style_(style) {}

  Line& add(std::string_view text, Tone tone = Tone::kPlain);
  /// Blanks up to the column, then the text: it ends at the right edge.
  Line& addRight(std::string_view text, Tone tone = Tone::kPlain);
  /// A bar over the whole width: blue to purple.
  Line& addBar(double share);
  int room() const { return width_ - line_.width; }
  FrameLine take() { return std::move(line_); }

 private:
  void paint(std::string_view text, std::string_view codes);

  const int width_;
  const Style& style_;
  FrameLine line_;
};

}  // namespace troupe::console
