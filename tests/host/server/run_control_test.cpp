// Pause, resume, cancel and decisions, in every state of a run.
#include "host/server/server_rig.hpp"

namespace troupe::test {
namespace {

using server::RunManager;

std::string refusal(const std::function<void()>& work) { return failureOf(ExitCode::usage, work); }

TEST_CASE("a queued run is paused, resumed and cancelled as often as one likes", "[server]") {
  ServerRig rig;
  rig.options.at_once = 1;
  rig.open();
  rig.board.close("a", "run");
  const auto text = PipelineText::ensemble(rig.board).samples(2);
  const auto first = rig.start(text).run.id;
  const auto second = rig.start(text).run.id;
  const auto third = rig.start(text).run.id;
  for (int i = 0; i < 2; ++i) {
    const auto run = rig.manager->pause(second, "anna");
    CHECK(run.state == "paused");
    CHECK(run.reason == "paused by anna");
  }
  CHECK(rig.manager->queued() == 1);
  CHECK(rig.manager->ahead(rig.journal->findRun(third).key) == std::size_t{0});
  for (int i = 0; i < 2; ++i) CHECK(rig.manager->cancel(third, "anna").state == "cancelled");
  CHECK(rig.journal->findRun(third).ended_at > 0);
  CHECK(refusal([&] { rig.manager->pause(third, ""); }) == "run " + third + " is cancelled; there is nothing to pause");
  CHECK(refusal([&] { rig.manager->resume(third); }) == "run " + third + " is cancelled; there is nothing to resume");
  rig.board.open("a", "run");
  rig.waitFor(first, "complete");
  rig.until([&] { return rig.manager->active() == 0; });
  CHECK(rig.state(second) == "paused");
  rig.manager->resume(second);
  rig.waitFor(second, "complete");
  CHECK(rig.events(second, "sample").size() == 2);
  CHECK(rig.events(third, "sample").empty());
  CHECK(refusal([&] { rig.manager->resume("nobody"); }).find("no run is called \"nobody\"") == 0);
}

TEST_CASE("a run that is under way is paused and goes on, and its samples are those of an undisturbed one",
          "[server]") {
  ServerRig rig;
  rig.open();
  const auto text = PipelineText::ensemble(rig.board).samples(12).inFlight(2);
  const auto undisturbed = rig.start(text).run.id;
  rig.waitFor(undisturbed, "complete");
  rig.board.close("b", "run");
  const auto id = rig.start(text).run.id;
  rig.board.waitFor("b", "run", 13);
  CHECK(rig.manager->pause(id, "anna").state == "pausing");
  CHECK(rig.manager->pause(id, "ben").state == "pausing");
  CHECK(refusal([&] { rig.manager->resume(id); }) == "run " + id + " is pausing; resume it when it is paused");
  rig.board.open("b", "run");
  rig.waitFor(id, "paused");
  CHECK(rig.manager->pause(id, "ben").reason == "paused by anna");
  rig.board.close("b", "run");
  for (int i = 0; i < 2; ++i) {
    const auto state = rig.manager->resume(id).state;
    CHECK((state == "running" || state == "queued"));
  }
  rig.board.open("b", "run");
  rig.waitFor(id, "complete");
  CHECK(rig.canonical(id) == rig.canonical(undisturbed));
  CHECK(refusal([&] { rig.manager->resume(id); }) == "run " + id + " is complete; there is nothing to resume");
  CHECK(refusal([&] { rig.manager->cancel(id, ""); }) == "run " + id + " is complete; there is nothing to cancel");
  CHECK(refusal([&] { rig.manager->pause(id, ""); }) == "run " + id + " is complete; there is nothing to pause");
}

TEST_CASE("a resume may change what `troupe resume` may", "[server]") {
  ServerRig rig;
  rig.open();
  rig.board.close("b", "run");
  const auto id = rig.start(PipelineText::ensemble(rig.board).samples(6).inFlight(2)).run.id;
  rig.board.waitFor("b", "run", 2);
  CHECK(refusal([&] {
          rig.manager->resume(id, {{"run.samples", "9"}});
        }) == "run " + id + " is running; pause it first, then resume it with changes");
  CHECK(rig.manager->resume(id).state == "running");
  rig.manager->pause(id, "");
  rig.board.open("b", "run");
  rig.waitFor(id, "paused");
  CHECK(refusal([&] { rig.manager->resume(id, {{"run.seed", "9"}}); }).find("a resume may change samples") == 0);
  CHECK(refusal([&] {
          rig.manager->resume(id, {{"run.samples", "1"}});
        }).find("it cannot end with 1") != std::string::npos);
  CHECK(failureOf(ExitCode::invalid_pipeline, [&] { rig.manager->resume(id, {{"run.in_flight", "-1"}}); }).size() > 0);
  CHECK(rig.state(id) == "paused");
  rig.manager->resume(id, {{"run.samples", "8"}, {"run.in_flight", "3"}});
  rig.waitFor(id, "complete");
  rig.until([&] { return rig.manager->active() == 0; });
  CHECK(rig.events(id, "sample").size() == 8);
  CHECK(rig.journal->findRun(id).in_flight == 3);
  rig.manager->resume(id, {{"run.samples", "9"}});
  rig.until([&] { return rig.events(id, "sample").size() == 9; });
  rig.waitFor(id, "complete");
}

TEST_CASE("a run that is under way is cancelled for good, its calls at once", "[server]") {
  ServerRig rig;
  rig.open();
  const auto id = rig.start(PipelineText::ensemble(rig.board).samples(4).options("a", R"("act":"push")")).run.id;
  rig.board.waitFor("a", "blocked", 4);
  rig.manager->cancel(id, "anna");
  rig.waitFor(id, "cancelled");
  CHECK(rig.journal->findRun(id).reason == "cancelled by anna");
  CHECK(rig.manager->cancel(id, "anna").state == "cancelled");
  CHECK(rig.events(id, "complete").empty());
  rig.until([&] { return rig.manager->active() == 0; });
}

TEST_CASE("held samples are decided on while the run is under way, paused, or about to go on", "[server]") {
  ServerRig rig;
  rig.options.at_once = 1;
  rig.open();
  const auto text =
      PipelineText::ensemble(rig.board).samples(4).inFlight(4).options("keep", R"("act":"hold","on":[0,1,2])");
  const auto id = rig.start(text).run.id;
  rig.waitFor(id, "paused");
  CHECK(rig.journal->findRun(id).reason == "3 samples are held for review");
  CHECK_FALSE(rig.manager->decide(id, 3, "", true, "anna"));
  CHECK_FALSE(rig.manager->decide(id, 77, "", true, "anna"));
  CHECK_FALSE(rig.manager->decide(id, 0, "nobody", true, "anna"));
  CHECK(rig.manager->decide(id, 0, "keep", true, "anna"));
  CHECK_FALSE(rig.manager->decide(id, 0, "keep", true, "anna"));

  // Queued behind another one.
  rig.until([&] { return rig.manager->active() == 0; });
  rig.board.close("a", "run");
  const auto other = rig.start(PipelineText::ensemble(rig.board).samples(1)).run.id;
  CHECK(rig.manager->resume(id).state == "queued");
  CHECK(rig.manager->decide(id, 1, "", false, "anna"));
  rig.board.open("a", "run");
  rig.waitFor(other, "complete");
  rig.until(
      [&] { return rig.state(id) == "paused" && rig.journal->findRun(id).reason == "1 sample is held for review"; });
  CHECK(rig.manager->decide(id, 2, "", true, "anna"));
  rig.until([&] { return rig.manager->active() == 0; });
  rig.manager->resume(id);
  rig.waitFor(id, "complete");
  CHECK(parsed(rig.journal->findRun(id).result_json)["stories_saved"].GetInt64() == 3);
}

TEST_CASE("a sample is decided on while others of its run are worked on", "[server]") {
  ServerRig rig;
  rig.open();
  const auto text =
      PipelineText::ensemble(rig.board).samples(2).inFlight(1).options("keep", R"("act":"hold","on":[0])");
  rig.board.on("keep", "run", [&](std::int64_t index) {
    if (index == 0) rig.board.close("a", "run");
  });
  const auto id = rig.start(text).run.id;
  rig.until([&] { return rig.journal->undecided(rig.journal->findRun(id).key, 5).size() == 1; });
  rig.until([&] { return rig.manager->decide(id, 0, "keep", true, "anna"); });
  rig.board.on("keep", "run", nullptr);
  rig.board.open("a", "run");
  rig.waitFor(id, "complete");
  CHECK(rig.events(id, "sample").size() == 2);
  CHECK(rig.journal->sample(rig.journal->findRun(id).key, 0)->decisions.at(0).by == "anna");
}

}  // namespace
}  // namespace troupe::test
