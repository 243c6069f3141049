#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "ballots.hpp"
#include "measure.hpp"
#include "support/decision.hpp"
#include "support/reason.hpp"

using namespace troupe::selectors;
using namespace troupe::test;

namespace {

using Ids = std::vector<std::string>;

Decision chooseBest(const Ballot& ballot, TieBreak tie_break) {
  return decide(ballot, measured(ballot, Measure::kQuality), tie_break);
}

std::string reasonOf(const Ballot& ballot, TieBreak tie_break) {
  return explain(ballot, chooseBest(ballot, tie_break), measured(ballot, Measure::kQuality), tie_break);
}

}  // namespace

TEST_CASE("best: the highest quality wins, candidates without one come last", "[selector][best]") {
  using Row = std::tuple<std::string, std::vector<Candidate>, Ids, std::optional<double>, Ids>;
  const auto [name, candidates, ranking, margin, ties] = GENERATE(values<Row>({
      {"one candidate", {candidate("a", 3)}, {"0/a"}, std::nullopt, {}},
      {"the better one", {candidate("a", 3), candidate("b", 4.5)}, {"0/b", "0/a"}, 1.5, {}},
      {"three", {candidate("a", 3), candidate("b", 9), candidate("c", 5)}, {"0/b", "0/c", "0/a"}, 4, {}},
      {"no quality never wins", {candidate("a", std::nullopt), candidate("b", 0)}, {"0/b", "0/a"}, std::nullopt, {}},
      {"two of them keep their order",
       {candidate("a", std::nullopt), candidate("b", 2), candidate("c", std::nullopt), candidate("d", 4)},
       {"0/d", "0/b", "0/a", "0/c"},
       2,
       {}},
      {"a tie: the first",
       {candidate("a", 5), candidate("b", 5), candidate("c", 4)},
       {"0/a", "0/b", "0/c"},
       0,
       {"0/b"}},
      {"a tie within 1e-9", {candidate("a", 5), candidate("b", 5 + 5e-10)}, {"0/a", "0/b"}, 0, {"0/b"}},
      {"no tie beyond 1e-9", {candidate("a", 5), candidate("b", 5 + 1e-8)}, {"0/b", "0/a"}, 1e-8, {}},
      {"a tie behind the winner is none",
       {candidate("a", 5), candidate("b", 5), candidate("c", 6)},
       {"0/c", "0/a", "0/b"},
       1,
       {}},
      {"all tie", {candidate("a", 0), candidate("b", 0), candidate("c", 0)}, {"0/a", "0/b", "0/c"}, 0, {"0/b", "0/c"}},
  }));
  CAPTURE(name);
  const auto decision = chooseBest(ballotOf(candidates, {}), TieBreak::kFirst);
  CHECK(decision.winner == ranking.front());
  CHECK(decision.ranking == ranking);
  CHECK(decision.margin.has_value() == margin.has_value());
  if (margin) CHECK(*decision.margin == Approx(*margin).margin(1e-12));
  CHECK(decision.ties == ties);
}

TEST_CASE("best: no candidate with a quality fails with a clear message", "[selector][best]") {
  CHECK_THROWS_WITH(chooseBest(ballotOf({}, {}), TieBreak::kSeed),
                    "none of the 0 candidates has a quality, so there is nothing to choose by");
  CHECK_THROWS_WITH(
      chooseBest(ballotOf({candidate("a", std::nullopt), candidate("b", std::nullopt)}, {}), TieBreak::kSeed),
      "none of the 2 candidates has a quality, so there is nothing to choose by");
}

TEST_CASE("best: ties broken by the seed are repeatable and favour nobody", "[selector][best]") {
  const std::vector<Candidate> candidates = {candidate("a", 7), candidate("b", 7), candidate("c", 7),
                                             candidate("d", 6)};
  std::map<std::string, int> wins;
  constexpr int kSamples = 3000;
  for (int seed = 0; seed < kSamples; ++seed) {
    const auto ballot = ballotOf(candidates, {}, {}, static_cast<std::uint64_t>(seed));
    const auto decision = chooseBest(ballot, TieBreak::kSeed);
    CHECK(decision.winner == chooseBest(ballot, TieBreak::kSeed).winner);
    CHECK(decision.ties.size() == 2);
    CHECK(std::find(decision.ties.begin(), decision.ties.end(), decision.winner) == decision.ties.end());
    CHECK(decision.ranking.back() == "0/d");
    ++wins[decision.winner];
  }
  CHECK(wins.size() == 3);
  for (const auto& [id, count] : wins) {
    CAPTURE(id);
    CHECK(count > kSamples / 3 - 150);
    CHECK(count < kSamples / 3 + 150);
  }
}

TEST_CASE("best: each scorer's vote, and abstentions kept", "[selector][best]") {
  const auto ballot =
      ballotOf({candidate("a", 8), candidate("b", 7)},
               {score("craft", "a", 6), score("craft", "b", 7.5), score("judge", "a", 10), abstention("judge", "b"),
                abstention("shy", "a"), abstention("shy", "b"), score("even", "b", 5), score("even", "a", 5)});
  const auto decision = chooseBest(ballot, TieBreak::kSeed);
  CHECK(decision.winner == "0/a");
  CHECK(decision.abstained == Ids{"judge on 0/b", "shy on 0/a", "shy on 0/b"});
  REQUIRE(decision.votes.size() == 3);
  CHECK(decision.votes[0].scorer == "craft");
  CHECK(decision.votes[0].candidate == "0/b");
  CHECK(*decision.votes[0].margin == Approx(1.5));
  CHECK(decision.votes[1].scorer == "judge");
  CHECK(decision.votes[1].candidate == "0/a");
  CHECK_FALSE(decision.votes[1].margin.has_value());
  CHECK(decision.votes[2].scorer == "even");
  CHECK(decision.votes[2].candidate == "0/a");  // its tie goes to the winner
  CHECK(*decision.votes[2].margin == 0);
}

