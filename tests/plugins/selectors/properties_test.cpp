// What holds for every rule, over random ballots.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <functional>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "abilities.hpp"
#include "ballots.hpp"
#include "comparisons.hpp"
#include "mean_rank.hpp"
#include "measure.hpp"
#include "support/decision.hpp"
#include "support/reason.hpp"

using namespace troupe::selectors;
using namespace troupe::test;

namespace {

using Rule = std::function<Points(const Ballot&)>;

const std::map<std::string, Rule>& rules() {
  static const std::map<std::string, Rule> all = {
      {"quality", [](const Ballot& b) { return measured(b, Measure::kQuality); }},
      {"median", [](const Ballot& b) { return measured(b, Measure::kMedian); }},
      {"trimmed mean", [](const Ballot& b) { return measured(b, Measure::kTrimmedMean); }},
      {"z-mean", [](const Ballot& b) { return measured(b, Measure::kZMean); }},
      {"borda", meanRanks},
      {"bradley_terry", [](const Ballot& b) { return abilitiesOf(allComparisons(b), b.candidates.size()).points; }},
  };
  return all;
}

int rounds() {
  const char* given = std::getenv("TROUPE_TEST_ROUNDS");
  return given != nullptr ? std::max(1, std::atoi(given)) : 300;
}

/// Scores of some scorers for some candidates; `better` has the best of each, and every pair.
Ballot randomBallot(std::mt19937_64& random, int better = -1) {
  const auto below = [&](std::uint64_t n) { return static_cast<int>(random() % n); };
  const int candidates = 1 + below(6), scorers = 1 + below(4);
  std::map<std::string, double> weights;
  std::vector<Score> scores;
  std::vector<std::vector<double>> values(static_cast<std::size_t>(candidates));
  for (int s = 0; s < scorers; ++s) {
    const std::string name = "scorer" + std::to_string(s);
    weights[name] = 1 + below(3);
    for (int c = 0; c < candidates; ++c) {
      const std::string node(1, static_cast<char>('a' + c));
      if (better < 0 && below(6) == 0) {
        scores.push_back(abstention(name, node));
        continue;
      }
      auto one = score(name, node, c == better ? 9.5 + .1 * below(5) : .5 * below(19));
      for (int other = 0; other < candidates; ++other) {
        if (other == c) continue;
        const double result = c == better ? 1 : other == better ? 0 : .5 * below(3);
        if (c < other) one.pairs.push_back({"0/" + std::string(1, static_cast<char>('a' + other)), result});
      }
      values[static_cast<std::size_t>(c)].push_back(weights[name] * one.value);
      values[static_cast<std::size_t>(c)].push_back(weights[name]);
      scores.push_back(std::move(one));
    }
  }
  std::vector<Candidate> list;
  for (int c = 0; c < candidates; ++c) {
    double sum = 0, weight = 0;
    const auto& own = values[static_cast<std::size_t>(c)];
    for (std::size_t i = 0; i < own.size(); i += 2) {
      sum += own[i];
      weight += own[i + 1];
    }
    list.push_back(
        candidate(std::string(1, static_cast<char>('a' + c)), weight > 0 ? std::optional(sum / weight) : std::nullopt));
  }
  return ballotOf(std::move(list), std::move(scores), weights, random());
}

bool any(const Points& points) {
  return std::any_of(points.begin(), points.end(), [](const auto& p) { return p.has_value(); });
}

std::set<std::string> first(const Decision& decision) {
  std::set<std::string> out(decision.ties.begin(), decision.ties.end());
  out.insert(decision.winner);
  return out;
}

}  // namespace

