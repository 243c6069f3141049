// What the host does around a call: slots, pace, time limits, cancel, nodes that are out.
#include "rig.hpp"

namespace troupe::test {
namespace {

TEST_CASE("a node never has more calls in it than in_flight says", "[engine]") {
  Rig rig;
  // Two calls are inside and wait for each other, so that a third would be seen.
  rig.board.close("a", "run");
  rig.start(PipelineText::ensemble(rig.board)
                .samples(12)
                .inFlight(8)
                .limits("a", R"("in_flight":2)")
                .limits("b", R"("in_flight":3)"));
  rig.board.waitFor("a", "run", 2);
  rig.board.waitFor("b", "back", 8);
  CHECK(rig.board.count("a", "run") == 2);
  rig.board.open("a", "run");
  CHECK(rig.finish().state == "complete");
  CHECK(rig.board.mostInside("a") == 2);
  CHECK(rig.board.mostInside("b") <= 3);
  CHECK(rig.board.count("a", "run") == 12);
}

TEST_CASE("an instance never has more calls in it than the manifest says", "[engine]") {
  Rig rig;
  rig.board.close("a", "run");
  rig.start(PipelineText::ensemble(rig.board).samples(8).inFlight(4).type("a", "provider_one"));
  rig.board.waitFor("a", "run", 4);
  rig.board.open("a", "run");
  CHECK(rig.finish().state == "complete");
  CHECK(rig.board.mostInside("a") == 4);
  CHECK(rig.board.mostInsideOne("a") == 1);
}

TEST_CASE("a store keeps its one instance, and its number of calls at once", "[engine]") {
  Rig rig;
  rig.board.close("store", "run");
  rig.start(PipelineText::ensemble(rig.board).samples(9).inFlight(9).type("store", "store_three"));
  rig.board.waitFor("store", "run", 3);
  rig.board.open("store", "run");
  CHECK(rig.finish().state == "complete");
  CHECK(rig.board.mostInside("store") == 3);
  CHECK(rig.board.count("store", "create") == 1);
}

TEST_CASE("calls keep the pace of rpm, in order", "[engine]") {
  Rig rig;
  auto text = PipelineText::ensemble(rig.board).samples(5).inFlight(1).limits("a", R"("rpm":3000)");
  const auto begun = std::chrono::steady_clock::now();
  CHECK(rig.run(text).state == "complete");
  // The first starts at once, each further one 20 ms after the one before at the earliest.
  CHECK(std::chrono::steady_clock::now() - begun >= std::chrono::milliseconds(80));
  std::int64_t next = 0;
  for (const auto& word : rig.board.words("a", "run")) CHECK(word.index == next++);
}

TEST_CASE("a service's retry_after is waited for", "[engine]") {
  Rig rig;
  rig.options.backoff = {std::chrono::milliseconds(0), std::chrono::milliseconds(0)};
  auto text = PipelineText::ensemble(rig.board).samples(1).options(
      "a", R"("act":"fail","code":4,"first":1,"retry_after_ms":60)");
  const auto begun = std::chrono::steady_clock::now();
  CHECK(rig.run(text).state == "complete");
  CHECK(std::chrono::steady_clock::now() - begun >= std::chrono::milliseconds(60));
  CHECK(rig.board.count("a", "run") == 2);
}

TEST_CASE("a time limit reaches a blocked plugin by poll and by push", "[engine]") {
  Rig rig;
  const auto act = GENERATE(R"("act":"poll","on":[1])", R"("act":"push","on":[1])");
  rig.options.grace = kPatience;
  const auto end = rig.run(
      PipelineText::ensemble(rig.board).samples(3).options("b", act).limits("b", R"("timeout_s":0.05,"retries":1)"));
  CHECK(end.state == "complete");
  CHECK_FALSE(end.abandoned);
  CHECK(rig.board.count("b", "cancelled", 1) == 2);
  const auto record = rig.sample(1);
  CHECK(record.ok);
  REQUIRE(record.attempts.size() == 2);
  CHECK(record.attempts[0].message == "no answer within 0.05 s (timeout_s)");
  CHECK(resultOf(end)["successful"].GetInt64() == 3);
}

TEST_CASE("what is emitted after the cancel is refused and does not count", "[engine]") {
  Rig rig;
  rig.options.grace = kPatience;
  const auto end = rig.run(PipelineText::ensemble(rig.board)
                               .samples(1)
                               .options("b", R"("act":"late")")
                               .limits("b", R"("timeout_s":0.05,"retries":0)"));
  CHECK(end.state == "complete");
  CHECK(rig.board.words("b", "late").at(0).text == "10");
  CHECK(resultOf(end)["models"][1]["failures"].GetInt64() == 1);
}

TEST_CASE("a plugin that never returns is given up, the others are unharmed", "[engine]") {
  struct Row {
    std::string node, type, timeout;
    std::int64_t successful;
  };
  // A stuck filter or selector fails its sample only; a stuck source as well.
  const auto row = GENERATE(values<Row>({{"b", "provider", "", 4},
                                         {"b", "provider_one", "", 4},
                                         {"score", "scorer", "", 3},
                                         {"vote", "selector", "", 3},
                                         {"keep", "filter", "", 4},
                                         {"source", "source", "", 3}}));
  CAPTURE(row.node, row.type);
  Rig rig;
  rig.board.close(row.node, "blocked");
  auto text = PipelineText::ensemble(rig.board).samples(4).inFlight(2).type(row.node, row.type);
  text.options(row.node, R"("act":"never","on":[1])").limits(row.node, R"("timeout_s":0.05,"retries":0)");
  rig.start(text);
  const auto end = rig.finish();
  CHECK(end.state == "complete");
  CHECK(end.abandoned);
  CHECK(resultOf(end)["successful"].GetInt64() == row.successful);
  CHECK(rig.events("sample").size() == 4);
  bool told = false;
  for (const auto& event : rig.events("log"))
    told = told || std::string(event["message"].GetString()).find("is stuck") != std::string::npos;
  CHECK(told);
  // It comes back when all is over, and harms nobody.
  rig.drop();
  rig.board.open(row.node, "blocked");
  rig.board.waitFor(row.node, "destroy", rig.board.count(row.node, "create"));
}

TEST_CASE("a scorer that never returns does not keep the sample's other scorers from their work", "[engine]") {
  Rig rig;
  rig.board.close("score", "blocked");
  auto text = PipelineText::ensemble(rig.board).samples(1).inFlight(1);
  text.options("score", R"("act":"never")").limits("score", R"("timeout_s":0.05,"retries":0)");
  text.node("judge", "scorer", R"(["a","b","c"])", R"("value":6)").inputs("vote", R"(["score","judge"])");
  const auto end = rig.run(text);
  CHECK(end.state == "complete");
  CHECK(rig.board.count("judge", "run") == 3);
  CHECK(rig.sample(0).quality == Approx(6));
  rig.drop();
  rig.board.open("score", "blocked");
  rig.board.waitFor("score", "back", 3);
  rig.board.waitFor("score", "destroy", rig.board.count("score", "create"));
}

TEST_CASE("a stuck thread that comes back during the run ends without a trace", "[engine]") {
  Rig rig;
  rig.board.close("b", "blocked");
  rig.board.close("c", "run");
  rig.start(PipelineText::ensemble(rig.board)
                .samples(2)
                .inFlight(1)
                .options("b", R"("act":"never","on":[0])")
                .limits("b", R"("timeout_s":0.05,"retries":0)"));
  rig.waitForEvents("log", 1);  // Given up.
  rig.board.open("b", "blocked");
  rig.board.waitFor("b", "back", 1);
  rig.board.open("c", "run");
  const auto end = rig.finish();
  CHECK(end.state == "complete");
  CHECK(resultOf(end)["models"][1]["candidates"].GetInt64() == 1);
}

TEST_CASE("a provider whose key is refused is asked no more, the others go on", "[engine]") {
  Rig rig;
  const auto code = GENERATE(2, 3);  // auth, quota_gone
  const auto end = rig.run(PipelineText::ensemble(rig.board).samples(6).inFlight(1).options(
      "b", R"("act":"fail","code":)" + std::to_string(code)));
  CHECK(end.state == "complete");
  CHECK(resultOf(end)["successful"].GetInt64() == 6);
  CHECK(rig.board.count("b", "run") == 1);
}

TEST_CASE("without a provider left the run pauses and fails no sample that it has not started", "[engine]") {
  Rig rig;
  auto text = PipelineText::ensemble(rig.board).samples(50).inFlight(2);
  for (const auto name : {"a", "b", "c"})
    text.options(name, R"("act":"fail","code":3,"message":"until Monday","on":[3,4,5,6,7])");
  const auto end = rig.run(text);
  CHECK(end.state == "paused");
  CHECK(end.reason.substr(0, 21) == "no provider is left: ");
  CHECK(end.reason.find("b: quota_gone: until Monday") != std::string::npos);
  CHECK(rig.journal().lastStarted(rig.last().key) <= 5);
  CHECK(rig.journal().totals(rig.last().key).failed <= 2);
}

TEST_CASE("a plugin that cannot be made stops the run before it begins", "[engine]") {
  Rig rig;
  for (const auto name : {"vote", "b", "source"}) {
    CAPTURE(name);
    CHECK_THROWS_AS(rig.start(PipelineText::ensemble(rig.board).options(name, R"("act":"create_fails")")), Failure);
    CHECK(rig.board.count("a", "run") == 0);
  }
  CHECK(rig.run(PipelineText::ensemble(rig.board)).state == "complete");
}

}  // namespace
}  // namespace troupe::test
