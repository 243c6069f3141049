// What a run tells: events, their order, progress, sinks that cannot keep up.
#include <set>

#include "rig.hpp"
#include "support/json_schema.hpp"

namespace troupe::test {
namespace {

std::vector<rapidjson::Document> given(const Board& board, const std::string& sink) {
  std::vector<rapidjson::Document> all;
  for (const auto& word : board.words(sink, "event")) all.push_back(parsed(word.text));
  return all;
}

PipelineText withSink(const Board& board, const std::string& options = "") {
  return PipelineText::ensemble(board).samples(12).node("sink", "sink", "", options);
}

TEST_CASE("a sink is given every durable event, in order, with contiguous numbers", "[engine]") {
  Rig rig;
  CHECK(rig.run(withSink(rig.board)).state == "complete");
  const auto events = given(rig.board, "sink");
  REQUIRE(events.size() == 14);  // run, 12 samples, complete
  std::int64_t n = 0, id = 0, current = 0;
  for (const auto& event : events) {
    CHECK(event["n"].GetInt64() == ++n);
    CHECK(event["id"].GetInt64() > id);
    id = event["id"].GetInt64();
    CHECK(event["run"] == rig.last().id.c_str());
    if (event["type"] != "sample") continue;
    CHECK(event["number"].GetInt64() == ++current);
    CHECK(event["progress"]["current"].GetInt64() == current);
  }
  CHECK(events.front()["type"] == "run");
  CHECK(events.front()["state"] == "running");
  CHECK(events.back()["type"] == "complete");
  CHECK(events.back()["result"]["successful"].GetInt64() == 12);
  // The journal has the same.
  const auto kept = rig.events();
  REQUIRE(kept.size() == 14);
  CHECK(kept.back().type == "complete");
}

TEST_CASE("every event is valid by its schema", "[engine]") {
  std::vector<Problem> problems;
  const auto schema = JsonSchema::compile(readFile(TROUPE_SOURCE_DIR "/sdk/schemas/event.schema.json"), problems);
  REQUIRE(schema);
  Rig rig;
  rig.options.progress_every = std::chrono::milliseconds(1);
  auto text = withSink(rig.board, R"("act":"fail","code":1,"on":[3])").node("frames", "sink_progress");
  for (const auto name : {"a", "b", "c"}) text.options(name, R"("act":"fail","code":1,"on":[0,7])");
  rig.board.on("a", "run", [&](std::int64_t index) {
    if (index == 5) rig.engine().pause("test");
  });
  CHECK(rig.run(text).state == "paused");
  rig.board.on("a", "run", nullptr);
  CHECK(rig.resume().state == "complete");
  std::set<std::string> types;
  const auto check = [&](const std::string& json) {
    const auto event = parsed(json);
    types.insert(event["type"].GetString());
    const auto wrong = schema->check(event);
    INFO(json);
    CHECK((wrong.empty() ? "" : wrong.front().place + ": " + wrong.front().fact) == "");
  };
  for (const auto& event : rig.events()) check(event.json);
  for (const auto& word : rig.board.words("frames", "event")) check(word.text);
  for (const auto type : {"run", "sample", "log", "notice", "complete"}) CHECK(types.count(type) == 1);
}

TEST_CASE("progress has the fields that are promised, and counts that add up", "[engine]") {
  Rig rig;
  rig.options.progress_every = std::chrono::milliseconds(1);
  auto text = withSink(rig.board)
                  .options("source", R"("genres":["fantasy","noir"])")
                  .options("score", R"("value":7.96)")
                  .inFlight(1);
  for (const auto name : {"a", "b", "c"}) text.options(name, R"("act":"fail","code":1,"on":[0,7])");
  text.options("keep", R"("min":7,"act":"throw","on":[3])").node("frames", "sink_progress");
  CHECK(rig.run(text).state == "complete");
  const std::set<std::string> expected = {"current",       "total",      "percentage",      "latest_quality",
                                          "current_genre", "best_model", "successful",      "failed",
                                          "stories_saved", "phase",      "elapsed_s",       "eta_s",
                                          "eta_low_s",     "eta_high_s", "below_threshold", "repeated"};
  bool first = true;
  for (const auto& event : rig.events("sample")) {
    const auto& progress = event["progress"];
    std::set<std::string> fields;
    for (const auto& member : progress.GetObject()) fields.insert(member.name.GetString());
    CHECK(fields == expected);
    CHECK(progress["current"].GetInt64() == progress["successful"].GetInt64() + progress["failed"].GetInt64());
    CHECK(progress["stories_saved"].GetInt64() <= progress["successful"].GetInt64());
    CHECK(progress["total"].GetInt64() == 12);
    CHECK(progress["current_genre"] == event["genre"]);
    CHECK(progress["latest_quality"].GetDouble() == (first ? 0.0 : 7.96));  // A failed one repeats the last number.
    CHECK(progress["best_model"] == (first ? "-" : "a"));
    first = false;
  }
  const auto last = std::move(rig.events("sample").back());
  CHECK(last["progress"]["successful"].GetInt64() == 10);
  CHECK(last["progress"]["failed"].GetInt64() == 2);
  CHECK(last["progress"]["stories_saved"].GetInt64() == 9);
  CHECK(last["progress"]["below_threshold"].GetInt64() == 1);
  CHECK(last["progress"]["percentage"].GetDouble() == Approx(100));
  CHECK(last["progress"]["phase"] == "complete");
  for (const auto& frame : given(rig.board, "frames")) {
    CHECK(frame["type"] == "progress");
    CHECK_FALSE(frame.HasMember("id"));
    CHECK(frame.HasMember("current"));
  }
}

TEST_CASE("the phase is that of the lowest unfinished sample", "[engine]") {
  Rig rig;
  const auto [node, phase] =
      GENERATE(table<std::string, std::string>({{"a", "generating"}, {"score", "evaluating"}, {"store", "storing"}}));
  rig.options.progress_every = std::chrono::milliseconds(1);
  rig.board.close(node, "run");
  rig.start(PipelineText::ensemble(rig.board).samples(1).node("frames", "sink_progress"));
  rig.board.waitFor(node, "run");
  // Earlier frames may be of an earlier phase.
  std::string shown;
  for (int seen = 1; shown != phase && seen < 1000; ++seen) {
    rig.board.waitFor("frames", "event", seen);
    shown = given(rig.board, "frames").back()["phase"].GetString();
  }
  CHECK(shown == phase);
  rig.board.open(node, "run");
  CHECK(rig.finish().state == "complete");
}

TEST_CASE("waiting is shown as waiting, with the reason", "[engine]") {
  Rig rig;
  rig.options.progress_every = std::chrono::milliseconds(1);
  auto text = PipelineText::ensemble(rig.board).samples(1).node("frames", "sink_progress");
  text.options("b", R"("act":"fail","code":4,"message":"slow down","retry_after_ms":100000)");
  rig.start(text);
  rig.board.waitFor("a", "back");
  rig.board.waitFor("c", "back");
  std::string reason;
  for (int seen = 0; reason.empty() && seen < 1000; ++seen) {
    rig.board.waitFor("frames", "event", seen + 1);
    const auto frame = std::move(given(rig.board, "frames").back());
    if (frame["phase"] == "waiting") reason = frame["waiting_for"].GetString();
  }
  CHECK(reason.substr(0, 34) == "b: rate_limited: slow down, until ");
  rig.engine().pause("enough");
  CHECK(rig.finish().state == "paused");
}

TEST_CASE("a sink that fails is told about, and harms nobody", "[engine]") {
  Rig rig;
  const auto end = rig.run(withSink(rig.board, R"("act":"fail","code":1,"on":[3,4])").node("good", "sink"));
  CHECK(end.state == "complete");
  CHECK(resultOf(end)["successful"].GetInt64() == 12);
  std::set<std::string> messages;
  for (const auto& event : rig.events("log")) messages.insert(event["message"].GetString());
  CHECK(messages.count("the sink fails: scripted") == 1);
  const auto notices = rig.events("notice");
  REQUIRE(notices.size() == 1);
  CHECK(std::string(notices[0]["message"].GetString()) == "sink \"sink\" has not taken 2 events");
  std::int64_t n = 0;
  for (const auto& event : given(rig.board, "good")) CHECK(event["n"].GetInt64() == ++n);
}

TEST_CASE("a sink that fails for a moment gets the event again", "[engine]") {
  Rig rig;
  CHECK(rig.run(withSink(rig.board, R"("act":"fail","code":6,"first":1,"on":[3])")).state == "complete");
  CHECK(rig.board.count("sink", "run", 3) == 2);
  CHECK(rig.events("notice").empty());
  CHECK(rig.board.count("sink", "event", 14) == 1);
}

TEST_CASE("a sink that blocks does not hold up the run, what is unsent is named", "[engine]") {
  Rig rig;
  rig.options.sink_drain = std::chrono::milliseconds(50);
  SECTION("it hears of the cancel") {
    const auto end = rig.run(withSink(rig.board, R"("act":"poll","on":[5])"));
    CHECK(end.state == "complete");
    CHECK_FALSE(end.abandoned);
    REQUIRE(rig.events("notice").size() == 1);
    CHECK(std::string(rig.events("notice")[0]["message"].GetString()) == "sink \"sink\" has not taken 10 events");
  }
  SECTION("it does not") {
    rig.board.close("sink", "blocked");
    const auto end = rig.run(withSink(rig.board, R"("act":"never","on":[5])").node("good", "sink"));
    CHECK(end.state == "complete");
    CHECK(end.abandoned);
    REQUIRE(rig.events("notice").size() == 1);
    CHECK(rig.board.count("good", "event", 14) == 1);
    rig.drop();
    rig.board.open("sink", "blocked");
    rig.board.waitFor("sink", "destroy");
  }
}

TEST_CASE("a sink that lags past the ring reads back from the journal: nothing lost, order kept", "[engine]") {
  Rig rig;
  rig.board.close("sink", "run");
  rig.start(withSink(rig.board).samples(1500).inFlight(64).without("b").without("c").inputs("score", R"(["a"])"));
  rig.waitForEvents("sample", 1500);
  rig.board.open("sink", "run");
  CHECK(rig.finish().state == "complete");
  const auto events = rig.board.words("sink", "event");
  REQUIRE(events.size() == 1502);
  std::int64_t n = 0;
  for (const auto& word : events) CHECK(word.index == ++n);
}

TEST_CASE("a plugin that logs without end is cut short", "[engine]") {
  Rig rig;
  CHECK(rig.run(PipelineText::ensemble(rig.board).samples(4).options("b", R"("act":"chatter")")).state == "complete");
  CHECK(rig.events("log").size() >= 20);
  CHECK(rig.events("log").size() < 1000);
}

}  // namespace
}  // namespace troupe::test