TEST_CASE("selectors: the order of scores changes nothing", "[selector][property]") {
  std::mt19937_64 random(1);
  for (int round = 0; round < rounds(); ++round) {
    auto ballot = randomBallot(random);
    for (const auto& [name, rule] : rules()) {
      CAPTURE(name, round);
      const auto points = rule(ballot);
      if (!any(points)) continue;
      auto shuffled = ballot;
      std::shuffle(shuffled.scores.begin(), shuffled.scores.end(), random);
      std::reverse(shuffled.scorers.begin(), shuffled.scorers.end());
      const auto again = rule(shuffled);
      const auto a = decide(ballot, points, TieBreak::kSeed);
      const auto b = decide(shuffled, again, TieBreak::kSeed);
      REQUIRE(a.winner == b.winner);
      REQUIRE(a.ranking == b.ranking);
      REQUIRE(a.ties == b.ties);
      REQUIRE(a.margin.has_value() == b.margin.has_value());
      if (a.margin) REQUIRE(*a.margin == *b.margin);
      REQUIRE(a.pointless == b.pointless);
    }
  }
}

TEST_CASE("selectors: the order of candidates decides ties and nothing else", "[selector][property]") {
  std::mt19937_64 random(2);
  for (int round = 0; round < rounds(); ++round) {
    const auto ballot = randomBallot(random);
    auto shuffled = ballot;
    std::shuffle(shuffled.candidates.begin(), shuffled.candidates.end(), random);
    for (const auto& [name, rule] : rules()) {
      CAPTURE(name, round);
      const auto points = rule(ballot);
      const auto again = rule(shuffled);
      REQUIRE(any(points) == any(again));
      if (!any(points)) continue;
      const auto a = decide(ballot, points, TieBreak::kFirst);
      const auto b = decide(shuffled, again, TieBreak::kFirst);
      REQUIRE(first(a) == first(b));
      if (a.margin) REQUIRE(*a.margin == Approx(*b.margin).margin(1e-8));
      for (std::size_t i = 0; i < points.size(); ++i) {
        const auto j = shuffled.position(ballot.candidates[i].id);
        REQUIRE(points[i].has_value() == again[j].has_value());
        if (points[i]) REQUIRE(*points[i] == Approx(*again[j]).margin(1e-8));
      }
      if (!a.ties.empty()) {
        const auto tied = first(a);
        const auto place = std::find_if(shuffled.candidates.begin(), shuffled.candidates.end(),
                                        [&](const auto& c) { return tied.count(c.id) != 0; });
        REQUIRE(b.winner == place->id);
      }
    }
  }
}

TEST_CASE("selectors: a candidate that is better everywhere wins", "[selector][property]") {
  std::mt19937_64 random(3);
  int contested = 0;
  for (int round = 0; round < rounds(); ++round) {
    const auto ballot = randomBallot(random, 0);
    contested += ballot.candidates.size() > 1 ? 1 : 0;
    for (const auto& [name, rule] : rules()) {
      CAPTURE(name, round);
      const auto points = rule(ballot);
      if (!any(points)) continue;  // one candidate is in no pair
      const auto decision = decide(ballot, points, TieBreak::kSeed);
      REQUIRE(decision.winner == "0/a");
      REQUIRE(decision.ties.empty());
      if (decision.margin) REQUIRE(*decision.margin > 0);
    }
  }
  CHECK(contested > rounds() / 2);
}

TEST_CASE("selectors: every candidate is ranked once, and without points comes last", "[selector][property]") {
  std::mt19937_64 random(4);
  for (int round = 0; round < rounds(); ++round) {
    const auto ballot = randomBallot(random);
    for (const auto& [name, rule] : rules()) {
      CAPTURE(name, round);
      const auto points = rule(ballot);
      for (std::size_t i = 0; i < points.size(); ++i)
        if (!ballot.candidates[i].quality) REQUIRE_FALSE(points[i].has_value());
      if (!any(points)) {
        REQUIRE_THROWS_WITH(decide(ballot, points, TieBreak::kSeed), Catch::Contains("nothing to choose by"));
        continue;
      }
      const auto decision = decide(ballot, points, TieBreak::kSeed);
      REQUIRE(decision.ranking.size() == ballot.candidates.size());
      REQUIRE(std::set<std::string>(decision.ranking.begin(), decision.ranking.end()).size() ==
              ballot.candidates.size());
      REQUIRE(std::equal(decision.pointless.rbegin(), decision.pointless.rend(), decision.ranking.rbegin()));
      REQUIRE_FALSE(explain(ballot, decision, points, TieBreak::kSeed).empty());
    }
  }
}
