// A scorer that reads what the run has kept, by a delayed reference: the same at any concurrency and after pauses.
#include <algorithm>

#include "rig.hpp"

namespace troupe::test {
namespace {

constexpr int kLag = 8;

// A provider that says the same again and again, beside one that does not.
PipelineText echoes(const Board& board, int in_flight) {
  PipelineText text(board);
  text.samples(40).inFlight(in_flight);
  text.node("source", "source");
  text.node("echo", "provider", R"(["source"])",
            R"("random_ms":2,"text":"the lamp by the harbour went out and nobody came to light it")");
  text.node("wren", "troupe.provider.storyteller", R"(["source"])", R"("voice":"wren","failure_every":0)");
  text.node("novelty", "troupe.scorer.novelty",
            R"({"candidate":["echo","wren"],"seen":{"from":"signatures","lag":)" + std::to_string(kLag) + "}}");
  text.node("vote", "troupe.selector.best", R"(["novelty"])", R"("tie_break":"first")");
  text.node("keep", "filter", R"(["vote"])").node("store", "store", R"(["keep"])");
  text.node("signatures", "troupe.store.signatures", R"(["keep"])", R"("keep":5)");
  return text;
}

std::string reasonOf(const journal::SampleRecord& record, const std::string& node) {
  for (const auto& score : record.scores)
    if (score.node == node) return std::string(parsed(score.json)["reason"].GetString());
  return {};
}

TEST_CASE("a scorer sees what the run has kept up to the lag", "[engine][novelty]") {
  Rig rig;
  CHECK(rig.run(echoes(rig.board, kLag)).state == "complete");
  CHECK(reasonOf(rig.sample(kLag - 1), "echo") == "the first story: there is none to compare it with");
  CHECK(rig.sample(kLag - 1).winner == "echo");  // a tie at 10, the first
  const auto after = rig.sample(kLag);
  CHECK(reasonOf(after, "echo").find("sample 0 of this run: shares about") != std::string::npos);
  CHECK(after.winner == "wren");
  // The list holds five, however many were kept.
  const auto late = rig.sample(39);
  CHECK(reasonOf(late, "echo").find(" 5 stories") != std::string::npos);
}

TEST_CASE("novelty is the same at any concurrency", "[engine][novelty]") {
  std::string expected;
  for (const int in_flight : {1, 3, kLag}) {
    CAPTURE(in_flight);
    Rig rig;
    CHECK(rig.run(echoes(rig.board, in_flight)).state == "complete");
    const auto found = rig.canonical();
    CHECK(std::count(found.begin(), found.end(), '\n') == 40);
    if (expected.empty()) expected = found;
    CHECK(found == expected);
  }
}

TEST_CASE("novelty is the same after pauses", "[engine][novelty]") {
  Rig whole;
  CHECK(whole.run(echoes(whole.board, kLag)).state == "complete");
  Rig rig;
  rig.board.on("echo", "run", [&](std::int64_t index) {
    if (index == 13) rig.engine().pause("test");
  });
  auto end = rig.run(echoes(rig.board, kLag));
  CHECK(end.state == "paused");
  for (int i = 0; end.state == "paused" && i < 10; ++i) {
    rig.board.on("echo", "run", [&](std::int64_t index) {
      if (i == 0 && index == 27) rig.engine().pause("test");
    });
    rig.reopenJournal();
    end = rig.resume();
  }
  CHECK(end.state == "complete");
  CHECK(rig.canonical() == whole.canonical());
}

}  // namespace
}  // namespace troupe::test
