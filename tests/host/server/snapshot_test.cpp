#include "server/snapshot.hpp"

#include "host/server/server_rig.hpp"

namespace troupe::test {
namespace {

const rapidjson::Value& runNamed(const rapidjson::Document& snapshot, const std::string& id) {
  for (const auto& run : snapshot["runs"].GetArray())
    if (run["id"] == id.c_str()) return run;
  FAIL("no run " + id);
  return snapshot;
}

TEST_CASE("a snapshot has the runs under way, the queue, and the newest that ended", "[server]") {
  ServerRig rig;
  rig.options.at_once = 1;
  rig.open();
  const auto empty = parsed(server::snapshotEvent(*rig.manager, *rig.journal));
  CHECK(empty["type"] == "snapshot");
  CHECK(empty["head"].GetInt64() == 0);
  CHECK(empty["runs"].Empty());

  const auto ended = rig.start(PipelineText::ensemble(rig.board).samples(14).options("source", R"("genres":["noir","fable"])")).run;
  rig.waitFor(ended.id, "complete");
  rig.until([&] { return rig.manager->active() == 0; });
  const auto text = PipelineText::ensemble(rig.board).samples(3).inFlight(1).options("keep", R"("act":"hold","on":[0])");
  rig.board.on("source", "run", [&](std::int64_t index) {
    if (index == 2) rig.board.close("a", "run");
  });
  const auto running = rig.start(text).run;
  const auto queued = rig.start(text).run;
  rig.board.waitFor("a", "run", 14 + 3);
  rig.until([&] { return rig.events(running.id, "sample").size() == 1; });

  const auto all = parsed(server::snapshotEvent(*rig.manager, *rig.journal));
  CHECK(all["head"].GetInt64() == rig.journal->head());
  REQUIRE(all["runs"].Size() == 3);
  const auto& first = runNamed(all, running.id);
  CHECK(first["state"] == "running");
  CHECK(first["user_id"] == "anna");
  CHECK(first["ahead"].IsNull());
  CHECK(first["ended_at"].IsNull());
  CHECK(first["progress"]["current"].GetInt64() == 1);
  CHECK(first["stats"]["models"].Size() == 3);
  CHECK(first["recent"].Size() == 1);
  REQUIRE(first["held"].Size() == 1);
  CHECK(first["held"][0]["index"].GetInt64() == 0);
  CHECK(first["held"][0]["filter"] == "keep");
  CHECK_FALSE(first.HasMember("result"));
  const auto& second = runNamed(all, queued.id);
  CHECK(second["state"] == "queued");
  CHECK(second["ahead"].GetInt64() == 0);
  CHECK(second["progress"]["phase"] == "waiting");
  const auto& third = runNamed(all, ended.id);
  CHECK(third["state"] == "complete");
  CHECK(third["ended_at"].GetInt64() > 0);
  CHECK(third["result"]["successful"].GetInt64() == 14);
  CHECK(third["stats"]["genres"]["noir"].GetInt64() == 7);
  std::int64_t wins = 0;
  for (const auto& model : third["stats"]["models"].GetArray()) wins += model["wins"].GetInt64();
  CHECK(wins == 14);
  REQUIRE(third["recent"].Size() == 10);
  CHECK(third["recent"][0]["number"].GetInt64() == 5);
  CHECK(third["recent"][9]["number"].GetInt64() == 14);

  const auto one = parsed(server::snapshotEvent(*rig.manager, *rig.journal, queued));
  CHECK(one["run"] == queued.id.c_str());
  CHECK(one["runs"].Size() == 1);
  CHECK(parsed(server::runSummary(*rig.manager, *rig.journal, ended))["progress"]["current"].GetInt64() == 14);
  rig.manager->cancel(queued.id, "");
  rig.board.open("a", "run");
}

TEST_CASE("a stream that goes on after the head of a snapshot misses nothing", "[server]") {
  ServerRig rig;
  rig.open();
  const auto run = rig.start(PipelineText::ensemble(rig.board).samples(200).inFlight(4)).run;
  int looked = 0;
  do {
    const auto snapshot = parsed(server::snapshotEvent(*rig.manager, *rig.journal, run));
    const auto& told = snapshot["runs"][0];
    std::int64_t seen = 0;
    for (const auto& event : told["recent"].GetArray()) {
      seen = event["number"].GetInt64();
      CHECK(event["id"].GetInt64() <= snapshot["head"].GetInt64());
    }
    const auto next = rig.journal->eventsBefore(run.key, "sample", snapshot["head"].GetInt64() + 1, 1);
    CHECK((next.empty() ? 0 : parsed(next[0].json)["number"].GetInt64()) == seen);
    CHECK(told["progress"]["current"].GetInt64() >= seen);
    ++looked;
  } while (rig.state(run.id) == "running");
  CHECK(looked > 1);
  rig.waitFor(run.id, "complete");
}

}  // namespace
}  // namespace troupe::test
