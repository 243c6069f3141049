#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "ballots.hpp"
#include "mean_rank.hpp"

using namespace troupe::selectors;
using namespace troupe::test;

TEST_CASE("borda: equal values share the mean of their ranks", "[selector][borda]") {
  using Numbers = std::vector<double>;
  CHECK(ranksOf({}).empty());
  CHECK(ranksOf({3}) == Numbers{1});
  CHECK(ranksOf({1, 9, 5}) == Numbers{3, 1, 2});
  CHECK(ranksOf({5, 5, 9}) == Numbers{2.5, 2.5, 1});
  CHECK(ranksOf({7, 7, 7}) == Numbers{2, 2, 2});
  CHECK(ranksOf({7, 7 + 5e-10, 1}) == Numbers{1.5, 1.5, 3});
}

TEST_CASE("borda: ranks are averaged by weight, whatever the scales", "[selector][borda]") {
  const auto ballot = ballotOf({candidate("a", 5), candidate("b", 6), candidate("c", 4)},
                               {score("x", "a", 3), score("x", "b", 2.9), score("x", "c", 2.8), score("y", "a", 1),
                                score("y", "b", 10), score("y", "c", 0)},
                               {{"x", 2}, {"y", 1}});
  const auto points = meanRanks(ballot);
  CHECK(*points[0] == Approx(-(2 * 1 + 2) / 3.));
  CHECK(*points[1] == Approx(-(2 * 2 + 1) / 3.));
  CHECK(*points[2] == Approx(-3));
}

TEST_CASE("borda: a scorer that abstains on some ranks the others as if those stood anywhere", "[selector][borda]") {
  const auto ballot = ballotOf(
      {candidate("a", 5), candidate("b", 6), candidate("c", 4), candidate("d", std::nullopt)},
      {score("x", "a", 3), abstention("x", "b"), abstention("x", "c"), abstention("x", "d"), score("y", "a", 5),
       score("y", "b", 7), abstention("y", "c"), score("z", "c", 1), score("mute", "b", 9)},
      {{"mute", 0}});
  const auto points = meanRanks(ballot);
  CHECK(*points[0] == Approx(-(2 + 2 * 4 / 3.) / 2));  // alone of three: the middle; second of two of three
  CHECK(*points[1] == Approx(-4 / 3.));
  CHECK(*points[2] == Approx(-2));
  CHECK_FALSE(points[3].has_value());
}
