#pragma once

#include <catch2/catch.hpp>

#include <random>
#include <string>
#include <vector>

namespace troupe::test {

/// Cuts each text anywhere, and changes it anywhere; `survives` says whether what comes of it is in order.
template <typename Survives>
void checkChanged(const std::vector<std::string>& originals, Survives survives) {
  std::mt19937 random(7);
  for (const auto& original : originals) {
    bool good = true;
    for (std::size_t cut = 0; cut < original.size(); ++cut) good = good && survives(original.substr(0, cut));
    for (int i = 0; i < 2000; ++i) {
      auto changed = original;
      for (int n = 0; n < 3; ++n) changed[random() % changed.size()] = "\0\xff\\\"{}[]:,0-entf"[random() % 17];
      good = good && survives(changed);
    }
    CAPTURE(original);
    CHECK(good);
  }
}

}  // namespace troupe::test
