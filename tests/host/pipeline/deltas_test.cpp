// Text while it is written: frames of type delta.
#include "pipeline/delta_feed.hpp"
#include "rig.hpp"

namespace troupe::test {
namespace {

using pipeline::DeltaFeed;
using pipeline::EventHub;

// A hub that somebody watches, and what its frames say.
struct Watched {
  std::shared_ptr<EventHub> hub = std::make_shared<EventHub>();
  std::atomic<bool> stop{false};
  std::uint64_t version = 0;

  Watched() { hub->countDeltaWatchers(1); }
  /// The next frame of `key` for which `is` holds; others are passed over.
  rapidjson::Document until(const std::string& key, const std::function<bool(const rapidjson::Document&)>& is) {
    for (;;) {
      const auto batch = hub->wait(std::numeric_limits<std::int64_t>::max(), version, 1, stop);
      REQUIRE_FALSE(batch.closed);
      for (const auto& frame : batch.frames) {
        version = std::max(version, frame.version);
        if (frame.key != key || frame.type != "delta") continue;
        auto json = parsed(frame.json);
        if (is(json)) return json;
      }
    }
  }
  bool empty() {
    hub->close();
    const auto batch = hub->wait(0, 0, 1, stop);
    return std::none_of(batch.frames.begin(), batch.frames.end(),
                        [](const auto& frame) { return frame.type == "delta"; });
  }
};

const auto text = [](const char* wanted) {
  return [wanted](const rapidjson::Document& json) { return json["text"] == wanted; };
};

TEST_CASE("what a provider writes is told while it writes", "[deltas]") {
  Rig rig;
  Watched watched;
  rig.options.hub = watched.hub;
  rig.board.close("a", "piece");
  rig.start(
      PipelineText::ensemble(rig.board).samples(1).options("a", R"("text":"a","pieces":["One ","two ","three."])"));
  rig.board.waitFor("a", "piece");
  const auto first = watched.until("delta/0/a", text("One "));
  CHECK(first["run"].GetString() == rig.last().id);
  CHECK(first["node"] == "a");
  CHECK(first["index"].GetInt64() == 0);
  CHECK(first["attempt"].GetInt() == 1);
  CHECK(first["offset"].GetInt64() == 0);
  CHECK_FALSE(first["over"].GetBool());
  rig.board.close("score", "run");
  rig.board.open("a", "piece");
  // However quick it writes, the newest state comes: first or last by the clock.
  const auto last = watched.until("delta/0/a", [](const auto& json) { return json["over"].GetBool(); });
  CHECK(last["text"] == "One two three.");
  rig.board.open("score", "run");
  CHECK(rig.finish().state == "complete");
  CHECK(watched.empty());  // Nothing of a settled sample.
}

TEST_CASE("an attempt that failed takes back what it wrote", "[deltas]") {
  Rig rig;
  Watched watched;
  rig.options.hub = watched.hub;
  rig.board.close("score", "run");
  rig.start(PipelineText::ensemble(rig.board).samples(1).options(
      "a", R"("text":"a","pieces":["One."],"act":"fail","code":6,"first":1)"));
  const auto last = watched.until("delta/0/a", [](const auto& json) { return json["over"].GetBool(); });
  CHECK(last["attempt"].GetInt() == 2);
  CHECK(last["text"] == "One.");
  rig.board.open("score", "run");
  CHECK(rig.finish().state == "complete");
}

TEST_CASE("nobody makes frames that nobody wants", "[deltas]") {
  Rig rig;
  Watched watched;
  watched.hub->countDeltaWatchers(-1);
  rig.options.hub = watched.hub;
  CHECK(rig.run(PipelineText::ensemble(rig.board).samples(2).options("a", R"("pieces":["One."])")).state == "complete");
  CHECK(rig.board.count("a", "piece") == 2);
  CHECK(watched.empty());
}

TEST_CASE("a frame has the newest text and says where that stands", "[deltas]") {
  pipeline::Timer timer;
  Watched watched;
  DeltaFeed feed(timer, watched.hub, 1, "r");
  const auto write = feed.listen(3, "wren", 1);
  REQUIRE(write);
  std::size_t bytes = 0;
  for (int i = 0; i < 500; ++i) {
    write(TROUPE_DELTA, R"({"text":"zwölf Boxkämpfer "})");
    bytes += std::string("zwölf Boxkämpfer ").size();
  }
  write(TROUPE_DELTA, "no json");
  write(TROUPE_DELTA, R"({"text":7})");
  write(TROUPE_USAGE, R"({"text":"usage"})");
  feed.ended(3, "wren");
  const auto last = watched.until("delta/3/wren", [](const auto& json) { return json["over"].GetBool(); });
  const std::string shown = last["text"].GetString();
  CHECK(shown.size() <= DeltaFeed::kWindow);
  CHECK(shown.size() > DeltaFeed::kWindow - 4);
  CHECK(last["offset"].GetUint64() + shown.size() == bytes);

  write(TROUPE_DELTA, R"({"text":"late"})");  // Of a thread that was given up.
  feed.forget(3);
  write(TROUPE_DELTA, R"({"text":"later"})");
  const auto other = feed.listen(4, "wren", 1);
  other(TROUPE_DELTA, R"({"text":"here"})");
  watched.until("delta/4/wren", text("here"));
  feed.close();
  other(TROUPE_DELTA, R"({"text":"closed"})");
  const auto frames = watched.hub->wait(std::numeric_limits<std::int64_t>::max(), 0, 1, watched.stop).frames;
  REQUIRE(frames.size() == 1);
  CHECK(parsed(frames[0].json)["text"] == "here");
  timer.stop();
}

TEST_CASE("a provider's own schema is checked", "[deltas]") {
  Rig rig;
  const std::string schema = R"("response_schema":{"type":"object","required":["title"]})";
  CHECK(rig.run(PipelineText::ensemble(rig.board).samples(1).options("a", R"("exactly":"{\"title\":\"x\"}",)" + schema))
            .state == "complete");
  CHECK(rig.sample(0).calls.size() == 3);
  rig.run(PipelineText::ensemble(rig.board).samples(1).options(
      "a", R"("exactly":"{\"name\":\"x\"}","response_schema":"{\"required\":[\"title\"]}")"));
  const auto record = rig.sample(0);
  REQUIRE(record.calls.at(0).node == "a");
  CHECK_FALSE(record.calls[0].ok);
  CHECK(record.calls[0].code == TROUPE_E_MALFORMED);
  CHECK(record.calls[0].attempts == 2);
  CHECK(record.calls[0].message.find("its text does not fit response_schema: ") != std::string::npos);
  CHECK(record.calls[0].message.find("title") != std::string::npos);
  CHECK_THROWS_WITH(rig.run(PipelineText::ensemble(rig.board).options("a", R"("response_schema":{"type":"nothing"})")),
                    Catch::Contains("node \"a\": response_schema is no schema that the host can check"));
}

}  // namespace
}  // namespace troupe::test
