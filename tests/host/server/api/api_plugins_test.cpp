#include <catch2/catch.hpp>

#include "api_rig.hpp"

using namespace troupe::test;

TEST_CASE("plugins are listed with their node types, options and ports", "[server][api]") {
  const ApiRig rig;
  const auto answer = rig.json(200, "GET", "/api/v1/plugins");
  const rapidjson::Value* scripted = nullptr;
  for (const auto& plugin : answer["plugins"].GetArray())
    if (plugin.HasMember("id") && std::string(plugin["id"].GetString()) == "org.example.scripted") scripted = &plugin;
  REQUIRE(scripted != nullptr);
  CHECK(std::string((*scripted)["state"].GetString()) == "usable");
  CHECK(std::string((*scripted)["file"].GetString()) == "scripted.troupe");
  CHECK((*scripted)["nodes"].Size() == 16);
  const auto& source = (*scripted)["nodes"][0];
  CHECK(std::string(source["kind"].GetString()) == "prompt_source");
  CHECK(source["ports"]["in"][0]["delayed"].GetBool());
  CHECK(std::string(source["ports"]["out"][0]["type"].GetString()) == "troupe:prompt/1");
  CHECK(std::string(source["options"]["type"].GetString()) == "object");
}

TEST_CASE("one plugin is named by its id or by that of a node type", "[server][api]") {
  const ApiRig rig;
  for (const auto* id : {"org.example.scripted", "org.example.scripted.scorer"}) {
    const auto plugin = rig.json(200, "GET", std::string("/api/v1/plugins/") + id);
    CHECK(std::string(plugin["manifest"]["id"].GetString()) == "org.example.scripted");
  }
  CHECK_THAT(rig.problem(404, "GET", "/api/v1/plugins/org.example.scripted.scorr"), Catch::Contains("did you mean"));
}

TEST_CASE("the schema of pipelines is that of the command", "[server][api]") {
  const ApiRig rig;
  const auto answer = rig.ask("GET", "/api/v1/schema");
  CHECK(answer.body == troupe::config::pipelineSchema(catalog()));
  CHECK(answer.header("content-type") == "application/schema+json");
}
