#include <catch2/catch.hpp>

#include "api_rig.hpp"
#include "support/sha256.hpp"

using namespace troupe::test;

namespace {

std::string idOf(const rapidjson::Value& run) { return run["id"].GetString(); }
std::string stateOf(const rapidjson::Value& run) { return run["state"].GetString(); }

}  // namespace

TEST_CASE("runs are listed newest first, page by page", "[server][api]") {
  const ApiRig rig;
  CHECK(rig.json(200, "GET", "/api/v1/runs")["next"].IsNull());
  std::vector<std::string> ids;
  for (int i = 0; i < 7; ++i) ids.insert(ids.begin(), rig.complete(rig.ensemble().samples(1)));
  std::vector<std::string> seen;
  std::string before;
  int pages = 0;
  do {
    const auto page = rig.json(200, "GET", "/api/v1/runs?limit=3" + before);
    for (const auto& run : page["runs"].GetArray()) {
      seen.push_back(idOf(run));
      CHECK_FALSE(run.HasMember("result"));
    }
    before = page["next"].IsNull() ? "" : std::string("&before=") + page["next"].GetString();
    ++pages;
  } while (!before.empty());
  CHECK(seen == ids);
  CHECK(pages == 3);
  CHECK(rig.json(200, "GET", "/api/v1/runs?limit=7")["next"].IsNull());
  CHECK(rig.json(200, "GET", "/api/v1/runs?state=complete&limit=2")["runs"].Size() == 2);
  CHECK(rig.json(200, "GET", "/api/v1/runs?state=paused")["runs"].Size() == 0);
  for (const auto* query : {"limit=0", "limit=201", "limit=x", "before=-1", "before=a", "limit="}) {
    CAPTURE(query);
    CHECK(rig.problem(400, "GET", std::string("/api/v1/runs?") + query) != "");
  }
}

TEST_CASE("a run is named by its id, the beginning of it, last or latest", "[server][api]") {
  const ApiRig rig;
  rig.problem(404, "GET", "/api/v1/runs/last");
  const auto first = rig.complete(rig.ensemble().samples(1)), second = rig.complete(rig.ensemble().samples(1));
  CHECK(idOf(rig.json(200, "GET", "/api/v1/runs/" + first)) == first);
  CHECK(idOf(rig.json(200, "GET", "/api/v1/runs/last")) == second);
  CHECK(idOf(rig.json(200, "GET", "/api/v1/runs/latest")) == second);
  CHECK(idOf(rig.json(200, "GET", "/api/v1/runs/" + first.substr(0, first.size() - 1))) == first);
  CHECK_THAT(rig.problem(404, "GET", "/api/v1/runs/t-"), Catch::Contains(first) && Catch::Contains(second));
  CHECK_THAT(rig.problem(404, "GET", "/api/v1/runs/nothing"), Catch::Contains("nothing"));
  rig.problem(400, "GET", "/api/v1/runs/%00");
  rig.problem(404, "GET", "/api/v1/runs/" + std::string(5000, 'x'));
  CHECK(rig.ask("GET", "/api/v1/runs/" + first + "/nothing").status == 404);
  CHECK(rig.ask("PUT", "/api/v1/runs/" + first, "{}").status == 405);
}

TEST_CASE("a run is paused, resumed with changes, and cancelled, and each may be said twice", "[server][api]") {
  const ApiRig rig;
  rig.board.close("a", "run");
  const auto id = rig.start(rig.ensemble().samples(6).inFlight(2));
  const auto run = "/api/v1/runs/" + id;
  rig.board.waitFor("a", "run", 2);
  const auto pausing = stateOf(rig.json(200, "POST", run + "/pause"));
  CHECK((pausing == "pausing" || pausing == "paused"));
  rig.board.open("a", "run");
  rig.waitFor(id, "paused");
  CHECK(stateOf(rig.json(200, "POST", run + "/pause")) == "paused");
  CHECK_THAT(rig.json(200, "GET", run)["reason"].GetString(), Catch::Contains("local"));

  CHECK_THAT(
      rig.problem(409, "POST", run + "/resume", R"({"overrides":[{"path":"nodes.a.options.text","value":"x"}]})"),
      Catch::Contains("a resume may change"));
  CHECK_THAT(rig.problem(422, "POST", run + "/resume", R"({"overrides":[{"path":"run.samples"}],"x":1})"),
             Catch::Contains("value"));
  rig.problem(422, "POST", run + "/resume", R"({"overrides":[{"path":"run.samples","value":"many"}]})");
  rig.json(200, "POST", run + "/resume", R"({"overrides":[{"path":"run.samples","value":7}]})");
  rig.waitFor(id, "complete");
  CHECK(rig.json(200, "GET", run)["result"]["successful"].GetInt() == 7);
  rig.problem(409, "POST", run + "/pause");
  rig.problem(409, "POST", run + "/cancel");
  rig.problem(409, "POST", run + "/resume");

  rig.board.close("a", "run");
  const auto other = rig.start(rig.ensemble());
  rig.json(200, "POST", "/api/v1/runs/" + other + "/cancel");
  rig.board.open("a", "run");
  rig.waitFor(other, "cancelled");
  CHECK(stateOf(rig.json(200, "POST", "/api/v1/runs/" + other + "/cancel")) == "cancelled");
  for (const auto* verb : {"pause", "resume", "cancel"})
    rig.problem(404, "POST", std::string("/api/v1/runs/none/") + verb);
}

TEST_CASE("only a run that has ended is deleted", "[server][api]") {
  const ApiRig rig;
  rig.board.close("a", "run");
  const auto id = rig.start(rig.ensemble());
  CHECK_THAT(rig.problem(409, "DELETE", "/api/v1/runs/" + id), Catch::Contains("cancel it"));
  rig.board.open("a", "run");
  rig.waitFor(id, "complete");
  CHECK(rig.ask("DELETE", "/api/v1/runs/" + id).status == 204);
  rig.problem(404, "GET", "/api/v1/runs/" + id);
  rig.problem(404, "DELETE", "/api/v1/runs/" + id);
}

TEST_CASE("who may only watch changes nothing", "[server][api]") {
  ApiSetup setup;
  const std::string watch = "w-123456789012345678901234567890", operate = "o-123456789012345678901234567890";
  setup.tokens = {{"eyes", troupe::server::Right::watch, troupe::sha256(watch)},
                  {"hands", troupe::server::Right::operate, troupe::sha256(operate)}};
  const ApiRig rig(setup);
  const auto as = [](const std::string& token) { return "Authorization: Bearer " + token + "\r\n"; };
  CHECK(rig.ask("GET", "/api/v1/runs").status == 401);
  CHECK(rig.ask("GET", "/api/v1/runs", "", as(watch)).status == 200);
  const auto order = "{\"pipeline\":" + rig.ensemble().text() + "}";
  CHECK(rig.ask("POST", "/api/v1/runs", order, as(watch)).status == 403);
  CHECK(rig.ask("POST", "/auto-train-stream", R"({"user_id":"u"})", as(watch)).status == 403);
  CHECK(rig.ask("PUT", "/api/v1/pipelines/x", "{}", as(watch) + "If-None-Match: *\r\n").status == 403);
  CHECK(rig.ask("POST", "/api/v1/runs", order, as(operate)).status == 201);
}
