// Pauses, resumes, crashes, a journal that can be written no more.
#include <csignal>

#include <sys/resource.h>

#include "rig.hpp"

namespace troupe::test {
namespace {

TEST_CASE("a pause lets calls in flight finish and starts nothing new", "[engine]") {
  Rig rig;
  for (const auto name : {"a", "b", "c"}) rig.board.close(name, "run");
  rig.start(PipelineText::ensemble(rig.board).samples(20).inFlight(2));
  for (const auto name : {"a", "b", "c"}) rig.board.waitFor(name, "run", 2);
  rig.engine().pause("the user wants it");
  for (const auto name : {"a", "b", "c"}) rig.board.open(name, "run");
  const auto end = rig.finish();
  CHECK(end.state == "paused");
  CHECK(end.reason == "the user wants it");
  CHECK(rig.board.count("a", "run") == 2);
  CHECK(rig.events("sample").size() == 2);  // Those in flight came to their end.
  const auto run = rig.journal().findRun("last");
  CHECK(run.state == "paused");
  const auto told = rig.events("run");
  CHECK(told.back()["state"] == "paused");

  const auto again = rig.resume();
  CHECK(again.state == "complete");
  CHECK(resultOf(again)["successful"].GetInt64() == 20);
  CHECK(resultOf(again)["repeated"].GetInt64() == 0);
  CHECK(rig.events("sample").size() == 20);
  CHECK(rig.board.count("a", "run") == 20);
  CHECK(rig.board.count("store", "run") == 20);
  std::int64_t n = 0;
  for (const auto& event : rig.events()) CHECK(event.n == ++n);
}

TEST_CASE("what does not end before the drain is over is cancelled, and done again", "[engine]") {
  Rig rig;
  const auto act = GENERATE(R"("act":"poll","on":[1])", R"("act":"push","on":[1])");
  rig.options.pause_drain = std::chrono::milliseconds(20);
  rig.start(PipelineText::ensemble(rig.board).samples(4).inFlight(2).options("b", act));
  rig.board.waitFor("b", "blocked");
  rig.waitForCalls(1, 2);  // Of a and c.
  rig.engine().pause("test");
  CHECK(rig.finish().state == "paused");
  CHECK(rig.board.count("b", "cancelled") == 1);
  CHECK(rig.sample(1).calls.size() == 2);
  CHECK_FALSE(rig.sample(1).settled);
  CHECK(rig.journal().findRun("last").repeated == 1);
}

TEST_CASE("a retry that waits is left for the resume", "[engine]") {
  Rig rig;
  rig.start(PipelineText::ensemble(rig.board).samples(1).options(
      "b", R"("act":"fail","code":4,"first":1,"retry_after_ms":100000)"));
  rig.board.waitFor("a", "back");
  rig.board.waitFor("b", "back");
  rig.board.waitFor("c", "back");
  rig.engine().pause("test");
  const auto end = rig.finish();
  CHECK(end.state == "paused");
  CHECK(resultOf(end)["repeated"].GetInt64() == 0);
  CHECK_FALSE(rig.sample(0).settled);
}

TEST_CASE("a cancel ends the run for good, at once", "[engine]") {
  Rig rig;
  rig.start(PipelineText::ensemble(rig.board).samples(4).inFlight(2).options("b", R"("act":"push","on":[1])"));
  rig.board.waitFor("b", "blocked");
  rig.engine().cancel("not wanted");
  const auto end = rig.finish();
  CHECK(end.state == "cancelled");
  CHECK(end.reason == "not wanted");
}

TEST_CASE("a pause before the run, while the source is being called, and twice", "[engine]") {
  Rig rig;
  SECTION("while the source is being called") {
    rig.board.close("source", "run");
    rig.start(PipelineText::ensemble(rig.board));
    rig.board.waitFor("source", "run");
    rig.engine().pause("first");
    rig.engine().pause("second");
    rig.board.open("source", "run");
    const auto end = rig.finish();
    CHECK(end.state == "paused");
    CHECK(end.reason == "first");
  }
  SECTION("from within the source") {
    rig.board.on("source", "run", [&](std::int64_t index) {
      if (index == 2) rig.engine().pause("inside");
    });
    CHECK(rig.run(PipelineText::ensemble(rig.board).samples(9)).state == "paused");
    CHECK(rig.journal().lastStarted(rig.last().key) <= 2);
  }
  rig.board.on("source", "run", nullptr);
  CHECK(rig.resume().state == "complete");
}

TEST_CASE("a source that blocks while the run pauses is cancelled after the drain", "[engine]") {
  Rig rig;
  rig.options.pause_drain = std::chrono::milliseconds(20);
  rig.start(PipelineText::ensemble(rig.board).samples(4).options("source", R"("act":"push","on":[2])"));
  rig.board.waitFor("source", "blocked");
  rig.engine().pause("test");
  CHECK(rig.finish().state == "paused");
  CHECK(rig.board.count("source", "cancelled") == 1);
  CHECK(rig.journal().lastStarted(rig.last().key) == 1);
}

TEST_CASE("a run that was copied in the middle goes on from the copy: the same samples, no committed call again",
          "[engine]") {
  auto text = [](const Board& board) {
    auto pipeline = PipelineText::ensemble(board).samples(30).inFlight(4).node("sink", "sink");
    pipeline.options("a", R"("text":"a","random_ms":2)").options("b", R"("text":"b","act":"fail","code":1,"every":4)");
    return pipeline.options("keep", R"("min":4)");
  };
  Rig whole;
  CHECK(whole.run(text(whole.board)).state == "complete");
  for (const std::size_t at : {0u, 1u, 7u, 19u, 25u}) {
    CAPTURE(at);
    Rig rig;
    // The run cannot get far beyond that sample before the copy is made.
    std::promise<void> made;
    rig.board.on("c", "run", [&, copied = made.get_future().share()](std::int64_t index) {
      if (index >= static_cast<std::int64_t>(at) + 3) copied.wait();
    });
    rig.start(text(rig.board));
    rig.board.waitFor("c", "run");
    if (at > 0) rig.waitForEvents("sample", at);
    const auto copy = rig.crashCopy("copy.db");
    made.set_value();
    CHECK(rig.finish().state == "complete");
    rig.drop();

    Rig after(copy);
    const auto run = after.last();
    REQUIRE(run.state == "running");
    std::map<std::pair<std::int64_t, std::string>, bool> committed;
    for (std::int64_t i = 0; i <= after.journal().lastStarted(run.key); ++i)
      for (const auto& call : after.sample(i).calls) committed[{i, call.node}] = true;
    const auto told = after.events().size();
    // The stored pipeline names the first rig's board.
    const auto before =
        rig.board.words("a", "run").size() + rig.board.words("b", "run").size() + rig.board.words("c", "run").size();
    const auto end = after.resume();
    CHECK(end.state == "complete");
    const auto since = rig.board.words("a", "run").size() + rig.board.words("b", "run").size() +
                       rig.board.words("c", "run").size() - before;
    CHECK(since == 90 - committed.size());
    CHECK(after.canonical() == whole.canonical());
    CHECK(resultOf(end)["successful"].GetInt64() == 30);
    CHECK(resultOf(end)["models"][0]["candidates"].GetInt64() == 30);
    CHECK(resultOf(end)["models"][1]["failures"].GetInt64() == 7);
    const auto events = after.events();
    CHECK(events.size() > told);
    std::int64_t n = 0, current = 0;
    for (const auto& event : events) {
      CHECK(event.n == ++n);
      if (event.type == "sample") CHECK(parsed(event.json)["progress"]["current"].GetInt64() == ++current);
    }
    CHECK(current == 30);
  }
}

// A run whose process is killed when the journal has the announcement of its end, and no sink has heard anything.
struct KilledAtTheEnd {
  explicit KilledAtTheEnd(const PipelineText& text, Rig& rig, const std::string& type) {
    rig.board.close("sink", "run");
    rig.start(text);
    rig.waitForEvents(type, 1);
    copy = rig.crashCopy("copy.db");
    rig.board.open("sink", "run");
    end = rig.finish();
    rig.drop();
  }
  std::filesystem::path copy;
  pipeline::RunEnd end;  // As it would have been.
};

TEST_CASE("a run killed between its announcement and its last row is ended by the resume, and told of once more",
          "[engine]") {
  Rig rig;
  auto text = PipelineText::ensemble(rig.board).samples(6).inFlight(2).node("sink", "sink");
  const std::string type = GENERATE("complete", "failed");
  if (type == "failed")
    for (const auto name : {"a", "b", "c"}) text.options(name, R"("act":"fail","code":1)");
  if (type == "complete") text.options("source", GENERATE("", R"("count":4)"));
  const KilledAtTheEnd killed(text, rig, type);
  REQUIRE(killed.end.state == type);
  const auto whole = rig.journal().findRun("last");

  Rig after(killed.copy);
  REQUIRE(after.last().state == "running");
  const auto events = after.events();
  REQUIRE(events.back().type == type);
  const auto heard = GENERATE(as<std::size_t>(), 0, 3, 1000);
  CAPTURE(type, heard);
  if (heard > 0) {
    const auto cursor = events[std::min(heard, events.size()) - 1].id;
    after.journal().append({journal::CursorMoved{after.last().key, "sink", cursor}});
    after.journal().flush();
  }
  // The stored pipeline names the first rig's board.
  const auto calls = [&] {
    std::size_t count = 0;
    for (const auto name : {"source", "a", "b", "c", "score", "vote", "keep", "store"})
      count += rig.board.words(name, "run").size();
    return count;
  };
  const auto called = calls();
  const auto told = rig.board.words("sink", "event").size();
  const auto end = after.resume();
  CHECK(end.state == killed.end.state);
  CHECK(end.reason == killed.end.reason);
  CHECK(end.result == killed.end.result);
  CHECK(calls() == called);
  CHECK(after.events().size() == events.size());
  const auto run = after.journal().findRun("last");
  CHECK(run.state == whole.state);
  CHECK(run.reason == whole.reason);
  CHECK(run.result_json == whole.result_json);
  CHECK(run.samples == whole.samples);
  CHECK(after.canonical() == rig.canonical());

  const auto words = rig.board.words("sink", "event");
  auto missed = std::min(heard, events.size() - 1);
  REQUIRE(words.size() - told == events.size() - missed);
  for (auto at = told; at < words.size(); ++at) CHECK(words[at].text == events[missed++].json);
  CHECK(after.journal().cursor(run.key, "sink") == events.back().id);
}

TEST_CASE("a run killed after its announcement and resumed with more samples goes on, and is announced anew",
          "[engine]") {
  Rig rig;
  const KilledAtTheEnd killed(PipelineText::ensemble(rig.board).samples(6).node("sink", "sink"), rig, "complete");
  Rig after(killed.copy);
  const auto run = after.last();
  after.journal().changeRun(run.key, 9, run.in_flight, run.overrides_json, run.pipeline_text, run.pipeline_effective,
                            run.pipeline_hash);
  const auto end = after.resume();
  CHECK(end.state == "complete");
  CHECK(resultOf(end)["successful"].GetInt64() == 9);
  CHECK(after.events("complete").size() == 2);
  CHECK(after.events("run").back()["state"] == "resumed");
  CHECK(after.events("sample").size() == 9);
}

TEST_CASE("a sample that was decided before a crash comes to its store as it was, to the last digit", "[engine]") {
  Rig rig;
  rig.board.close("store", "run");
  rig.start(PipelineText::ensemble(rig.board).samples(1).options("score",
                                                                 R"("values":{"a":3.1666666666666667,"b":0,"c":0})"));
  rig.board.waitFor("store", "run");
  Rig after(rig.crashCopy("copy.db"));
  rig.board.open("store", "run");
  CHECK(rig.finish().state == "complete");
  CHECK(after.resume().state == "complete");
  const auto stored = rig.board.words("store", "run");
  REQUIRE(stored.size() == 2);
  CHECK_THAT(stored[0].text, Catch::Matchers::Contains(R"("margin":3.1666666666666667,)"));
  CHECK(stored[1].text == stored[0].text);
}

TEST_CASE("a store that cannot save pauses the run, after the resume nothing is missing and nothing twice",
          "[engine]") {
  Rig rig;
  SECTION("for a moment: it is asked again") {
    const auto end = rig.run(PipelineText::ensemble(rig.board).samples(6).options(
        "store", R"("act":"fail","code":6,"first":2,"on":[2],"vary":true)"));
    CHECK(end.state == "complete");
    CHECK(resultOf(end)["stories_saved"].GetInt64() == 6);
  }
  SECTION("for good") {
    auto end = rig.run(PipelineText::ensemble(rig.board).samples(6).inFlight(1).options(
        "store", R"("act":"fail","code":1,"first":1,"on":[2],"message":"disk full")"));
    CHECK(end.state == "paused");
    CHECK(end.reason == "store store: permanent_request: disk full");
    CHECK_FALSE(rig.sample(2).settled);
    CHECK(rig.events("sample").size() == 2);
    end = rig.resume();  // A new instance fails once more, a third one not: its count begins anew.
    CHECK(end.state == "paused");
  }
}

TEST_CASE("samples begun by the source are not asked for again, also when it had run dry", "[engine]") {
  Rig rig;
  rig.board.on("b", "run", [&](std::int64_t index) {
    if (index == 3) rig.engine().pause("test");
  });
  CHECK(rig.run(PipelineText::ensemble(rig.board).samples(50).inFlight(1).options("source", R"("count":6)")).state ==
        "paused");
  rig.board.on("b", "run", nullptr);
  const auto end = rig.resume();
  CHECK(end.state == "complete");
  CHECK(resultOf(end)["samples"].GetInt64() == 6);
  for (std::int64_t i = 0; i < 6; ++i) CHECK(rig.board.count("source", "run", i) == 1);
}

TEST_CASE("a journal that can be written no more ends the run with that failure", "[engine]") {
  // A limit on the size of files stands for the full disk. The signal that comes with it is ignored, so that write()
  // fails.
  struct Limit {
    Limit() {
      ::getrlimit(RLIMIT_FSIZE, &before);
      previous = ::signal(SIGXFSZ, SIG_IGN);
    }
    void set(rlim_t bytes) const {
      rlimit limit = before;
      limit.rlim_cur = bytes;
      ::setrlimit(RLIMIT_FSIZE, &limit);
    }
    ~Limit() {
      ::setrlimit(RLIMIT_FSIZE, &before);
      ::signal(SIGXFSZ, previous);
    }
    rlimit before{};
    void (*previous)(int) = nullptr;
  } limit;
  Rig rig;
  rig.board.on("source", "run", [&](std::int64_t index) {
    if (index == 20) limit.set(64 << 10);
  });
  rig.start(PipelineText::ensemble(rig.board).samples(100000).inFlight(8).node("sink", "sink"));
  try {
    rig.finish();
    FAIL("it came to an end");
  } catch (const Failure& e) {
    CHECK(e.code() == ExitCode::journal);
  }
  rig.drop();
  limit.set(limit.before.rlim_cur);
  // What was announced is there.
  const auto announced = rig.board.words("sink", "event");
  const auto kept = rig.events();
  CHECK(kept.size() >= announced.size());
}

}  // namespace
}  // namespace troupe::test
