#include <catch2/catch.hpp>

#include "api_rig.hpp"
#include "openapi_check.hpp"

using namespace troupe::test;

TEST_CASE("/openapi.json describes every route, and no other", "[server][openapi]") {
  const ApiRig rig;
  std::vector<std::string> registered;
  for (const auto& route : rig.http->router.routes()) registered.push_back(route->method + " " + route->pattern);
  std::sort(registered.begin(), registered.end());
  CHECK(registered == describedOperations(true));
  CHECK(registered.size() > 25);
  for (const auto& route : rig.http->router.routes()) {
    const bool changes = route->method != "GET" && route->pattern != "/api/v1/session";
    CHECK((route->right == troupe::server::Right::operate) == changes);
  }
}

TEST_CASE("/openapi.json is served and is JSON", "[server][openapi]") {
  const ApiRig rig;
  const auto document = rig.json(200, "GET", "/openapi.json");
  CHECK(std::string(document["openapi"].GetString()) == "3.1.0");
  CHECK(rig.ask("HEAD", "/openapi.json").status == 200);
}

TEST_CASE("an answer off the description is noticed", "[server][openapi]") {
  HttpAnswer answer;
  answer.status = 200;
  answer.headers = {{"content-type", "application/json"}};
  answer.body = R"({"runs":[{"id":7}],"next":null})";
  CHECK_THAT(offDescription("GET", "/api/v1/runs?limit=1", answer), Catch::Contains("/runs/0"));
  answer.body = R"({"runs":[],"next":null,"more":1})";
  CHECK_THAT(offDescription("GET", "/api/v1/runs", answer), Catch::Contains("more"));
  answer.body = R"({"runs":[],"next":null})";
  CHECK(offDescription("GET", "/api/v1/runs", answer).empty());
  answer.status = 299;
  CHECK_THAT(offDescription("GET", "/api/v1/runs", answer), Catch::Contains("has no answer 299"));
  answer.status = 404;
  CHECK_THAT(offDescription("GET", "/api/v1/runs/x", answer), Catch::Contains("should not be application/json"));
}
