#include "pace.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <tuple>

#include "faults.hpp"

using namespace troupe::storyteller;

TEST_CASE("pieces are the story and take the time", "[storyteller]") {
  using Row = std::tuple<std::string, std::int64_t, std::size_t>;
  const auto [story, total_ms, count] = GENERATE(values<Row>({
      {"one two three", 3000, 3},  // one a word
      {"one two three", 80, 2},    // none faster than 40 ms
      {"one two three", 1, 1},
      {"A line.\n\nAnother line, \"she said\".", 10000, 6},
      {"word", 500, 1},
  }));
  CAPTURE(story, total_ms);
  const auto pieces = pacePieces(story, total_ms);
  CHECK(pieces.size() == count);
  std::string joined;
  std::int64_t waited = 0;
  for (const auto& piece : pieces) {
    CHECK(piece.wait_ms >= 0);
    CHECK_FALSE(piece.text.empty());
    joined += piece.text;
    waited += piece.wait_ms;
  }
  CHECK(joined == story);
  CHECK(waited == total_ms);
}

TEST_CASE("a story takes its pace, up to 30 % more or less", "[storyteller]") {
  std::int64_t low = 10000;
  std::int64_t high = 0;
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    Random random(seed);
    const auto time = storyTime(1000, random);
    low = std::min(low, time);
    high = std::max(high, time);
  }
  CHECK(low >= 700);
  CHECK(low < 730);
  CHECK(high <= 1300);
  CHECK(high > 1270);
}

TEST_CASE("faults come by share and by index", "[storyteller]") {
  const auto failures = [](const FaultPlan& plan) {
    int count = 0;
    for (std::int64_t index = 0; index < 1000; ++index) {
      Random random(static_cast<std::uint64_t>(index));
      if (plan.decide(index, random)) ++count;
    }
    return count;
  };
  CHECK(failures({0, 0, FaultKind::kTransient}) == 0);
  CHECK(failures({1, 0, FaultKind::kTransient}) == 1000);
  CHECK(failures({0, 4, FaultKind::kTransient}) == 250);
  const int some = failures({0.1, 0, FaultKind::kTransient});
  CHECK(some > 70);
  CHECK(some < 130);
}
