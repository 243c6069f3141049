#include "support/near_name.hpp"

#include <algorithm>
#include <numeric>

namespace troupe {
namespace {

// Optimal string alignment distance; gives up above `limit`.
std::size_t distance(std::string_view a, std::string_view b, std::size_t limit) {
  if (a.size() > b.size() + limit || b.size() > a.size() + limit) return limit + 1;
  std::vector<std::size_t> before(b.size() + 1), above(b.size() + 1), row(b.size() + 1);
  std::iota(above.begin(), above.end(), 0);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = a[i - 1] == b[j - 1] ? 0 : 1;
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + change});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    std::swap(before, above);
    std::swap(above, row);
  }
  return above[b.size()];
}

}  // namespace

std::string nearName(std::string_view name, const std::vector<std::string>& known) {
  if (name.size() > 200) return {};
  const std::size_t limit = std::max<std::size_t>(1, name.size() / 3);
  std::size_t best = limit + 1;
  std::string found;
  for (const auto& candidate : known) {
    const auto d = distance(name, candidate, limit);
    if (d < best) {
      best = d;
      found = candidate;
    }
  }
  return found;
}

std::string suggest(std::string_view name, const std::vector<std::string>& known, std::string_view word,
                    std::size_t limit) {
  if (const auto near = nearName(name, known); !near.empty()) return "did you mean \"" + near + "\"?";
  if (known.empty()) return {};
  std::string text = std::string(word) + ": ";
  for (std::size_t i = 0; i < known.size() && i < limit; ++i) text += (i ? ", \"" : "\"") + known[i] + "\"";
  if (known.size() > limit) text += ", and " + std::to_string(known.size() - limit) + " more";
  return text;
}

}  // namespace troupe
