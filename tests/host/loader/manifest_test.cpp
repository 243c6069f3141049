#include "loader/manifest.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

using namespace troupe::loader;

namespace {

using Lines = std::vector<std::string>;

std::string node(const std::string& more, const std::string& example = R"({"options":{},"input":{"prompt":{}}})") {
  return R"({"id":"org.example.p","kind":"provider","name":"P","in":{"prompt":{"type":"troupe:prompt/1"}},"out":{"candidate":"troupe:candidate/1"},)" +
         more + R"("example":)" + example + "}";
}

std::string manifest(const std::string& nodes, const std::string& more = "") {
  return R"({"troupe":1,"id":"org.example.p","name":"P","version":"1.0.0",)" + more + R"("nodes":[)" + nodes + "]}";
}

Lines problemsOf(const std::string& text) {
  std::vector<troupe::Problem> problems;
  const auto parsed = parseManifest(text, problems);
  CHECK(parsed.has_value() == problems.empty());
  Lines lines;
  for (const auto& problem : problems) lines.push_back(troupe::format("", problem));
  return lines;
}

}  // namespace

TEST_CASE("a manifest becomes plain values, with defaults", "[manifest]") {
  std::vector<troupe::Problem> problems;
  const auto text = manifest(node(R"("per":"sample","requires":["troupe.clock/1"],"wants":["troupe.model/1"],
    "models":["judge",{"role":"judges","many":true},{"role":"chair","min":0}],"concurrency":{"per_instance":0},
    "options":{"type":"object","additionalProperties":false,"properties":{"n":{"type":"integer","default":3}}},
    "capabilities":{"seed":true,"net":["*.example.org"]},)"));
  const auto m = parseManifest(text, problems);
  REQUIRE(m.has_value());
  CHECK(m->id == "org.example.p");
  CHECK(m->text == text);
  REQUIRE(m->nodes.size() == 1);
  const auto& n = m->nodes[0];
  CHECK(n.kind == Kind::provider);
  CHECK(n.per == Per::sample);
  CHECK(n.per_instance == 0);
  REQUIRE(n.input("prompt") != nullptr);
  CHECK_FALSE(n.input("prompt")->many);
  CHECK(n.input("promt") == nullptr);
  CHECK(n.output("candidate")->type == "troupe:candidate/1");
  CHECK(n.required == Lines{"troupe.clock/1"});
  REQUIRE(n.roles.size() == 3);
  CHECK(n.role("judge")->min == 1);
  CHECK_FALSE(n.role("judge")->many);
  CHECK(n.role("judges")->many);
  CHECK(n.role("judges")->min == 1);
  CHECK(n.role("chair")->min == 0);
  CHECK(n.role("jury") == nullptr);
  CHECK(n.net == Lines{"*.example.org"});
  CHECK(n.seed);
  CHECK_FALSE(n.streaming);
  CHECK(completedExample(n) == R"({"n":3})");

  const auto plain = parseManifest(manifest(node("")), problems);
  REQUIRE(plain.has_value());
  CHECK(plain->nodes[0].per_instance == 1);
  CHECK(plain->nodes[0].options_schema == R"({"type":"object","additionalProperties":false})");
}

TEST_CASE("ports keep the manifest's order", "[manifest]") {
  std::vector<troupe::Problem> problems;
  const auto m = parseManifest(manifest(R"({"id":"org.example.p","kind":"scorer","name":"P","per":"candidate",
    "in":{"zebra":{"type":"troupe:candidate/1","many":true},"apple":{"type":"json","optional":true}},"out":{"score":"troupe:score/1"},
    "example":{"options":{},"input":{"zebra":{}}}})"),
                               problems);
  REQUIRE(m.has_value());
  REQUIRE(m->nodes[0].in.size() == 2);
  CHECK(m->nodes[0].in[0].name == "zebra");
  CHECK(m->nodes[0].in[0].many);
  CHECK(m->nodes[0].in[1].optional);
}

TEST_CASE("mistakes of a manifest come all at once, with their places", "[manifest]") {
  using Row = std::tuple<std::string, Lines>;
  const auto [text, expected] = GENERATE(values<Row>({
      {"", {":1:1: it is no JSON: The document is empty."}},
      {"[]", {"the value is an array, not an object"}},
      {R"({"troupe":2,"id":"P","nmae":"P","version":"1","nodes":[]})",
       {R"(/troupe: "troupe" is 2, not 1)",
        R"(/id: "id" is "P", not lower-case words joined by dots, for example "org.example.scorer.length")",
        R"(/nmae: unknown key "nmae"; did you mean "name"?)",
        R"(/version: "version" is "1", not a version like "1.2.0")", R"(/nodes: "nodes" is empty)"}},
      {manifest(node(R"("per":"sampel",)")),
       {R"(/nodes/0/per: "per" is "sampel", not one of "sample", "candidate"; did you mean "sample"?)"}},
      {manifest(node("") + "," + node("")),
       {R"(/nodes/1/id: node type "org.example.p" is there twice; give each its own id)"}},
      {manifest(
           R"({"id":"com.other","kind":"sink","name":"S","in":{"event":{"type":"troupe:event/1"}},"example":{"options":{},"input":{"event":{}}}})"),
       {R"(/nodes/0/id: "com.other" does not begin with the plugin's id "org.example.p"; call it "org.example.p.other")"}},
      {manifest(
           R"({"id":"org.example.p","kind":"sink","name":"S","in":{"event":{"type":"troupe:evnt/1"}},"example":{"options":{},"input":{"event":{}}}})"),
       {R"(/nodes/0/in/event/type: unknown port type "troupe:evnt/1"; did you mean "troupe:event/1"?)"}},
      {manifest(node(R"("options":{"type":"object","properties":{"n":{"minimun":1}}},)")),
       {R"(/nodes/0/options/properties/n: unknown keyword "minimun"; did you mean "minimum"?)"}},
      {manifest(node(R"("options":{"properties":{"n":{"type":"integer","default":"x"}}},)")),
       {R"(/nodes/0/options/properties/n/default: "default" is "x", not an integer)"}},
      {manifest(node(R"("options":{"required":["n"]},)")),
       {R"(/nodes/0/example/options: required key "n" is missing)"}},
      {manifest(node("", R"({"options":{},"input":{}})")),
       {R"(/nodes/0/example/input: the example has no value for port "prompt")"}},
      {manifest(node(R"("events":["sample"],)")), {"/nodes/0/events: only a sink chooses events"}},
      {manifest(node(R"("requires":["clock"],)")),
       {R"(/nodes/0/requires/0: an item of "requires" is "clock", not the id of an extension, for example "troupe.clock/1")"}},
  }));
  CAPTURE(text);
  CHECK(problemsOf(text) == expected);
}

TEST_CASE("kinds have one name each", "[manifest]") {
  for (const auto* name : {"prompt_source", "provider", "scorer", "selector", "filter", "store", "sink"}) {
    REQUIRE(kindFrom(name).has_value());
    CHECK(toString(*kindFrom(name)) == name);
  }
  CHECK_FALSE(kindFrom("judge").has_value());
}
