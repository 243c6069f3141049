#include "signal.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>

namespace troupe::text {

Part notCounted(std::string reason) {
  Part part;
  part.value = 5;
  part.reason = "not counted: " + std::move(reason);
  part.counted = false;
  return part;
}

double curve(double x, std::initializer_list<Point> points) {
  if (!std::isnan(x)) {
    const Point* last = points.begin();
    if (x <= last->x) return last->y;
    for (const auto& point : points) {
      if (x <= point.x) return last->y + (point.y - last->y) * (x - last->x) / (point.x - last->x);
      last = &point;
    }
    return last->y;
  }
  return std::min_element(points.begin(), points.end(), [](const Point& a, const Point& b) { return a.y < b.y; })->y;
}

double share(double part, double whole) { return whole > 0 ? part / whole : 0; }

std::string fixed(double value, int decimals) {
  constexpr double kMost = 1e12;
  if (!(std::abs(value) <= kMost)) return value > 0 ? "very large" : "very small";
  std::int64_t scale = 1;
  for (int i = 0; i < decimals; ++i) scale *= 10;
  const auto scaled = std::llround(std::abs(value) * static_cast<double>(scale));
  std::string out = std::to_string(scaled / scale);
  if (decimals > 0) {
    const std::string fraction = std::to_string(scaled % scale);
    out += '.';
    out.append(static_cast<std::size_t>(decimals) - fraction.size(), '0');
    out += fraction;
  }
  return value < 0 && scaled != 0 ? "-" + out : out;
}

std::string percent(double share_of_one) {
  const double value = share_of_one * 100;
  return fixed(value, value > 0 && value < 10 ? 1 : 0) + "%";
}

}  // namespace troupe::text
