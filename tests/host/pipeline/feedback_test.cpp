// Delayed references: what feeds back is the same at any concurrency and after a resume.
#include "pipeline/feedback.hpp"

#include "rig.hpp"

namespace troupe::test {
namespace {

constexpr int kLag = 8;

PipelineText fewShot(const Board& board, int in_flight) {
  auto text = PipelineText::ensemble(board).samples(40).inFlight(in_flight);
  text.inputs("source", R"({"examples":{"from":"memory","lag":)" + std::to_string(kLag) + "}}");
  text.node("memory", "store", R"(["keep"])", R"("feeds":true)");
  text.options("keep", R"("min":3)");
  for (const auto name : {"a", "b", "c"})
    text.options(name, std::string(R"("random_ms":2,"act":"fail","code":1,"every":5,"text":")") + name + "\"");
  return text;
}

TEST_CASE("few-shot examples are the same at any concurrency", "[engine]") {
  std::string expected;
  for (const int in_flight : {1, 3, kLag}) {
    CAPTURE(in_flight);
    Rig rig;
    CHECK(rig.run(fewShot(rig.board, in_flight)).state == "complete");
    const auto found = rig.canonical();
    CHECK(found.find("after {") != std::string::npos);
    if (expected.empty()) expected = found;
    CHECK(found == expected);
    // In index order, one at a time, each kept sample once.
    std::int64_t last = -1;
    for (const auto& word : rig.board.words("memory", "run")) {
      CHECK(word.index > last);
      last = word.index;
    }
    CHECK(rig.board.mostInside("memory") == 1);
    // Sample i sees those with index <= i - lag.
    for (const auto& word : rig.board.words("source", "run")) {
      const auto input = parsed(word.text);
      if (!input.HasMember("examples")) continue;
      for (const auto& seen : input["examples"]["seen"].GetArray()) CHECK(seen.GetInt64() <= word.index - kLag);
    }
  }
}

TEST_CASE("few-shot examples are the same after pauses", "[engine]") {
  Rig whole;
  CHECK(whole.run(fewShot(whole.board, kLag)).state == "complete");
  Rig rig;
  rig.board.on("b", "run", [&](std::int64_t index) {
    if (index == 13 || index == 27) rig.engine().pause("test");
  });
  auto end = rig.run(fewShot(rig.board, kLag));
  CHECK(end.state == "paused");
  for (int i = 0; end.state == "paused" && i < 10; ++i) {
    rig.board.on("b", "run", [&](std::int64_t index) {
      if (i == 0 && index == 27) rig.engine().pause("test");
    });
    rig.reopenJournal();
    end = rig.resume();
  }
  CHECK(end.state == "complete");
  CHECK(rig.canonical() == whole.canonical());
}

TEST_CASE("a held sample holds back what would see it, and the run pauses for it", "[engine]") {
  Rig rig;
  auto text = fewShot(rig.board, kLag).options("keep", R"("act":"hold","on":[3])");
  const auto end = rig.run(text);
  CHECK(end.state == "paused");
  CHECK(end.reason == "1 sample is held for review");
  CHECK(rig.journal().lastStarted(rig.last().key) == 3 + kLag - 1);
}

TEST_CASE("feedback applies samples in index order, and forgets what nobody reads", "[feedback]") {
  struct Seen {
    std::int64_t index;
    std::string sample, previous;
  };
  std::vector<Seen> calls;
  std::vector<std::function<void(std::optional<std::string>)>> open;
  int advanced = 0;
  pipeline::Feedback feedback(
      2,
      [&](std::int64_t index, const std::string& sample, const std::string& previous,
          std::function<void(std::optional<std::string>)> done) {
        calls.push_back({index, sample, previous});
        open.push_back(std::move(done));
      },
      [&] { ++advanced; });
  CHECK(feedback.applied(-1));
  CHECK_FALSE(feedback.applied(0));
  feedback.settled(2, "two");
  feedback.settled(1, std::nullopt);
  CHECK(calls.empty());
  feedback.settled(0, "zero");
  REQUIRE(calls.size() == 1);
  CHECK(calls[0].index == 0);
  CHECK(calls[0].previous.empty());
  CHECK_FALSE(feedback.applied(0));
  open[0]("A");
  REQUIRE(calls.size() == 2);
  CHECK(calls[1].index == 2);
  CHECK(calls[1].previous == "A");
  CHECK(feedback.applied(1));
  open[1](std::nullopt);  // Unchanged.
  CHECK(feedback.applied(2));
  CHECK(feedback.value(2) == "A");
  CHECK(feedback.value(-1).empty());
  feedback.settled(3, "three");
  open[2]("B");
  feedback.forget(5);  // Sample 5 reads 3.
  CHECK(feedback.value(3) == "B");
  CHECK(feedback.value(2).empty());
  CHECK(advanced > 0);
  feedback.settled(1, "again");  // Known.
  CHECK(calls.size() == 3);
}

}  // namespace
}  // namespace troupe::test
