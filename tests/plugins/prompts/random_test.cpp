#include <catch2/catch.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "support/random.hpp"

using troupe::prompts::shuffled;

namespace {

std::vector<std::uint64_t> permutation(std::uint64_t count, std::uint64_t seed, std::uint64_t round) {
  std::vector<std::uint64_t> out;
  for (std::uint64_t i = 0; i < count; ++i) out.push_back(shuffled(i, count, seed, round));
  return out;
}

}  // namespace

TEST_CASE("shuffling is a permutation, another one for each seed and round", "[prompts][random]") {
  const auto count = GENERATE(as<std::uint64_t>{}, 1, 2, 3, 4, 5, 16, 17, 1000, 65536, 65537);
  CAPTURE(count);
  const auto p = permutation(count, 7, 0);
  CHECK(std::set<std::uint64_t>(p.begin(), p.end()).size() == count);
  CHECK(*std::max_element(p.begin(), p.end()) == count - 1);
  CHECK(p == permutation(count, 7, 0));
  if (count >= 16) {
    CHECK(p != permutation(count, 7, 1));
    CHECK(p != permutation(count, 8, 0));
  }
}

TEST_CASE("shuffling three items gives each of the six orders about as often", "[prompts][random]") {
  std::map<std::vector<std::uint64_t>, int> seen;
  for (std::uint64_t round = 0; round < 6000; ++round) ++seen[permutation(3, 0, round)];
  CHECK(seen.size() == 6);
  for (const auto& [order, count] : seen) CHECK((count > 850 && count < 1150));
}
