#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <string>
#include <vector>

#include "abilities.hpp"
#include "ballots.hpp"
#include "comparisons.hpp"

using namespace troupe::selectors;
using namespace troupe::test;

namespace {

constexpr std::size_t kTeams = 7;
const std::array<std::string, kTeams> kTeamNames = {"Balt", "Bost", "Clev", "Detr", "Milw", "NewY", "Toro"};
// Baseball, American League East 1987: the row beat the column. Agresti, Categorical Data Analysis, table 10.11.
constexpr std::array<std::array<int, kTeams>, kTeams> kBeat = {{{0, 1, 7, 4, 2, 3, 1},
                                                                {12, 0, 7, 2, 6, 7, 6},
                                                                {6, 6, 0, 4, 4, 6, 5},
                                                                {9, 11, 9, 0, 6, 5, 7},
                                                                {11, 7, 9, 7, 0, 7, 9},
                                                                {10, 6, 7, 8, 6, 0, 6},
                                                                {12, 7, 8, 6, 4, 7, 0}}};
constexpr std::array<double, kTeams> kAbilities = {0, 1.1077, .6839, 1.4364, 1.5814, 1.2476, 1.2945};

void add(std::vector<Pair>& pairs, std::size_t other, int count, double result) {
  for (int i = 0; i < count; ++i) pairs.push_back({"0/" + kTeamNames[other], result});
}

/// Every game stands with the team of `both` or lower positions only, or with both.
Ballot season(bool both) {
  std::vector<Candidate> teams;
  std::vector<Score> scores;
  for (std::size_t i = 0; i < kTeams; ++i) {
    teams.push_back(candidate(kTeamNames[i], 5));
    std::vector<Pair> games;
    for (std::size_t j = both ? 0 : i + 1; j < kTeams; ++j) {
      add(games, j, kBeat[i][j], 1);
      add(games, j, kBeat[j][i], 0);
    }
    scores.push_back(score("judge", kTeamNames[i], 5, "", games));
  }
  return ballotOf(teams, scores);
}

Abilities of(const Ballot& ballot) { return abilitiesOf(allComparisons(ballot), ballot.candidates.size()); }

}  // namespace

TEST_CASE("bradley_terry: the abilities of the baseball teams", "[selector][bradley_terry]") {
  const bool both = GENERATE(true, false);
  const auto abilities = of(season(both));
  CHECK(abilities.converged);
  CHECK(abilities.rounds < 200);
  CHECK_FALSE(abilities.with_prior);
  for (std::size_t i = 0; i < kTeams; ++i) {
    CAPTURE(kTeamNames[i]);
    CHECK(*abilities.points[i] - *abilities.points[0] == Approx(kAbilities[i]).margin(1e-4));
  }
}

TEST_CASE("bradley_terry: at the maximum everyone has as many wins as expected", "[selector][bradley_terry]") {
  const auto abilities = of(season(true));
  for (std::size_t i = 0; i < kTeams; ++i) {
    double wins = 0, expected = 0;
    for (std::size_t j = 0; j < kTeams; ++j) {
      if (i == j) continue;
      wins += kBeat[i][j];
      expected += (kBeat[i][j] + kBeat[j][i]) / (1 + std::exp(*abilities.points[j] - *abilities.points[i]));
    }
    CHECK(expected == Approx(wins).margin(1e-6));
  }
}

TEST_CASE("bradley_terry: a tie counts half a win each way", "[selector][bradley_terry]") {
  // Three quarters of the points: odds of three to one.
  const auto ballot = ballotOf(
      {candidate("a", 5), candidate("b", 5)},
      {score("judge", "a", 5, "", {{"0/b", 1}, {"0/b", .5}}), score("judge", "b", 5, "", {{"0/a", 0}, {"0/a", .5}})});
  const auto comparisons = allComparisons(ballot);
  REQUIRE(comparisons.size() == 1);
  CHECK(comparisons.begin()->second.first == 1.5);
  CHECK(comparisons.begin()->second.second == .5);
  const auto abilities = of(ballot);
  CHECK_FALSE(abilities.with_prior);
  CHECK(*abilities.points[0] - *abilities.points[1] == Approx(std::log(3)).margin(1e-8));
}

TEST_CASE("bradley_terry: an undefeated candidate and separate groups get the prior and stay finite",
          "[selector][bradley_terry]") {
  SECTION("undefeated") {
    const auto abilities = of(ballotOf({candidate("a", 5), candidate("b", 5), candidate("c", 5)},
                                       {score("judge", "a", 5, "", {{"0/b", 1}, {"0/c", 1}, {"0/b", 1}, {"0/c", 1}}),
                                        score("judge", "b", 5, "", {{"0/c", 1}, {"0/c", 0}})}));
    CHECK(abilities.with_prior);
    CHECK(abilities.converged);
    CHECK(*abilities.points[0] > *abilities.points[1] + 1);
    CHECK(*abilities.points[1] == Approx(*abilities.points[2]).margin(1e-8));
    CHECK(*abilities.points[0] < 10);
  }
  SECTION("two groups that never met are compared by what they did among themselves") {
    const auto abilities = of(ballotOf(
        {candidate("a", 5), candidate("b", 5), candidate("c", 5), candidate("d", 5)},
        {score("judge", "a", 5, "", {{"0/b", 1}, {"0/b", 1}}), score("judge", "c", 5, "", {{"0/d", 1}, {"0/d", .5}})}));
    CHECK(abilities.with_prior);
    CHECK(*abilities.points[0] > *abilities.points[2]);
    CHECK(*abilities.points[3] > *abilities.points[1]);
  }
  SECTION("who was never compared has no ability") {
    const auto abilities = of(ballotOf({candidate("a", 5), candidate("b", 5), candidate("c", 9)},
                                       {score("judge", "a", 5, "", {{"0/b", 1}}), score("text", "c", 9)}));
    CHECK(abilities.points[0].has_value());
    CHECK_FALSE(abilities.points[2].has_value());
  }
}

TEST_CASE("bradley_terry: judges count by their weight, and one of weight 0 not at all", "[selector][bradley_terry]") {
  const std::vector<Score> scores = {score("x", "a", 5, "", {{"0/b", 1}}), score("y", "b", 5, "", {{"0/a", 1}}),
                                     score("mute", "b", 5, "", {{"0/a", 1}, {"0/a", 1}})};
  const std::vector<Candidate> candidates = {candidate("a", 5), candidate("b", 5)};
  const auto even = of(ballotOf(candidates, scores, {{"mute", 0}}));
  CHECK(*even.points[0] == Approx(*even.points[1]).margin(1e-9));
  const auto odds = of(ballotOf(candidates, scores, {{"x", 3e5}, {"y", 1e5}, {"mute", 0}}));
  CHECK(*odds.points[0] - *odds.points[1] == Approx(std::log(3)).margin(1e-8));
  const auto votes = votesByWins(ballotOf(candidates, scores), "0/a");
  REQUIRE(votes.size() == 3);
  CHECK(votes[2].candidate == "0/b");
  CHECK(*votes[2].margin == 2);
}

TEST_CASE("bradley_terry: what a judge abstained on or a candidate without quality is left out",
          "[selector][bradley_terry]") {
  auto shy = abstention("judge", "a");
  shy.pairs = {{"0/b", 1}};
  const auto ballot = ballotOf({candidate("a", 5), candidate("b", 5), candidate("c", std::nullopt)},
                               {shy, score("judge", "b", 5, "", {{"0/c", 1}})});
  CHECK(allComparisons(ballot).empty());
}