TEST_CASE("best: a vote's margin is to the scorer's second choice, in whatever order scores come", "[selector][best]") {
  std::vector<Score> scores = {score("s", "a", 1), score("s", "b", 9), score("s", "c", 6)};
  std::sort(scores.begin(), scores.end(), [](const auto& x, const auto& y) { return x.candidate < y.candidate; });
  do {
    const auto votes =
        chooseBest(ballotOf({candidate("a", 5), candidate("b", 4), candidate("c", 3)}, scores), TieBreak::kSeed).votes;
    REQUIRE(votes.size() == 1);
    CHECK(votes[0].candidate == "0/b");
    CHECK(*votes[0].margin == Approx(3));
  } while (std::next_permutation(scores.begin(), scores.end(),
                                 [](const auto& x, const auto& y) { return x.candidate < y.candidate; }));
}

TEST_CASE("best: the reason is a sentence for a person", "[selector][best]") {
  using Row = std::tuple<Ballot, TieBreak, std::string>;
  const std::string text = "text signals only: strongest prose 9";
  const auto [ballot, tie_break, expected] = GENERATE_COPY(values<Row>({
      {ballotOf({candidate("wren", 8.439), candidate("quill", 8)},
                {score("craft", "wren", 8.439, text), score("craft", "quill", 8, text)}),
       TieBreak::kSeed, "wren wins with quality 8.43, 0.43 ahead of quill; judged by craft (text signals only)"},
      {ballotOf({candidate("wren", 7.996), candidate("quill", 7.995)},
                {score("craft", "wren", 8, text), score("judge", "wren", 8, "vivid")}),
       TieBreak::kSeed, "wren wins with quality 7.99, less than 0.01 ahead of quill; judged by craft and judge"},
      {ballotOf({candidate("wren", 8.1)}, {}), TieBreak::kSeed, "wren wins with quality 8.10, as the only candidate"},
      {ballotOf({candidate("a", 5), candidate("b", 5), candidate("c", 5)}, {}), TieBreak::kFirst,
       "a ties with b and c at quality 5.00 and wins as the first in the pipeline's order"},
      {ballotOf({candidate("a", std::nullopt), candidate("b", 10)},
                {abstention("craft", "a"), score("craft", "b", 10, "x")}),
       TieBreak::kSeed,
       "b wins with quality 10.00, as the only candidate with a quality; a could not win: every scorer abstained; "
       "judged by craft"},
  }));
  CHECK(reasonOf(ballot, tie_break) == expected);
}

TEST_CASE("best: the reason says when the seed broke a tie", "[selector][best]") {
  const auto ballot = ballotOf({candidate("a", 5), candidate("b", 5)}, {}, {}, 3);
  CHECK_THAT(reasonOf(ballot, TieBreak::kSeed),
             Catch::Contains(" ties with ") && Catch::EndsWith("and wins by the sample's seed"));
}

TEST_CASE("best: by median, trimmed and z-normalised mean", "[selector][best]") {
  // One generous judge, one strict one, and one that is bought by b.
  const auto ballot = ballotOf({candidate("a", 6), candidate("b", 7)},
                               {score("kind", "a", 9), score("kind", "b", 8), score("strict", "a", 3),
                                score("strict", "b", 2), score("bought", "a", 6), score("bought", "b", 10)});
  const auto by = [&](Measure measure) { return measured(ballot, measure); };
  CHECK(*by(Measure::kQuality)[1] == 7);
  CHECK(*by(Measure::kMedian)[0] == 6);
  CHECK(*by(Measure::kMedian)[1] == 8);
  CHECK(*by(Measure::kTrimmedMean)[0] == 6);
  CHECK(*by(Measure::kTrimmedMean)[1] == 8);
  // Of two candidates each scorer says +1 and -1, however far apart they are.
  CHECK(*by(Measure::kZMean)[0] == Approx(1. / 3));
  CHECK(*by(Measure::kZMean)[1] == Approx(-1. / 3));
}

TEST_CASE("best: weights, abstentions and few scores in the measures", "[selector][best]") {
  const auto ballot = ballotOf(
      {candidate("a", 5), candidate("b", 5), candidate("c", std::nullopt), candidate("d", 4)},
      {score("x", "a", 1), score("y", "a", 9), score("x", "b", 7), abstention("y", "b"), abstention("x", "c"),
       abstention("y", "c"), score("x", "d", 4), score("y", "d", 4), score("mute", "a", 10), score("mute", "b", 0)},
      {{"x", 3}, {"y", 1}, {"mute", 0}});
  const auto median = measured(ballot, Measure::kMedian);
  CHECK(*median[0] == 1);  // three quarters of the weight
  CHECK(*median[1] == 7);
  CHECK_FALSE(median[2].has_value());
  CHECK(*median[3] == 4);
  CHECK(*measured(ballot, Measure::kTrimmedMean)[0] == 3);  // two scores: none is cut
  const auto even = ballotOf({candidate("a", 5)}, {score("x", "a", 1), score("y", "a", 9)});
  CHECK(*measured(even, Measure::kMedian)[0] == 5);
  CHECK(*measured(even, Measure::kZMean)[0] == 0);  // one candidate: nobody tells anything apart
}
