// Restarts, crashes, a journal that breaks, plugins that never come back.
#include <signal.h>
#include <sys/resource.h>

#include "host/journal/journal_support.hpp"
#include "host/server/server_rig.hpp"

namespace troupe::test {
namespace {

using server::RunManager;

TEST_CASE("what a crash left is offered, or goes on by itself, with the samples of an undisturbed run", "[server]") {
  ServerRig before;
  before.options.at_once = 1;
  before.open();
  const auto text = PipelineText::ensemble(before.board).samples(10).inFlight(2);
  const auto undisturbed = before.start(text).run.id;
  before.waitFor(undisturbed, "complete");
  before.until([&] { return before.manager->active() == 0; });
  const auto expected = before.canonical(undisturbed);
  before.board.on("b", "run", [&](std::int64_t index) {
    if (index == 5) before.board.close("b", "run");
  });
  const auto running = before.start(text).run.id;
  const auto queued = before.start(text).run.id;
  const auto paused = before.start(text).run.id;
  before.manager->pause(paused, "anna");
  before.until([&] { return before.events(running, "sample").size() >= 4; });
  before.board.waitFor("b", "run", 16);
  before.journal->flush();  // That sample 5 has begun: nobody waits for that row.
  before.journal->backup(before.dir / "crash.db");
  before.board.on("b", "run", nullptr);
  before.board.open("b", "run");
  before.close();

  ServerRig after(before.dir / "crash.db");
  SECTION("offered") {
    after.open();
    CHECK(after.state(running) == "interrupted");
    CHECK(after.state(queued) == "interrupted");
    CHECK(after.state(paused) == "paused");
    const auto left = after.manager->interrupted();
    REQUIRE(left.size() == 2);
    CHECK(left[0].id == running);
    CHECK(left[1].id == queued);
    CHECK(after.manager->active() == 0);
    CHECK(after.manager->resume(running).state == "running");
    CHECK(after.manager->interrupted().size() == 1);
    after.waitFor(running, "complete");
    CHECK(after.manager->pause(queued, "").state == "paused");
    CHECK(after.manager->interrupted().empty());
    CHECK(after.manager->cancel(queued, "").state == "cancelled");
  }
  SECTION("by itself") {
    after.options.resume_interrupted = true;
    after.options.at_once = 1;
    after.open();
    CHECK(after.manager->interrupted().empty());
    after.waitFor(running, "complete");
    after.waitFor(queued, "complete");
    CHECK(after.state(paused) == "paused");
    CHECK(after.canonical(queued) == expected);
  }
  CHECK(after.canonical(running) == expected);
  CHECK(after.journal->findRun(running).repeated > 0);
}

TEST_CASE("a run whose pipeline is no longer good does not go on by itself, and says why", "[server]") {
  ServerRig rig;
  rig.open();
  journal::NewRun old;
  old.pipeline_name = "old";
  old.pipeline_text = R"({"name":"old","nodes":{"a":{"type":"nobody.knows"}}})";
  const auto run = rig.journal->createRun(old);
  rig.close();
  rig.options.resume_interrupted = true;
  rig.open();
  CHECK(rig.state(run.id) == "interrupted");
  CHECK(failureOf(ExitCode::invalid_pipeline, [&] { rig.manager->resume(run.id); }).find("nobody.knows") !=
        std::string::npos);
  rig.journal->flush();
  const auto logs = rig.events(run.id, "log");
  REQUIRE(logs.size() == 1);
  CHECK(std::string(logs[0]["message"].GetString()).find("does not go on by itself") != std::string::npos);
  CHECK(rig.manager->cancel(run.id, "").state == "cancelled");
}

TEST_CASE("an orderly stop pauses what runs and keeps the queue in the journal", "[server]") {
  ServerRig rig;
  rig.options.at_once = 1;
  rig.open();
  rig.board.close("a", "run");
  const auto text = PipelineText::ensemble(rig.board).samples(8).inFlight(2);
  const auto running = rig.start(text).run.id;
  const auto queued = rig.start(text).run.id;
  rig.board.waitFor("a", "run", 2);
  auto stopped = std::async(std::launch::async, [&] { rig.manager->stop("the server is stopped"); });
  rig.until([&] { return rig.state(running) == "pausing"; });
  CHECK_THROWS_AS(rig.start(text), RunManager::Stopping);
  CHECK_THROWS_AS(rig.manager->resume(queued), RunManager::Stopping);
  rig.board.open("a", "run");
  stopped.get();
  CHECK(rig.manager->active() == 0);
  CHECK(rig.state(running) == "paused");
  CHECK(rig.journal->findRun(running).reason == "the server is stopped");
  CHECK(rig.manager->abandoned() == 0);
  rig.close();
  rig.options.resume_interrupted = true;
  rig.open();
  rig.waitFor(queued, "complete");
  CHECK(rig.state(running) == "paused");
  rig.manager->resume(running);
  rig.waitFor(running, "complete");
  CHECK(rig.canonical(running) == rig.canonical(queued));
}

TEST_CASE("a call that never comes back costs its run and nothing else", "[server]") {
  ServerRig rig;
  rig.options.at_once = 1;
  rig.options.engine.pause_drain = std::chrono::milliseconds(1);
  rig.open();
  rig.board.close("stuck", "blocked");
  auto text =
      PipelineText::ensemble(rig.board).samples(2).node("stuck", "provider", R"(["source"])", R"("act":"never")");
  const auto id = rig.start(text.inputs("score", R"(["a","b","c","stuck"])")).run.id;
  rig.board.waitFor("stuck", "blocked", 2);
  rig.manager->pause(id, "anna");
  rig.waitFor(id, "paused");
  rig.until([&] { return rig.manager->active() == 0; });
  CHECK(rig.manager->abandoned() == 1);
  const auto next = rig.start(PipelineText::ensemble(rig.board).samples(2)).run.id;
  rig.waitFor(next, "complete");
  rig.journal->flush();
  const auto logs = rig.events(id, "log");
  REQUIRE_FALSE(logs.empty());
  CHECK(std::string(logs.back()["message"].GetString()).find("stays in memory") != std::string::npos);
  rig.board.open("stuck", "blocked");
  rig.board.waitFor("stuck", "back", 2);
}

TEST_CASE("a journal that breaks ends all runs, is told, and nothing is begun any more", "[server]") {
  TempDir folder;
  const auto child = spawn([&] {
    // Files end at 2 MiB: writes beyond fail as those to a full disk do.
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{2 << 20, 2 << 20};
    ServerRig rig(folder / "j.db");
    rig.options.at_once = 2;
    rig.options.engine.grace = kPatience;  // All calls come back.
    rig.open();
    auto text = PipelineText::ensemble(rig.board).samples(100000).inFlight(2).node("sink", "sink");
    text.options("b", R"("act":"huge","every":2)");
    if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) return 1;
    std::vector<std::string> ids;
    try {
      for (int i = 0; i < 3; ++i) ids.push_back(rig.start(text).run.id);
    } catch (const Failure& e) {
      if (e.code() != ExitCode::journal) return 2;  // It was quicker.
    }
    const auto end = std::chrono::steady_clock::now() + kPatience;
    while (!rig.manager->broken() || rig.manager->active() > 0) {
      if (std::chrono::steady_clock::now() > end) return 3;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    if (rig.manager->broken()->find("cannot be written") == std::string::npos) return 4;
    if (rig.manager->queued() != 0) return 5;
    const auto refused = [&](const std::function<void()>& work) {
      return failureOf(ExitCode::journal, work) == *rig.manager->broken();
    };
    if (!refused([&] { rig.start(text); })) return 6;
    if (!refused([&] { rig.manager->pause(ids.at(0), ""); }) || !refused([&] { rig.manager->resume(ids.at(0)); }) ||
        !refused([&] { rig.manager->cancel(ids.at(0), ""); }) ||
        !refused([&] { rig.manager->decide(ids.at(0), 0, "", true, ""); }))
      return 7;
    for (const auto& id : ids)
      if (rig.state(id) != "interrupted") return 8;
    rig.close();
    return 0;
  });
  CHECK(waitFor(child) == 0);
  // With room again, all of them go on.
  ServerRig rig(folder / "j.db");
  rig.open();
  CHECK(rig.manager->interrupted().size() >= 2);
  for (const auto& run : rig.manager->interrupted()) CHECK(rig.manager->cancel(run.id, "").state == "cancelled");
}

TEST_CASE("a call that never comes back while the journal breaks keeps what its run holds", "[server]") {
  TempDir folder;
  const auto child = spawn([&] {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{2 << 20, 2 << 20};
    ServerRig rig(folder / "j.db");
    rig.open();
    rig.board.close("stuck", "blocked");
    auto text = PipelineText::ensemble(rig.board).samples(100000).inFlight(2).options("b", R"("act":"huge")");
    text.node("stuck", "provider", R"(["source"])", R"("act":"never","on":[1])");
    if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) return 1;
    rig.start(text.inputs("score", R"(["a","b","c","stuck"])"));
    rig.board.waitFor("stuck", "blocked");
    rig.until([&] { return rig.manager->broken() && rig.manager->active() == 0; });
    std::_Exit(rig.manager->abandoned() == 1 ? 0 : 2);  // A thread is still inside: nothing may go under it.
  });
  CHECK(waitFor(child) == 0);
}

}  // namespace
}  // namespace troupe::test
