// What each node does, as watchers are told between the durable events.
#include "rig.hpp"
#include "support/json_schema.hpp"

namespace troupe::test {
namespace {

using namespace std::chrono_literals;

// The newest frame of a node, once `wanted` says so.
rapidjson::Document frameOf(Rig& rig, const std::string& node, const std::function<bool(const rapidjson::Document&)>& wanted) {
  const std::atomic<bool> stop{false};
  const auto until = std::chrono::steady_clock::now() + kPatience;
  for (std::uint64_t version = 0;;) {
    REQUIRE(std::chrono::steady_clock::now() < until);
    for (const auto& frame : rig.engine().hub()->wait(1'000'000, version, 1, stop, rig.last().key).frames) {
      version = frame.version;
      if (frame.key != "node/" + node) continue;
      auto json = parsed(frame.json);
      if (wanted(json)) return json;
    }
  }
}

TEST_CASE("frames tell what each node does, and are valid by the schema", "[engine]") {
  std::vector<Problem> problems;
  const auto schema = JsonSchema::compile(readFile(TROUPE_SOURCE_DIR "/sdk/schemas/event.schema.json"), problems);
  REQUIRE(schema);
  Rig rig;
  rig.options.progress_every = 1ms;
  rig.options.backoff = {std::chrono::hours(1), std::chrono::hours(1)};
  rig.board.close("b", "run");
  auto text = PipelineText::ensemble(rig.board).samples(3).inFlight(1).node("sink", "sink");
  text.options("a", R"("act":"fail","on":[1],"first":1,"message":"busy")").options("c", R"("act":"fail","code":1,"on":[0])");
  rig.start(text);
  const auto check = [&](const rapidjson::Document& frame) {
    CHECK(schema->check(frame).empty());
    CHECK(frame["type"] == "node");
    CHECK(frame["run"] == rig.last().id.c_str());
  };
  auto frame = frameOf(rig, "b", [](const auto& f) { return f["running"].GetInt64() == 1; });
  check(frame);
  CHECK(frame["state"] == "running");
  CHECK(frame["done"].GetInt64() == 0);
  frame = frameOf(rig, "c", [](const auto& f) { return f["failed"].GetInt64() == 1; });
  CHECK(frame["state"] == "failing");
  rig.board.open("b", "run");
  frame = frameOf(rig, "a", [](const auto& f) { return f["state"] == "waiting"; });
  check(frame);
  CHECK(std::string(frame["waiting_for"].GetString()).find("busy") != std::string::npos);
  CHECK(frame["until"].GetInt64() > frame["at"].GetInt64());
  CHECK(frame["done"].GetInt64() == 1);
  frame = frameOf(rig, "sink", [](const auto& f) { return f["done"].GetInt64() >= 2; });
  check(frame);
  rig.engine().cancel("enough");
  rig.finish();
  const std::atomic<bool> stop{true};
  CHECK(rig.engine().hub()->wait(0, 0, 1, stop, rig.last().key).frames.empty());
}

}  // namespace
}  // namespace troupe::test
