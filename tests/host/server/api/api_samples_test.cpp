#include <catch2/catch.hpp>

#include "api_rig.hpp"

using namespace troupe::test;

TEST_CASE("a thousand samples are read page by page, each once", "[server][api]") {
  const ApiRig rig;
  auto text = rig.ensemble().samples(1000).inFlight(32);
  text.options("source", R"("genres":["noir","myth","noir"])")
      .options("a", R"("text":"a","act":"fail","code":7,"every":2)");
  const auto run = "/api/v1/runs/" + rig.complete(text) + "/samples";
  std::vector<std::int64_t> seen;
  std::string after;
  int pages = 0;
  do {
    const auto page = rig.json(200, "GET", run + "?limit=180" + after);
    for (const auto& sample : page["samples"].GetArray()) seen.push_back(sample["index"].GetInt64());
    after = page["next"].IsNull() ? "" : "&after=" + std::to_string(page["next"].GetInt64());
    ++pages;
  } while (!after.empty());
  CHECK(pages == 6);
  REQUIRE(seen.size() == 1000);
  for (std::size_t i = 0; i < seen.size(); ++i) REQUIRE(seen[i] == static_cast<std::int64_t>(i));

  const auto page = rig.json(200, "GET", run + "?after=0&limit=1");
  const auto& sample = page["samples"][0];
  CHECK(sample["index"].GetInt() == 1);
  CHECK(std::string(sample["state"].GetString()) == "settled");
  CHECK(sample["candidates"].Size() == 2);
  CHECK(sample["candidates"][0]["scores"][0]["value"].IsNumber());
  CHECK(std::string(sample["candidates"][0]["scores"][0]["reason"].GetString()) == "scripted");
  CHECK(std::string(sample["failures"][0]["node"].GetString()) == "a");
  CHECK(sample["verdicts"][0]["pass"].GetBool());
  CHECK(sample["saved"][0]["id"].GetInt() == 2);
  CHECK(sample.HasMember("margin"));
  CHECK(sample.HasMember("ranking"));

  const auto all = [&](const std::string& filter) {
    int count = 0;
    std::string from = "&after=-1";
    while (!from.empty()) {
      const auto one = rig.json(200, "GET", run + "?limit=200" + filter + from);
      for (const auto& found : one["samples"].GetArray()) {
        if (filter == "&genre=myth") CHECK(std::string(found["genre"].GetString()) == "myth");
        if (filter == "&min_quality=9") CHECK(found["quality"].GetDouble() >= 9);
        ++count;
      }
      from = one["next"].IsNull() ? "" : "&after=" + std::to_string(one["next"].GetInt64());
    }
    return count;
  };
  CHECK(all("&genre=myth") == 333);
  CHECK(all("&saved=true&genre=noir") == 667);
  CHECK(all("&genre=nothing") == 0);
  const auto good = all("&min_quality=9");
  CHECK(good > 100);
  CHECK(good < 600);
  CHECK(all("&genre=myth&model=b") + all("&genre=myth&model=c-1") + all("&genre=myth&model=a") == 333);
  for (const auto* query : {"limit=0", "after=-2", "after=x", "min_quality=good", "saved=maybe", "limit=1e2"}) {
    CAPTURE(query);
    rig.problem(400, "GET", run + "?" + query);
  }
}

TEST_CASE("a sample tells why it went as it did", "[server][api]") {
  const ApiRig rig;
  const auto run = "/api/v1/runs/" +
                   rig.complete(rig.ensemble().samples(2).options("b", R"("text":"b","act":"fail","first":1)")) +
                   "/samples/";
  const auto sample = rig.json(200, "GET", run + "1");
  CHECK(sample["attempts"].Size() == 1);
  CHECK(std::string(sample["attempts"][0]["node"].GetString()) == "b");
  CHECK(sample["plugins"].HasMember("(vote)"));
  CHECK(std::string(sample["quality_from"]["scorers"][0].GetString()) == "score");
  for (const auto* index : {"2", "-1", "x", "1.0", "99999999999999999999", "+1"}) {
    CAPTURE(index);
    rig.problem(404, "GET", run + index);
  }
  CHECK(rig.ask("GET", "/api/v1/runs/none/samples").status == 404);
}

