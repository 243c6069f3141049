// What start() promises: everything is checked first, and an order with a key begins one run.
#include <future>
#include <set>

#include "host/server/server_rig.hpp"

namespace troupe::test {
namespace {

using server::RunManager;

TEST_CASE("a bad pipeline is answered with all its mistakes, and leaves nothing behind", "[server]") {
  ServerRig rig;
  rig.open();
  auto order = rig.order(PipelineText::ensemble(rig.board));
  order.pipeline_text = R"({"name":"t","run":{"samples":0},"nodes":{"a":{"type":"nobody.knows"}}})";
  try {
    rig.manager->start(order);
    FAIL("it was taken");
  } catch (const Problems& e) {
    CHECK(e.code() == ExitCode::invalid_pipeline);
    CHECK(e.problems().size() >= 2);
  }
  CHECK(rig.journal->runs().empty());
  CHECK(rig.manager->active() == 0);
}

TEST_CASE("a node that cannot be made: at once it is the answer, in the queue the run is paused with the reason", "[server]") {
  ServerRig rig;
  rig.options.at_once = 1;
  rig.open();
  const auto bad = PipelineText::ensemble(rig.board).options("b", R"("act":"create_fails")");
  CHECK(failureOf(ExitCode::plugin_unusable, [&] { rig.start(bad, "key"); }).find("node \"b\"") != std::string::npos);
  CHECK(rig.journal->runs().empty());
  CHECK(rig.manager->active() == 0);

  rig.board.close("a", "run");
  const auto first = rig.start(PipelineText::ensemble(rig.board)).run.id;
  const auto second = rig.start(bad, "key");  // The key is free again.
  CHECK(second.run.state == "queued");
  const auto third = rig.start(PipelineText::ensemble(rig.board)).run.id;
  rig.board.open("a", "run");
  rig.waitFor(second.run.id, "paused");
  CHECK(rig.journal->findRun(second.run.id).reason.find("it cannot be started: node \"b\"") == 0);
  CHECK(std::string(rig.events(second.run.id, "run").back()["state"].GetString()) == "paused");
  rig.waitFor(third, "complete");
  rig.waitFor(first, "complete");
  rig.until([&] { return rig.manager->active() == 0; });
  CHECK(failureOf(ExitCode::plugin_unusable, [&] { rig.manager->resume(second.run.id); }).find("node \"b\"") != std::string::npos);
  CHECK(rig.state(second.run.id) == "paused");
}

TEST_CASE("a full queue refuses, and takes again when one has gone", "[server]") {
  ServerRig rig;
  rig.options.at_once = 1;
  rig.options.queue = 2;
  rig.open();
  rig.board.close("a", "run");
  const auto text = PipelineText::ensemble(rig.board).samples(1);
  std::vector<std::string> ids;
  for (int i = 0; i < 3; ++i) ids.push_back(rig.start(text).run.id);
  CHECK_THROWS_AS(rig.start(text), RunManager::QueueFull);
  CHECK(rig.journal->runs().size() == 3);
  rig.manager->pause(ids[1], "");
  const auto next = rig.start(text).run;
  CHECK(next.state == "queued");
  CHECK_THROWS_AS(rig.manager->resume(ids[1]), RunManager::QueueFull);
  CHECK(rig.state(ids[1]) == "paused");
  rig.board.open("a", "run");
  rig.waitFor(next.id, "complete");
  rig.manager->resume(ids[1]);
  rig.waitFor(ids[1], "complete");
}

TEST_CASE("the same key again names the run that it began, also after a restart", "[server]") {
  ServerRig rig;
  rig.open();
  const auto text = PipelineText::ensemble(rig.board).samples(2);
  const auto first = rig.start(text, "k-1");
  const auto again = rig.start(text, "k-1");
  CHECK(first.fresh);
  CHECK_FALSE(again.fresh);
  CHECK(again.run.id == first.run.id);
  CHECK(rig.start(text).run.id != first.run.id);
  CHECK(failureOf(ExitCode::usage, [&] { rig.start(PipelineText(text).samples(3), "k-1"); }) ==
        "the key \"k-1\" has begun run " + first.run.id + " with another order; use a new key");
  rig.waitFor(first.run.id, "complete");
  rig.close();
  rig.open();
  const auto later = rig.start(text, "k-1");
  CHECK_FALSE(later.fresh);
  CHECK(later.run.id == first.run.id);
  CHECK(later.run.state == "complete");
  CHECK(rig.journal->runs().size() == 2);
}

TEST_CASE("the same key at the same time from many threads begins one run", "[server]") {
  ServerRig rig;
  rig.open();
  const auto order = rig.order(PipelineText::ensemble(rig.board).samples(2), "key");
  std::promise<void> go;
  auto gone = go.get_future().share();
  std::vector<std::future<RunManager::Started>> all;
  for (int i = 0; i < 8; ++i)
    all.push_back(std::async(std::launch::async, [&, gone] {
      gone.wait();
      return rig.manager->start(order);
    }));
  go.set_value();
  std::set<std::string> ids;
  int fresh = 0;
  for (auto& one : all) {
    const auto started = one.get();
    ids.insert(started.run.id);
    fresh += started.fresh ? 1 : 0;
  }
  CHECK(ids.size() == 1);
  CHECK(fresh == 1);
  CHECK(rig.journal->runs().size() == 1);
  rig.waitFor(*ids.begin(), "complete");
}

}  // namespace
}  // namespace troupe::test
