#include "diversity.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "flat_table.hpp"

namespace troupe::text {

namespace {

double distinct(const std::vector<Word>& words, std::size_t first, std::size_t last, std::size_t n, FlatTable& seen) {
  if (last - first < n) return 0;
  const std::size_t ngrams = last - first - n + 1;
  seen.reset(ngrams);
  std::size_t different = 0;
  for (std::size_t i = first; i < first + ngrams; ++i) {
    std::uint64_t key = 0;
    for (std::size_t k = i; k < i + n; ++k) key = key * 0x9e3779b97f4a7c15ULL + words[k].hash;
    if (seen[key]++ == 0) ++different;
  }
  return share(static_cast<double>(different), static_cast<double>(ngrams));
}

}  // namespace

Distinct measureDistinct(const Document& document) {
  constexpr std::size_t kWindow = 200;
  const std::size_t words = document.words.size();
  const std::size_t windows = std::max<std::size_t>(1, words / kWindow);
  Distinct out;
  out.window = static_cast<double>(words) / static_cast<double>(windows);
  FlatTable seen;
  for (std::size_t w = 0; w < windows; ++w) {
    for (std::size_t n = 1; n <= 3; ++n) {
      out.n[n - 1] += distinct(document.words, w * words / windows, (w + 1) * words / windows, n, seen);
    }
  }
  for (double& value : out.n) value /= static_cast<double>(windows);
  return out;
}

Part diversity(const Document& document) {
  const auto measured = measureDistinct(document);
  const double usual = std::min(1.0, 1.558 * std::pow(std::max(measured.window, 1.0), -0.18));
  const double one =
      curve(measured.n[0] / usual, {{.3, 0}, {.5, 2}, {.8, 6}, {1, 8.8}, {1.1, 10}, {1.3, 10}, {1.6, 5}});
  const double two = curve(measured.n[1], {{.4, 0}, {.6, 2}, {.85, 6}, {.95, 9}, {1, 10}});
  const double three = curve(measured.n[2], {{.5, 0}, {.7, 2}, {.9, 6}, {.97, 9}, {1, 10}});
  Part part;
  part.value = .4 * one + .3 * two + .3 * three;
  part.reason = "distinct words " + percent(measured.n[0]) + " (usual " + percent(usual) + "), 2-grams " +
                percent(measured.n[1]) + ", 3-grams " + percent(measured.n[2]);
  return part;
}

}  // namespace troupe::text