TEST_CASE("a huge answer ends a page early and loses nothing", "[server][api]") {
  const ApiRig rig;
  const auto run =
      "/api/v1/runs/" + rig.complete(rig.ensemble().samples(8).options("a", R"("act":"huge")")) + "/samples";
  const auto first = rig.json(200, "GET", run);
  REQUIRE(first["next"].IsInt64());
  CHECK(first["samples"].Size() < 8);
  const auto second = rig.json(200, "GET", run + "?after=" + std::to_string(first["next"].GetInt64()));
  CHECK(first["samples"].Size() + second["samples"].Size() == 8);
}

TEST_CASE("held samples are listed and decided on", "[server][api]") {
  const ApiRig rig;
  const auto id = rig.start(rig.ensemble().samples(3).options("keep", R"("act":"hold","on":[0,2])"));
  const auto run = "/api/v1/runs/" + id;
  const auto held = [&] { return rig.json(200, "GET", run + "/held"); };
  const auto until = std::chrono::steady_clock::now() + kPatience;
  while (held()["held"].Size() < 2) REQUIRE(std::chrono::steady_clock::now() < until);
  rig.waitFor(id, "paused");  // Nothing is left to do without a person.
  const auto list = held();
  CHECK(list["held"][0]["index"].GetInt() == 0);
  CHECK(std::string(list["held"][0]["holds"][0]["filter"].GetString()) == "keep");
  CHECK(std::string(list["held"][0]["holds"][0]["why"].GetString()) == "scripted");
  CHECK(list["held"][0]["holds"][0]["until"].IsNull());
  CHECK(std::string(rig.json(200, "GET", run + "/samples/0")["state"].GetString()) == "held");
  CHECK(rig.json(200, "GET", run + "/held?limit=1")["held"].Size() == 1);

  const auto decision = run + "/samples/0/decision";
  CHECK_THAT(rig.problem(422, "POST", decision, "{}"), Catch::Contains("pass"));
  rig.problem(422, "POST", decision, R"({"pass":"yes"})");
  rig.problem(415, "POST", decision, R"({"pass":true})", "", "text/plain");
  rig.problem(400, "POST", decision, "{pass");
  rig.problem(409, "POST", decision, R"({"pass":true,"filter":"other"})");
  rig.problem(404, "POST", run + "/samples/9/decision", R"({"pass":true})");
  CHECK(rig.json(200, "POST", decision, R"({"pass":true})")["pass"].GetBool());
  rig.json(200, "POST", run + "/samples/2/decision", R"({"pass":false,"filter":"keep"})");
  rig.json(200, "POST", run + "/resume");
  rig.waitFor(id, "complete");
  rig.problem(409, "POST", decision, R"({"pass":true})");
  CHECK(held()["held"].Size() == 0);
  const auto sample = rig.json(200, "GET", run + "/samples/2");
  CHECK(std::string(sample["verdicts"][0]["reason"].GetString()) == "decided by local");
  CHECK(sample["saved"].Size() == 0);
}

TEST_CASE("a run without samples has empty pages", "[server][api]") {
  const ApiRig rig;
  rig.board.close("source", "run");
  const auto id = rig.start(rig.ensemble());
  const auto run = "/api/v1/runs/" + id;
  CHECK(rig.json(200, "GET", run + "/samples")["samples"].Size() == 0);
  CHECK(rig.json(200, "GET", run + "/samples")["next"].IsNull());
  CHECK(rig.json(200, "GET", run + "/held")["held"].Size() == 0);
  CHECK(rig.ask("GET", run + "/export").body.empty());
  rig.board.open("source", "run");
  rig.waitFor(id, "complete");
}
