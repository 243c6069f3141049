// Random schedules: delays, failures, cancels, pauses and crashes. TROUPE_STRESS_ROUNDS sets how many,
// TROUPE_STRESS_SEED which.
#include <cstdlib>
#include <iostream>
#include <random>
#include <set>

#include "rig.hpp"

namespace troupe::test {
namespace {

using Random = std::mt19937_64;

std::uint64_t fromEnvironment(const char* name, std::uint64_t fallback) {
  const char* text = std::getenv(name);
  return text == nullptr ? fallback : std::strtoull(text, nullptr, 10);
}

std::string pick(Random& random, const std::vector<std::string>& from) { return from[random() % from.size()]; }

PipelineText randomPipeline(const Board& board, Random& random, std::int64_t samples) {
  auto text = PipelineText::ensemble(board).samples(samples).inFlight(1 + static_cast<int>(random() % 12));
  const std::vector<std::string> troubles = {"",
                                             "",
                                             R"("random_ms":3)",
                                             R"("act":"fail","code":6,"first":1)",
                                             R"("act":"fail","code":6,"every":3,"vary":true)",
                                             R"("act":"fail","code":1,"every":4)",
                                             R"("act":"fail","code":4,"first":1,"every":2,"retry_after_ms":2)",
                                             R"("act":"rubbish","every":5)",
                                             R"("act":"throw","every":6)",
                                             R"("act":"poll","every":7)",
                                             R"("act":"push","every":7)",
                                             R"("act":"none","every":3,"random_ms":2)"};
  for (const auto name : {"a", "b", "c"}) {
    text.options(name, pick(random, troubles))
        .limits(name, R"("timeout_s":0.02,"retries":)" + std::to_string(random() % 3) +
                          pick(random, {"", R"(,"in_flight":2)", R"(,"rpm":60000)"}));
    text.type(name, pick(random, {"provider", "provider_one", "provider_three"}));
  }
  text.type("score", pick(random, {"scorer", "sample_scorer"}))
      .options("score",
               pick(random, {"", R"("act":"abstain","every":4)", R"("random_ms":2)", R"("act":"throw","every":5)"}));
  text.options("vote", pick(random, {"", "", R"("act":"unknown","every":9)"}));
  text.options(
      "keep", pick(random, {"", R"("min":5)", R"("act":"hold","every":6,"until_ms":2)", R"("act":"throw","every":8)"}));
  text.options("store", pick(random, {"", R"("act":"fail","code":6,"first":1,"every":4)", R"("random_ms":2)"}));
  text.node("sink", "sink", "", pick(random, {"", R"("act":"fail","code":1,"every":5)"}));
  if (random() % 2 == 0) {
    text.node("memory", "store", R"(["keep"])", R"("feeds":true)")
        .inputs("source", R"({"examples":{"from":"memory","lag":12}})");
  }
  return text;
}

void checkRun(const Rig& rig, const pipeline::RunEnd& end, std::int64_t samples) {
  // Every sample settles exactly once, and the counts add up.
  std::set<std::int64_t> settled;
  std::int64_t n = 0, current = 0, saved = 0;
  for (const auto& event : rig.events()) {
    REQUIRE(event.n == ++n);
    if (event.type != "sample") continue;
    const auto sample = parsed(event.json);
    REQUIRE(settled.insert(sample["index"].GetInt64()).second);
    REQUIRE(sample["number"].GetInt64() == ++current);
    const auto& progress = sample["progress"];
    REQUIRE(progress["current"].GetInt64() == current);
    REQUIRE(progress["successful"].GetInt64() + progress["failed"].GetInt64() == current);
    saved += sample["saved"].Size() > 0 ? 1 : 0;
    REQUIRE(progress["stories_saved"].GetInt64() == saved);
  }
  REQUIRE(settled.size() == static_cast<std::size_t>(samples));
  const auto result = resultOf(end);
  REQUIRE(result["successful"].GetInt64() + result["failed"].GetInt64() == samples);
  REQUIRE(result["stories_saved"].GetInt64() == saved);
  std::int64_t wins = 0;
  for (const auto& model : result["models"].GetArray()) {
    REQUIRE(model["candidates"].GetInt64() + model["failures"].GetInt64() == samples);
    wins += model["wins"].GetInt64();
  }
  REQUIRE(wins == result["successful"].GetInt64());
  for (std::int64_t i = 0; i < samples; ++i) {
    const auto record = rig.sample(i);
    REQUIRE(record.settled);
    REQUIRE(record.calls.size() == 3);
  }
}

TEST_CASE("random schedules: every sample settles once, counts add up, nothing hangs", "[engine][stress]") {
  const auto first = fromEnvironment("TROUPE_STRESS_SEED", std::random_device{}());
  const auto rounds = fromEnvironment("TROUPE_STRESS_ROUNDS", 12);
  for (std::uint64_t round = 0; round < rounds; ++round) {
    const auto seed = first + round;
    std::cerr << "stress: TROUPE_STRESS_SEED=" << seed << " TROUPE_STRESS_ROUNDS=1\n";
    CAPTURE(seed);
    Random random(seed);
    constexpr std::int64_t kSamples = 40;
    Rig rig;
    rig.options.grace = kPatience;
    rig.options.pause_drain = std::chrono::milliseconds(random() % 2 == 0 ? 5 : 1000);
    rig.options.max_threads = random() % 3 == 0 ? 3 : 1024;
    const auto text = randomPipeline(rig.board, random, kSamples);
    CAPTURE(text.text());
    // Pauses come from wherever something happens.
    std::atomic<int> pauses{static_cast<int>(random() % 3)};
    const auto where = pick(random, {"a", "b", "score", "vote", "keep", "store", "source"});
    const auto at = static_cast<std::int64_t>(random() % kSamples);
    rig.board.on(where, "run", [&, at](std::int64_t index) {
      if (index >= at && pauses.fetch_sub(1) > 0) rig.engine().pause("stress");
    });
    rig.start(text);
    auto end = rig.finish();
    for (int resumes = 0; end.state == "paused" && resumes < 8; ++resumes) {
      if (random() % 2 == 0) rig.reopenJournal();
      end = rig.resume();
    }
    CAPTURE(end.reason);
    REQUIRE((end.state == "complete" || end.state == "failed"));
    REQUIRE_FALSE(end.abandoned);
    checkRun(rig, end, kSamples);
  }
}

}  // namespace
}  // namespace troupe::test
