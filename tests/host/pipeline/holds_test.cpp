// Samples that wait for a person.
#include "rig.hpp"

namespace troupe::test {
namespace {

using journal::HoldDecided;

PipelineText holding(const Board& board, const std::string& options) {
  return PipelineText::ensemble(board).samples(6).inFlight(2).options("keep", R"("act":"hold",)" + options);
}

TEST_CASE("held samples take no slot, with only those left the run pauses", "[engine]") {
  Rig rig;
  const auto end = rig.run(holding(rig.board, R"("on":[0,1,2])"));
  CHECK(end.state == "paused");
  CHECK(end.reason == "3 samples are held for review");
  CHECK(rig.events("sample").size() == 3);
  CHECK(rig.journal().unsettled(rig.last().key, 0, 10) == std::vector<std::int64_t>{0, 1, 2});
  CHECK(rig.sample(0).holds.size() == 1);
}

TEST_CASE("a decision sends a held sample on, or drops it", "[engine]") {
  Rig rig;
  std::vector<bool> taken;  // By the plugin's thread until the run is over.
  rig.board.on("source", "run", [&](std::int64_t index) {
    if (index != 2) return;
    taken.push_back(rig.engine().decide(0, "another", true, "tester"));
    taken.push_back(rig.engine().decide(0, "keep", true, "tester"));
    taken.push_back(rig.engine().decide(0, "keep", true, "tester"));
    taken.push_back(rig.engine().decide(1, "", false, "tester"));
  });
  // One after the other: when the source is asked for the third, the first two are held.
  const auto end = rig.run(holding(rig.board, R"("on":[0,1])").samples(3).inFlight(1));
  CHECK(end.state == "complete");
  CHECK(taken == std::vector<bool>{false, true, false, true});
  CHECK(rig.sample(0).saves.size() == 1);
  CHECK(rig.sample(1).saves.empty());
  CHECK(rig.sample(1).decisions.at(0).by == "tester");
  CHECK(rig.events("sample").size() == 3);
  CHECK(rig.board.count("a", "run") == 3);
}

TEST_CASE("at the deadline the default decides", "[engine]") {
  const auto [fallback, saves] = GENERATE(table<std::string, std::size_t>({{"pass", 1}, {"drop", 0}}));
  Rig rig;
  const auto end = rig.run(holding(rig.board, R"("on":[0,5],"until_ms":30,"default":")" + fallback + "\""));
  CHECK(end.state == "complete");
  CHECK(rig.events("sample").size() == 6);
  CHECK(rig.sample(5).saves.size() == saves);
  CHECK(rig.sample(5).decisions.at(0).by == "the deadline");
}

TEST_CASE("a resumed run keeps what is held, and acts on what was decided meanwhile", "[engine]") {
  Rig rig;
  CHECK(rig.run(holding(rig.board, R"("on":[0,1,2])")).state == "paused");
  rig.drop();
  rig.journal().append({HoldDecided{rig.last().key, 0, "keep", true, "tester", 1},
                        HoldDecided{rig.last().key, 1, "keep", false, "tester", 1}});
  rig.journal().flush();
  auto end = rig.resume();
  CHECK(end.state == "paused");
  CHECK(end.reason == "1 sample is held for review");
  CHECK(rig.sample(0).saves.size() == 1);
  CHECK(rig.sample(1).saves.empty());
  CHECK(rig.sample(1).settled);
  rig.drop();
  rig.journal().append({HoldDecided{rig.last().key, 2, "keep", true, "tester", 1}});
  rig.journal().flush();
  end = rig.resume();
  CHECK(end.state == "complete");
  CHECK(resultOf(end)["successful"].GetInt64() == 6);
  CHECK(resultOf(end)["stories_saved"].GetInt64() == 5);
  CHECK(rig.board.count("a", "run") == 6);
  CHECK(rig.board.count("store", "run") == 5);
}

}  // namespace
}  // namespace troupe::test
