// The same samples come out whatever runs beside them.
#include <algorithm>
#include <set>

#include "rig.hpp"

namespace troupe::test {
namespace {

// The real plugins of the demo; a scripted provider beside them brings disorder by random delays.
PipelineText stories(const Board& board, int in_flight, bool delays, bool few_shot) {
  PipelineText text(board);
  text.samples(60).inFlight(in_flight);
  text.node("genres", "troupe.prompts.genres", few_shot ? R"({"examples":{"from":"memory","lag":64}})" : "");
  if (few_shot) text.samples(100);
  for (const auto voice : {"marlow", "wren", "quill"})
    text.node(voice, "troupe.provider.storyteller", R"(["genres"])",
              R"("voice":")" + std::string(voice) + R"(","failure_rate":0.1,"failure_every":25)" +
                  (delays ? R"(,"pace_ms":3)" : ""),
              R"("retries":1)");
  text.node("noise", "provider", R"(["genres"])", delays ? R"("random_ms":5)" : "");
  text.node("craft", "troupe.scorer.text", R"(["marlow","wren","quill","noise"])")
      .node("vote", "troupe.selector.best", R"(["craft"])");
  text.node("good", "troupe.filter.threshold", R"(["vote"])", R"("min_quality":7.5)")
      .node("store", "store", R"(["good"])");
  if (few_shot) text.node("memory", "troupe.store.memory", R"(["good"])");
  return text;
}

std::string exported(int in_flight, bool delays, bool few_shot) {
  Rig rig;
  const auto end = rig.run(stories(rig.board, in_flight, delays, few_shot));
  CHECK(end.state == "complete");
  return rig.canonical();
}

TEST_CASE("a run gives the same samples one by one and 64 at once, with and without delays", "[engine]") {
  const auto expected = exported(1, false, false);
  CHECK(std::count(expected.begin(), expected.end(), '\n') == 60);
  CHECK(exported(64, false, false) == expected);
  CHECK(exported(1, true, false) == expected);
  CHECK(exported(64, true, false) == expected);
}

TEST_CASE("so does one that learns from its own samples", "[engine]") {
  const auto expected = exported(1, false, true);
  CHECK(exported(64, true, true) == expected);
}

TEST_CASE("sample seeds depend on the run's seed and the index alone", "[engine]") {
  std::set<std::int64_t> seeds;
  for (std::int64_t run = 0; run < 20; ++run)
    for (std::int64_t index = 0; index < 50; ++index) {
      const auto seed = pipeline::sampleSeed(run, index);
      CHECK(seed >= 0);
      CHECK(seed < (std::int64_t{1} << 31));
      CHECK(seed == pipeline::sampleSeed(run, index));
      seeds.insert(seed);
    }
  CHECK(seeds.size() > 990);
}

}  // namespace
}  // namespace troupe::test
