#include <catch2/catch.hpp>
#include <thread>

#include "api_rig.hpp"

using namespace troupe::test;

namespace {

const std::string kAll = "/api/v1/pipelines", kOne = kAll + "/mine.json", kNew = "If-None-Match: *\r\n";
const std::string kPatch = "application/json-patch+json";

std::string match(const std::string& etag) { return "If-Match: " + etag + "\r\n"; }

std::string commented(const ApiRig& rig) {
  const auto text = rig.ensemble().text();
  return "// mine\n{\n  \"name\": \"t\", // its name\n" + text.substr(text.find("\"run\"")) + "\n";
}

}  // namespace

TEST_CASE("a pipeline is saved, loaded as it was, listed and deleted", "[server][api]") {
  const ApiRig rig;
  CHECK(rig.json(200, "GET", kAll)["pipelines"].Size() == 0);
  rig.problem(404, "GET", kOne);
  const auto text = commented(rig);
  const auto saved = rig.ask("PUT", kOne, text, kNew);
  CHECK(saved.status == 201);
  CHECK(saved.header("location") == kOne);
  const auto etag = saved.header("etag");
  const auto loaded = rig.ask("GET", kOne);
  CHECK(loaded.body == text);
  CHECK(loaded.header("etag") == etag);
  CHECK(loaded.header("content-type") == "application/jsonc; charset=utf-8");
  CHECK(rig.ask("GET", kOne, "", "If-None-Match: \"x\", " + etag + "\r\n").status == 304);
  CHECK(rig.ask("GET", kOne, "", "If-None-Match: \"x\"\r\n").status == 200);
  const auto list = rig.json(200, "GET", kAll);
  REQUIRE(list["pipelines"].Size() == 1);
  CHECK(std::string(list["pipelines"][0]["name"].GetString()) == "mine.json");
  CHECK(list["pipelines"][0]["valid"].GetBool());
  CHECK(list["pipelines"][0]["bytes"].GetUint64() == text.size());
  rig.problem(428, "DELETE", kOne);
  rig.problem(412, "DELETE", kOne, "", match("\"x\""));
  CHECK(rig.ask("DELETE", kOne, "", match(etag)).status == 204);
  rig.problem(404, "DELETE", kOne, "", match(etag));
}

TEST_CASE("a save needs the condition that nobody else has saved meanwhile", "[server][api]") {
  const ApiRig rig;
  const auto text = commented(rig);
  CHECK_THAT(rig.problem(428, "PUT", kOne, text), Catch::Contains("If-None-Match: *"));
  rig.problem(412, "PUT", kOne, text, match("*"));
  rig.problem(400, "PUT", kOne, text, match("abc"));
  rig.problem(400, "PUT", kOne, text, "If-None-Match: \"a\"\r\n");
  const auto etag = rig.ask("PUT", kOne, text, kNew).header("etag");
  rig.problem(412, "PUT", kOne, text, kNew);
  rig.problem(412, "PUT", kOne, text, match("W/" + etag));
  CHECK(rig.ask("PUT", kOne, text + "\n", match("\"x\", " + etag)).status == 200);
  rig.problem(412, "PUT", kOne, text, match(etag));
  CHECK(rig.ask("PUT", kOne, text, match("*")).status == 200);
}

TEST_CASE("of saves with the same ETag at the same time one wins", "[server][api]") {
  const ApiRig rig;
  auto etag = rig.ask("PUT", kOne, commented(rig), kNew).header("etag");
  for (int round = 0; round < 5; ++round) {
    std::vector<int> statuses(8);
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < statuses.size(); ++i)
      threads.emplace_back([&, i] {
        const auto body = commented(rig) + "// " + std::to_string(round) + " " + std::to_string(i) + "\n";
        statuses[i] = rig.http->connect()
                          .ask("PUT " + kOne + " HTTP/1.1\r\nHost: " + rig.http->host() + "\r\n" + match(etag) +
                               "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
                               "\r\n\r\n" + body)
                          .status;
      });
    for (auto& thread : threads) thread.join();
    CHECK(std::count(statuses.begin(), statuses.end(), 200) == 1);
    CHECK(std::count(statuses.begin(), statuses.end(), 412) == 7);
    const auto loaded = rig.ask("GET", kOne);
    const auto winner = std::find(statuses.begin(), statuses.end(), 200) - statuses.begin();
    CHECK_THAT(loaded.body, Catch::EndsWith("// " + std::to_string(round) + " " + std::to_string(winner) + "\n"));
    etag = loaded.header("etag");
  }
}

TEST_CASE("a pipeline with mistakes is refused with all of them, or saved as a draft", "[server][api]") {
  const ApiRig rig;
  const std::string wrong = "{\n  \"nodes\": { \"a\": { \"type\": \"nothing\" } },\n  \"rum\": {}\n}\n";
  const auto refused = rig.ask("PUT", kOne, wrong, kNew);
  CHECK(refused.status == 422);
  const auto errors = parsed(refused.body);
  REQUIRE(errors["errors"].Size() >= 2);
  CHECK(std::string(errors["errors"][0]["pointer"].GetString()) == "/nodes/a/type");
  CHECK(errors["errors"][0]["line"].GetInt() == 2);
  CHECK(errors["errors"][0]["column"].GetInt() == 21);
  rig.problem(404, "GET", kOne);
  const auto saved = rig.json(201, "PUT", kOne + "?draft=true", wrong, kNew);
  CHECK_FALSE(saved["valid"].GetBool());
  CHECK(saved["mistakes"].GetInt() == static_cast<int>(errors["errors"].Size()));
  const auto list = rig.json(200, "GET", kAll);
  CHECK_FALSE(list["pipelines"][0]["valid"].GetBool());
  CHECK(list["pipelines"][0]["mistakes"].GetInt() == saved["mistakes"].GetInt());
  CHECK(rig.ask("PUT", kAll + "/none?draft", "{", kNew).status == 201);
  CHECK_THAT(rig.problem(422, "PUT", kAll + "/bytes?draft=1", "{\"a\": \"\xff\"}", kNew), Catch::Contains("UTF-8"));
  rig.problem(422, "PUT", kAll + "/empty", "", kNew);
  rig.problem(413, "PUT", kAll + "/large?draft", std::string((16u << 20) + 1, ' '), kNew);
  CHECK(rig.ask("PUT", kAll + "/full?draft", std::string(16u << 20, ' '), kNew).status == 201);
  CHECK(rig.ask("GET", kAll + "/full").body.size() == 16u << 20);
  rig.problem(400, "PUT", kOne + "?draft=perhaps", wrong, match("*"));
}

