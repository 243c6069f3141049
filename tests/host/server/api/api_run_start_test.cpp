#include <catch2/catch.hpp>

#include "api_rig.hpp"

using namespace troupe::test;

namespace {

const std::string kGenres =
    R"({"name":"g","run":{"samples":3,"seed":1},"nodes":{"ideas":{"type":"troupe.prompts.genres"},
  "a":{"type":"org.example.scripted.provider","inputs":["ideas"]},"score":{"type":"org.example.scripted.scorer","inputs":["a"]},
  "vote":{"type":"org.example.scripted.selector","inputs":["score"]}}})";

}  // namespace

TEST_CASE("a run begins from an object, from a text with comments, and from a stored pipeline", "[server][api]") {
  const ApiRig rig;
  const auto text = rig.ensemble().text();
  const auto commented = "// mine\n" + text.substr(0, text.size() - 1) + ",\n}\n";
  CHECK(rig.ask("PUT", "/api/v1/pipelines/mine.json", commented, "If-None-Match: *\r\n").status == 201);
  for (const auto& pipeline : {text, quotedJson(commented), std::string("\"mine.json\"")}) {
    const auto answer = rig.ask("POST", "/api/v1/runs", "{\"pipeline\":" + pipeline + ",\"user_id\":\"anna\"}");
    REQUIRE(answer.status == 201);
    const auto run = parsed(answer.body);
    const std::string id = run["id"].GetString();
    CHECK(answer.header("location") == "/api/v1/runs/" + id);
    CHECK(std::string(run["user_id"].GetString()) == "anna");
    rig.waitFor(id, "complete");
    const auto ended = rig.json(200, "GET", answer.header("location"));
    CHECK(ended["result"]["successful"].GetInt() == 4);
    CHECK(ended["progress"]["current"].GetInt() == 4);
    CHECK(ended["stats"]["models"].Size() == 3);
  }
}

TEST_CASE("samples, in_flight, seed, genres and overrides change the run", "[server][api]") {
  const ApiRig rig;
  const auto run = rig.json(
      201, "POST", "/api/v1/runs",
      "{\"pipeline\":" + kGenres +
          R"(,"samples":5,"in_flight":2,"seed":77,"genres":["myth","noir"],"overrides":[{"path":"/nodes/a/options/text","value":"tale"},
                                {"path":"nodes.a.limits.retries","value":0}]})");
  CHECK(run["samples"].GetInt() == 5);
  CHECK(run["in_flight"].GetInt() == 2);
  CHECK(run["seed"].GetInt() == 77);
  CHECK(run["overrides"].Size() == 6);
  const std::string id = run["id"].GetString();
  rig.waitFor(id, "complete");
  const auto genres = rig.json(200, "GET", "/api/v1/runs/" + id);
  CHECK(genres["stats"]["genres"].MemberCount() == 2);
  CHECK(genres["stats"]["genres"]["myth"].GetInt() + genres["stats"]["genres"]["noir"].GetInt() == 5);
  const auto samples = rig.json(200, "GET", "/api/v1/runs/" + id + "/samples?limit=1");
  CHECK_THAT(samples["samples"][0]["candidates"][0]["text"].GetString(), Catch::StartsWith("tale for"));
}

TEST_CASE("the same Idempotency-Key names the run that it began", "[server][api]") {
  const ApiRig rig;
  const auto order = "{\"pipeline\":" + rig.ensemble().text() + "}";
  const std::string key = "Idempotency-Key: k-1\r\n";
  const auto first = rig.json(201, "POST", "/api/v1/runs", order, key);
  const auto again = rig.json(200, "POST", "/api/v1/runs", order, key);
  CHECK(std::string(first["id"].GetString()) == again["id"].GetString());
  const auto other = "{\"pipeline\":" + rig.ensemble().samples(5).text() + "}";
  CHECK_THAT(rig.problem(409, "POST", "/api/v1/runs", other, key), Catch::Contains("key"));
  CHECK(std::string(rig.json(201, "POST", "/api/v1/runs", order, "Idempotency-Key: k-2\r\n")["id"].GetString()) !=
        first["id"].GetString());
  CHECK(rig.json(200, "GET", "/api/v1/runs")["runs"].Size() == 2);
  rig.problem(400, "POST", "/api/v1/runs", order, "Idempotency-Key: " + std::string(256, 'k') + "\r\n");
}

