// Whom a policy asks next, from what has been answered so far.
#include "pipeline/ensemble_policy.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <numeric>
#include <random>

namespace troupe::test {
namespace {

using pipeline::NextStep;
using pipeline::nextStep;
using pipeline::Standing;
using pipeline::StopRule;
using Kind = NextStep::Kind;

TEST_CASE("one after the other is asked until one is good enough", "[ensemble]") {
  const std::vector<int> order{2, 0, 1};
  std::vector<Standing> standings(3, Standing::unasked);
  const auto next = [&] { return nextStep(StopRule{}, order, standings); };
  CHECK(next().kind == Kind::ask);
  CHECK(next().candidate == 2);
  standings[2] = Standing::asked;
  CHECK(next().kind == Kind::wait);
  standings[2] = Standing::answered;
  CHECK(next().kind == Kind::wait);
  SECTION("the first is") {
    standings[2] = Standing::reached;
    CHECK(next().kind == Kind::over);
  }
  SECTION("the first misses, the second fails, the third misses") {
    standings[2] = Standing::missed;
    CHECK(next().candidate == 0);
    standings[0] = Standing::failed;
    CHECK(next().candidate == 1);
    standings[1] = Standing::missed;
    CHECK(next().kind == Kind::over);
  }
}

TEST_CASE("candidates that are wanted in any case are asked for at once and one that fails is replaced", "[ensemble]") {
  std::vector<Standing> standings(4, Standing::unasked);
  const auto next = [&] { return nextStep(StopRule{2, 3}, {0, 1, 2, 3}, standings); };
  CHECK(next().candidate == 0);
  standings[0] = Standing::asked;
  CHECK(next().candidate == 1);
  standings[1] = Standing::asked;
  CHECK(next().kind == Kind::wait);
  standings[0] = Standing::reached;
  CHECK(next().kind == Kind::wait);
  standings[1] = Standing::failed;
  CHECK(next().candidate == 2);
  standings[2] = Standing::missed;
  CHECK(next().kind == Kind::over);
  standings[0] = Standing::missed;
  CHECK(next().kind == Kind::over);  // As many as may be have been asked.
}

// What each candidate comes to, and when: a policy that asks too many, too few or another one is found out.
struct World {
  std::vector<Standing> ends;
  std::vector<int> order;
  StopRule rule;

  // The shortest part of the order from its front with enough answers and a good one; all that may be asked else.
  std::size_t expected() const {
    const auto most = rule.max_candidates == 0 ? order.size() : std::min(order.size(), rule.max_candidates);
    std::size_t answers = 0;
    bool good = false;
    for (std::size_t n = 0; n < most; ++n) {
      if (answers >= rule.min_candidates && good) return n;
      const auto end = ends[static_cast<std::size_t>(order[n])];
      answers += end == Standing::failed ? 0 : 1;
      good = good || end == Standing::reached;
    }
    return most;
  }

  // Asks, with answers and judgements that come in at random.
  std::vector<int> asked(std::mt19937& random) const {
    std::vector<Standing> standings(ends.size(), Standing::unasked);
    std::vector<int> asked;
    for (;;) {
      const auto step = nextStep(rule, order, standings);
      if (step.kind == Kind::over) return asked;
      if (step.kind == Kind::ask) {
        asked.push_back(step.candidate);
        standings[static_cast<std::size_t>(step.candidate)] = Standing::asked;
        continue;
      }
      std::vector<std::size_t> open;
      for (std::size_t c = 0; c < standings.size(); ++c)
        if (standings[c] == Standing::asked || standings[c] == Standing::answered) open.push_back(c);
      REQUIRE_FALSE(open.empty());
      const auto c = open[random() % open.size()];
      standings[c] = standings[c] == Standing::asked && ends[c] != Standing::failed ? Standing::answered : ends[c];
    }
  }
};

TEST_CASE("whom it asks in the end does not depend on who answers first", "[ensemble]") {
  const auto seed = std::random_device()();
  CAPTURE(seed);
  std::mt19937 random(seed);
  for (int round = 0; round < 3000; ++round) {
    World world;
    const std::size_t count = 1 + random() % 5;
    constexpr Standing kEnds[] = {Standing::reached, Standing::missed, Standing::failed};
    for (std::size_t c = 0; c < count; ++c) world.ends.push_back(kEnds[random() % 3]);
    world.order.resize(count);
    std::iota(world.order.begin(), world.order.end(), 0);
    std::shuffle(world.order.begin(), world.order.end(), random);
    world.rule.min_candidates = 1 + random() % count;
    if (random() % 2 == 0) world.rule.max_candidates = world.rule.min_candidates + random() % 3;
    const auto asked = world.asked(random);
    REQUIRE(asked ==
            std::vector<int>(world.order.begin(), world.order.begin() + static_cast<std::ptrdiff_t>(world.expected())));
  }
}

}  // namespace
}  // namespace troupe::test