TEST_CASE("names that lead elsewhere are none", "[server][api]") {
  const ApiRig rig;
  for (const auto* name : {".hidden", "..", "%2e%2e", "a%2fb", "..%2f..%2fetc%2fpasswd", "a%00", "%C3%A4", "a%20b"}) {
    CAPTURE(name);
    const auto status = rig.ask("GET", kAll + "/" + name).status;
    CHECK((status == 404 || status == 400));
    const auto put = rig.ask("PUT", kAll + "/" + name + std::string("?draft"), "{}", kNew).status;
    CHECK((put == 404 || put == 400 || put == 405));
  }
  rig.problem(404, "PUT", kAll + "/" + std::string(101, 'a') + "?draft", "{}", kNew);
  CHECK(rig.json(200, "GET", kAll)["pipelines"].Size() == 0);
}

TEST_CASE("a patch changes what it names and keeps the comments", "[server][api]") {
  const ApiRig rig;
  const auto text = commented(rig);
  const auto etag = rig.ask("PUT", kOne, text, kNew).header("etag");
  const auto patch = [&](const std::string& body, const std::string& headers, const std::string& query = "") {
    return rig.ask("PATCH", kOne + query, body, headers, kPatch);
  };
  const std::string samples =
      R"([{"op":"test","path":"/name","value":"t"},{"op":"replace","path":"/run/samples","value":9},{"op":"add","path":"/ui","value":{"x":1}}])";
  CHECK(patch(samples, "").status == 428);
  CHECK(patch(samples, match("\"x\"")).status == 412);
  const auto changed = patch(samples, match(etag));
  CHECK(changed.status == 200);
  const auto loaded = rig.ask("GET", kOne);
  CHECK(loaded.header("etag") == changed.header("etag"));
  auto expected = text;
  expected.replace(expected.find("\"samples\":4"), 11, "\"samples\":9");
  expected.replace(expected.rfind("}}"), 2, "}, \"ui\": { \"x\": 1 }}");
  CHECK(loaded.body == expected);
  CHECK(patch(samples, match(etag)).status == 412);

  const auto now = match(loaded.header("etag"));
  CHECK_THAT(rig.problem(409, "PATCH", kOne, R"([{"op":"remove","path":"/nodes/zz"}])", now, kPatch),
             Catch::Contains("/0: there is nothing at"));
  CHECK_THAT(rig.problem(409, "PATCH", kOne, R"([{"op":"test","path":"/run/samples","value":4}])", now, kPatch),
             Catch::Contains("fails"));
  CHECK_THAT(rig.problem(422, "PATCH", kOne, R"([{"op":"replace","path":"/run/samples","value":-4}])", now, kPatch),
             Catch::Contains("/run/samples"));
  CHECK_THAT(rig.problem(400, "PATCH", kOne, R"([{"op":"add"}])", now, kPatch), Catch::Contains("/0"));
  CHECK_THAT(rig.problem(400, "PATCH", kOne, R"({)", now, kPatch), Catch::Contains("JSON"));
  CHECK_THAT(rig.problem(415, "PATCH", kOne, "[]", now, "application/json"), Catch::Contains(kPatch));
  rig.problem(404, "PATCH", kAll + "/none", "[]", now, kPatch);
  CHECK(rig.ask("GET", kOne).body == expected);
  CHECK(patch(R"([{"op":"replace","path":"/run/samples","value":-4}])", now, "?draft=true").status == 200);
  CHECK(rig.ask("PUT", kAll + "/broken?draft", "{", kNew).status == 201);
  rig.problem(409, "PATCH", kAll + "/broken", "[]", match("*"), kPatch);
}

TEST_CASE("a pipeline is validated without being stored", "[server][api]") {
  const ApiRig rig;
  const auto validate = [&](const std::string& body, const std::string& query = "") {
    return rig.json(200, "POST", kAll + "/validate" + query, body);
  };
  CHECK(validate(commented(rig))["valid"].GetBool());
  const auto wrong = validate("{\n \"nodes\": {\"a\": {\"type\": \"org.example.scripted.provder\"}}}");
  CHECK_FALSE(wrong["valid"].GetBool());
  CHECK(std::string(wrong["errors"][0]["pointer"].GetString()) == "/nodes/a/type");
  CHECK(wrong["errors"][0]["line"].GetInt() == 2);
  CHECK_THAT(wrong["errors"][0]["repair"].GetString(), Catch::Contains("did you mean"));
  CHECK_FALSE(validate("")["valid"].GetBool());
  CHECK_FALSE(validate(std::string(5000, '['))["valid"].GetBool());
  CHECK_FALSE(validate("\xff")["valid"].GetBool());
  CHECK(validate(commented(rig), "?portable=true")["valid"].GetBool());
  rig.problem(415, "POST", kAll + "/validate", "{}", "", "text/plain");
  CHECK(rig.json(200, "GET", kAll)["pipelines"].Size() == 0);
}
