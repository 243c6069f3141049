// Several runs in one process: places, queue, what each of them tells.
#include <future>
#include <set>

#include "host/server/server_rig.hpp"

namespace troupe::test {
namespace {

PipelineText small(const Board& board) { return PipelineText::ensemble(board).samples(3); }

// A pipeline whose provider `gate` stops at the board.
PipelineText gated(const Board& board, const std::string& gate) {
  return PipelineText::ensemble(board)
      .samples(3)
      .node(gate, "provider", R"(["source"])")
      .inputs("score", R"(["a","b","c",")" + gate + R"("])");
}

std::vector<std::string> statesOf(const ServerRig& rig, const std::string& run) {
  std::vector<std::string> states;
  for (const auto& event : rig.events(run, "run")) states.emplace_back(event["state"].GetString());
  return states;
}

TEST_CASE("runs beyond the limit wait, and start in the order in which they were ordered", "[server]") {
  ServerRig rig;
  rig.options.at_once = 2;
  rig.open();
  std::vector<std::string> ids;
  for (int i = 0; i < 5; ++i) {
    const auto gate = "gate" + std::to_string(i);
    rig.board.close(gate, "run");
    const auto started = rig.start(gated(rig.board, gate));
    CHECK(started.fresh);
    CHECK(started.run.state == (i < 2 ? "running" : "queued"));
    CHECK(started.run.user_id == "anna");
    ids.push_back(started.run.id);
  }
  CHECK(rig.manager->active() == 2);
  CHECK(rig.manager->queued() == 3);
  for (std::size_t i = 0; i < 5; ++i) {
    const auto ahead = rig.manager->ahead(rig.journal->findRun(ids[i]).key);
    CHECK(ahead == (i < 2 ? std::nullopt : std::optional<std::size_t>(i - 2)));
  }
  CHECK(parsed(rig.manager->progress(rig.journal->findRun(ids[4])))["phase"] == "waiting");
  CHECK(rig.manager->current().size() == 5);
  // A place is free: the next one starts, and no other.
  rig.board.open("gate1", "run");
  rig.board.waitFor("gate2", "run");
  rig.waitFor(ids[1], "complete");
  CHECK(rig.state(ids[0]) == "running");
  CHECK(rig.state(ids[2]) == "running");
  CHECK(rig.state(ids[3]) == "queued");
  CHECK(rig.board.count("gate3", "run") == 0);
  for (const std::size_t i : {0, 2, 3, 4}) {  // One by one: two that start at once may tell of it in any order.
    rig.board.open("gate" + std::to_string(i), "run");
    rig.waitFor(ids[i], "complete");
    if (i < 3) rig.board.waitFor(i == 0 ? "gate3" : "gate4", "run");
  }
  // In the journal: each began after its predecessor in the queue.
  std::int64_t begun = 0;
  for (const auto& id : ids) {
    for (const auto& event : rig.events(id, "run")) {
      if (event["state"] != "running") continue;
      CHECK(event["id"].GetInt64() > begun);
      begun = event["id"].GetInt64();
    }
  }
  CHECK(statesOf(rig, ids[4]) == std::vector<std::string>{"queued", "running"});
  rig.until([&] { return rig.manager->active() == 0; });
}

TEST_CASE("two runs at once: their sinks see their own events alone, all of them", "[server]") {
  ServerRig rig;
  rig.options.engine.progress_every = std::chrono::milliseconds(1);
  rig.open();
  std::vector<std::string> ids;
  for (const std::string suffix : {"1", "2"}) {
    auto text = PipelineText::ensemble(rig.board).samples(40).inFlight(4);
    text.node("sink" + suffix, "sink")
        .node("frames" + suffix, "sink_progress")
        .options("a", R"("text":"a","random_ms":3)");
    ids.push_back(rig.start(text).run.id);
  }
  for (const auto& id : ids) rig.waitFor(id, "complete");
  for (std::size_t i = 0; i < 2; ++i) {
    const auto suffix = std::to_string(i + 1);
    std::int64_t n = 0;
    for (const auto& word : rig.board.words("sink" + suffix, "event")) {
      const auto event = parsed(word.text);
      CHECK(event["run"] == ids[i].c_str());
      CHECK(event["n"].GetInt64() == ++n);
    }
    CHECK(n == 42);  // running, 40 samples, complete
    for (const auto& word : rig.board.words("frames" + suffix, "event"))
      CHECK(parsed(word.text)["run"] == ids[i].c_str());
    CHECK(rig.board.count("frames" + suffix, "event") > 0);
  }
  // Frames go with their runs.
  const std::atomic<bool> stop{false};
  CHECK(rig.hub->wait(0, 0, 1, stop).frames.empty());
}

TEST_CASE("a pipeline's console and web sinks are left out, the latter with a notice", "[server]") {
  ServerRig rig;
  rig.options.engine.progress_every = std::chrono::milliseconds(1);
  rig.open();
  const TempDir cache;
  loader::Catalog with_web(loader::CatalogOptions{{TROUPE_SCRIPTED_DIR, TROUPE_WEB_SINK_DIR, TROUPE_PLUGIN_DIR},
                                                  cache.path(),
                                                  {},
                                                  {"troupe.clock/1", "troupe.model/1", "troupe.web/1"}});
  rig.manager = std::make_unique<server::RunManager>(with_web, *rig.journal, rig.hub, rig.options);
  rig.board.close("a", "run");
  auto text =
      small(rig.board).node("page", "org.example.web.sink").node("view", "troupe.sink.console").node("sink", "sink");
  const auto run = rig.start(text).run;
  std::set<std::string> nodes;
  const std::atomic<bool> stop{false};
  rig.until([&] {
    for (const auto& frame : rig.hub->wait(0, 0, 1, stop, run.key).frames)
      if (frame.type == "node") nodes.insert(frame.key);
    return nodes.count("node/sink") != 0;
  });
  CHECK(nodes.count("node/a") == 1);
  CHECK(nodes.count("node/page") == 0);
  CHECK(nodes.count("node/view") == 0);
  rig.board.open("a", "run");
  rig.waitFor(run.id, "complete");
  const auto notices = rig.events(run.id, "notice");
  REQUIRE(notices.size() == 1);
  CHECK(std::string(notices[0]["message"].GetString()).find("\"page\" is left out") != std::string::npos);
  rig.manager.reset();
}

TEST_CASE("many runs, begun and steered by many threads, all end as they should", "[server]") {
  ServerRig rig;
  rig.options.at_once = 3;
  rig.open();
  std::vector<std::future<std::string>> threads;
  for (int t = 0; t < 4; ++t) {
    threads.push_back(std::async(std::launch::async, [&, t] {
      for (int i = 0; i < 6; ++i) {
        const auto id = rig.start(small(rig.board)).run.id;
        try {
          if ((t + i) % 3 == 0) rig.manager->pause(id, "t");
          if ((t + i) % 3 == 1 && i % 2 == 0) rig.manager->cancel(id, "t");
        } catch (const Failure& e) {
          if (std::string(e.what()).find("there is nothing to") == std::string::npos) return std::string(e.what());
        }
      }
      return std::string();
    }));
  }
  for (auto& thread : threads) CHECK(thread.get().empty());
  rig.until([&] { return rig.manager->active() == 0 && rig.manager->queued() == 0; });
  for (const auto& run : rig.journal->runs()) {
    if (rig.manager->state(run) == "paused") rig.manager->resume(run.id);
  }
  rig.until([&] { return rig.manager->active() == 0 && rig.manager->queued() == 0; });
  int complete = 0;
  for (const auto& run : rig.journal->runs()) {
    CHECK((run.state == "complete" || run.state == "cancelled"));
    if (run.state == "complete") {
      ++complete;
      CHECK(rig.events(run.id, "sample").size() == 3);
    }
  }
  CHECK(complete >= 16);
  CHECK(rig.manager->interrupted().empty());
}

}  // namespace
}  // namespace troupe::test
