#include "threshold.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace troupe::threshold {

namespace {

/// At most `decimals` of them, without zeros at the end, rounded down and with a point whatever the locale says.
std::string number(double value, int decimals) {
  constexpr double kLargest = 1e6;
  if (!(std::abs(value) <= kLargest)) return value > 0 ? "more than a million" : "no number";
  std::int64_t scale = 1;
  for (int i = 0; i < decimals; ++i) scale *= 10;
  const double exact = value * static_cast<double>(scale);
  const double nearest = std::round(exact);  // 8.1 * 100 is 809.9999999999999, and still 8.1
  const auto units =
      static_cast<std::int64_t>(std::abs(exact - nearest) < 1e-6 && decimals < 9 ? nearest : std::floor(exact));
  const auto magnitude = std::abs(units);
  std::string fraction = std::to_string(magnitude % scale);
  fraction.insert(0, static_cast<std::size_t>(decimals) - std::min(fraction.size(), static_cast<std::size_t>(decimals)),
                  '0');
  while (!fraction.empty() && fraction.back() == '0') fraction.pop_back();
  return (units < 0 ? "-" : "") + std::to_string(magnitude / scale) + (fraction.empty() ? "" : "." + fraction);
}

}  // namespace

Verdict check(double quality, double min_quality) {
  const bool pass = quality >= min_quality;  // not a number never passes
  int decimals = 2;
  while (decimals < 9 && quality != min_quality && number(quality, decimals) == number(min_quality, decimals))
    ++decimals;
  return {pass,
          "quality " + number(quality, decimals) + (pass ? " >= " : " is below ") + number(min_quality, decimals)};
}

}  // namespace troupe::threshold
