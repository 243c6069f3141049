// The mock itself: what a client of the documented interface would see.
#include <catch2/catch.hpp>

#include <rapidjson/document.h>

#include "host/services/http_rig.hpp"
#include "openai/chunks.hpp"
#include "support/mock_llm.hpp"

namespace {

using namespace troupe;
using namespace troupe::test;
using Catch::Matchers::Contains;

Answered post(const MockLlm& llm, const std::string& body, const std::string& path = "/chat/completions",
              const std::string& key = "k") {
  JsonWriter json;
  json.beginObject().member("method", "POST").member("url", llm.baseUrl() + path).member("body", body);
  json.key("headers").beginObject().member("Authorization", "Bearer " + key).endObject().endObject();
  return HttpRig().request(std::string(json.text()));
}

const std::string kRequest = R"({"model":"m","messages":[{"role":"user","content":"Go."}])";

}  // namespace

TEST_CASE("the mock answers whole, with the members of a documented answer", "[mock]") {
  const MockLlm llm;
  const auto answer = post(llm, kRequest + "}");
  CHECK(answer.status == 200);
  CHECK_THAT(answer.head, Contains(R"("content-type":"application/json")"));
  rapidjson::Document documented, mocked;
  documented.Parse(llm::kOpenAi.data(), llm::kOpenAi.size());
  mocked.Parse(answer.body.data(), answer.body.size());
  REQUIRE_FALSE(mocked.HasParseError());
  for (const char* name : {"id", "object", "created", "model", "choices", "usage"}) {
    REQUIRE(documented.HasMember(name));
    REQUIRE(mocked.HasMember(name));
    CHECK(mocked[name].GetType() == documented[name].GetType());
  }
  const auto& message = mocked["choices"][0]["message"];
  CHECK(message["content"].GetString() == MockLlm::story("m", 1));
  CHECK(message["refusal"].IsNull());
}

TEST_CASE("the mock streams events that end with the usage and DONE", "[mock]") {
  const MockLlm llm;
  const auto answer = post(llm, kRequest + R"(,"stream":true})");
  CHECK_THAT(answer.head, Contains(R"("content-type":"text/event-stream")"));
  openai::ChunkReader reader;
  for (std::size_t at = 0, end = 0; (end = answer.body.find("\n\n", at)) != std::string::npos; at = end + 2) {
    REQUIRE(answer.body.substr(at, 6) == "data: ");
    reader.take(std::string_view(answer.body).substr(at + 6, end - at - 6));
  }
  CHECK(reader.done());
  CHECK(reader.finish().text == MockLlm::story("m", 1));
  CHECK(reader.finish().usage.output == 70);
}

TEST_CASE("the mock refuses what the real ones refuse", "[mock]") {
  MockLlm llm;
  CHECK(post(llm, "{").status == 400);
  CHECK(post(llm, "{}").status == 400);
  CHECK(post(llm, kRequest + "}", "/completions").status == 404);
  llm.requireKey("other");
  CHECK(post(llm, kRequest + "}").status == 401);
  CHECK(post(llm, kRequest + "}", "/chat/completions", "other").status == 200);
}

TEST_CASE("the mock says what the test wants", "[mock]") {
  const MockLlm llm([](const Received&) { return LlmReply{418, "tea", {{"X-Own", "1"}}, "text/plain"}; });
  const auto answer = post(llm, "{}");
  CHECK(answer.status == 418);
  CHECK(answer.body == "tea");
  CHECK_THAT(answer.head, Contains(R"("x-own":"1")"));
}
