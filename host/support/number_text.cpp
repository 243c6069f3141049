#include "support/number_text.hpp"

#include <array>
#include <cmath>
#include <cstdio>

namespace troupe {

std::string flooredText(double value, int decimals) {
  const double scale = std::pow(10.0, decimals);
  double scaled = std::floor(value * scale);
  // 8.3 * 10 is 83.00000000000001, 8.2 * 100 is 819.9999999999999: a value that is on the grid stays there.
  if (std::round(value * scale) / scale == value) scaled = std::round(value * scale);
  std::array<char, 64> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "%.*f", decimals, scaled / scale);
  return buffer.data();
}

}  // namespace troupe