TEST_CASE("what cannot be run is refused with every mistake, and begins nothing", "[server][api]") {
  const ApiRig rig;
  const auto post = [&](int status, const std::string& body) {
    return rig.problem(status, "POST", "/api/v1/runs", body);
  };
  CHECK(post(400, "{") == "the body is no JSON | : it is no JSON: Missing a name for object member.");
  CHECK_THAT(post(400, R"({"pipeline":{},"pipeline":{}})"), Catch::Contains("twice"));
  CHECK_THAT(post(400, std::string(100, '[')), Catch::Contains("64 levels"));
  CHECK_THAT(post(422, "[]"), Catch::Contains("what is wanted"));
  CHECK_THAT(post(422, R"({"samples":0,"seed":-1,"genre":["x"]})"),
             Catch::Contains("/samples: ") && Catch::Contains("/seed: ") && Catch::Contains("genre") &&
                 Catch::Contains("pipeline"));
  CHECK_THAT(post(422, R"({"pipeline":"nowhere"})"),
             Catch::Contains("/pipeline: no stored pipeline is called \"nowhere\""));
  CHECK_THAT(post(422, R"({"pipeline":"{ \"nodes\": "})"), Catch::Contains("the file ends inside"));
  CHECK_THAT(
      post(422, R"({"pipeline":{"nodes":{"a":{"type":"org.example.scripted.provder"},"b":{"type":"nothing"}}}})"),
      Catch::Contains("/nodes/a/type: unknown node type") && Catch::Contains("/nodes/b/type"));
  CHECK_THAT(
      post(422, "{\"pipeline\":" + rig.ensemble().text() + R"(,"overrides":[{"path":"nodes.zz.weight","value":1}]})"),
      Catch::Contains("zz"));
  CHECK_THAT(post(422, "{\"pipeline\":" + rig.ensemble().text() + R"(,"genres":["x"]})"),
             Catch::Contains("/genres: no prompt source"));
  CHECK_THAT(post(422, "{\"pipeline\":" + rig.ensemble().options("a", R"("act":"create_fails")").text() + "}"),
             Catch::Contains("scripted to refuse"));
  CHECK_THAT(rig.problem(415, "POST", "/api/v1/runs", "{}", "", "text/plain"), Catch::Contains("application/json"));
  CHECK_THAT(rig.problem(413, "POST", "/api/v1/runs", std::string((16u << 20) + 1, ' ')), Catch::Contains("16"));
  CHECK(rig.problem(422, "POST", "/api/v1/runs", "null") != "");
  CHECK(rig.json(200, "GET", "/api/v1/runs")["runs"].Size() == 0);
}

TEST_CASE("runs beyond those at once wait, and beyond the queue are refused", "[server][api]") {
  ApiSetup setup;
  setup.at_once = 1;
  setup.queue = 2;
  const ApiRig rig(setup);
  rig.board.close("a", "run");
  const auto one = rig.start(rig.ensemble()), two = rig.start(rig.ensemble()), three = rig.start(rig.ensemble());
  const auto show = [&](const std::string& run) { return rig.json(200, "GET", "/api/v1/runs/" + run); };
  CHECK(std::string(show(three)["state"].GetString()) == "queued");
  CHECK(show(three)["ahead"].GetInt() == 1);
  CHECK(show(one)["ahead"].IsNull());
  const auto refused = rig.ask("POST", "/api/v1/runs", "{\"pipeline\":" + rig.ensemble().text() + "}");
  CHECK(refused.status == 503);
  CHECK(refused.header("retry-after") == "10");
  rig.board.open("a", "run");
  for (const auto& run : {one, two, three}) rig.waitFor(run, "complete");
}
