// The mocks themselves: what a client of the documented interfaces would see.
#include <catch2/catch.hpp>

#include <rapidjson/document.h>

#include "anthropic/message_stream.hpp"
#include "gemini/content_stream.hpp"
#include "host/services/http_rig.hpp"
#include "ollama/chat.hpp"
#include "support/mock_anthropic.hpp"
#include "support/mock_gemini.hpp"
#include "support/mock_ollama.hpp"

namespace {

using namespace troupe;
using namespace troupe::test;
using Catch::Matchers::Contains;

Answered ask(const MockModels& mock, const std::string& path, const std::string& body = "",
             const std::string& headers = R"("x":"y")") {
  JsonWriter json;
  json.beginObject().member("method", body.empty() ? "GET" : "POST").member("url", mock.baseUrl() + path);
  if (!body.empty()) json.member("body", body);
  json.key("headers").raw("{" + headers + "}").endObject();
  return HttpRig().request(std::string(json.text()));
}

/// Whether each member of the mock's object is one of the documented, and of its type.
bool likeDocumented(const std::string& mocked, std::string_view documented) {
  rapidjson::Document mock, real;
  mock.Parse(mocked.data(), mocked.size());
  real.Parse(documented.data(), documented.size());
  if (mock.HasParseError() || !mock.IsObject()) return false;
  for (const auto& entry : mock.GetObject())
    if (!real.HasMember(entry.name) || real[entry.name].GetType() != entry.value.GetType()) return false;
  return true;
}

std::vector<std::string> dataOf(const std::string& body, const std::string& end) {
  std::vector<std::string> all;
  for (std::size_t at = 0, to = 0; (to = body.find(end, at)) != std::string::npos; at = to + end.size()) {
    const auto event = body.substr(at, to - at);
    const auto data = event.find("data: ");
    all.push_back(data == std::string::npos ? event : event.substr(data + 6));
  }
  return all;
}

const std::string kVersion = R"("anthropic-version":"2023-06-01")";
const std::string kMessages = R"("messages":[{"role":"user","content":"Go."}])";
const std::string kContents = R"({"contents":[{"role":"user","parts":[{"text":"Go."}]}]})";

}  // namespace

TEST_CASE("the mock of the Messages API answers as documented", "[mock]") {
  MockAnthropic mock;
  const auto request = R"({"model":"m","max_tokens":5,)" + kMessages;
  const auto whole = ask(mock, "/v1/messages", request + "}", kVersion);
  CHECK(whole.status == 200);
  CHECK(likeDocumented(whole.body, anthropic_says::kMessage));
  CHECK(anthropic::readAnswer(whole.body).text == MockLlm::story("m", 1));
  const auto streamed = ask(mock, "/v1/messages", request + R"(,"stream":true})", kVersion);
  CHECK_THAT(streamed.head, Contains("text/event-stream"));
  anthropic::MessageStream stream;
  for (const auto& event : dataOf(streamed.body, "\n\n")) stream.take(event);
  CHECK(stream.finish().text == MockLlm::story("m", 2));
  CHECK(stream.finish().usage.output == 70);
  CHECK(ask(mock, "/v1/messages", request + "}").status == 400);
  CHECK(ask(mock, "/v1/messages", R"({"model":"m",)" + kMessages + "}", kVersion).status == 400);
  CHECK(ask(mock, "/v1/messages", R"({"model":"m","max_tokens":1,"messages":[{"role":"system","content":"x"}]})",
            kVersion)
            .status == 400);
  CHECK(ask(mock, "/v1/complete", request + "}", kVersion).status == 404);
  CHECK(ask(mock, "/v1/models?limit=1", "", kVersion).body == anthropic_says::kModels);
  CHECK(ask(mock, "/v1/models?limit=1&after_id=x", "", kVersion).body == anthropic_says::kLastModels);
  mock.requireKey("k");
  CHECK(ask(mock, "/v1/messages", request + "}", kVersion).status == 401);
  CHECK(ask(mock, "/v1/messages", request + "}", kVersion + R"(,"x-api-key":"k")").status == 200);
}

TEST_CASE("the mock of generateContent answers as documented", "[mock]") {
  MockGemini mock;
  const auto whole = ask(mock, "/v1beta/models/m:generateContent", kContents);
  CHECK(whole.status == 200);
  CHECK(likeDocumented(whole.body, gemini_says::kAnswer));
  CHECK(gemini::readAnswer(whole.body).text == MockLlm::story("m", 1));
  const auto streamed = ask(mock, "/v1beta/models/m:streamGenerateContent?alt=sse", kContents);
  CHECK_THAT(streamed.head, Contains("text/event-stream"));
  gemini::ContentStream stream;
  for (const auto& event : dataOf(streamed.body, "\r\n\r\n")) stream.take(event);
  CHECK(stream.finish().text == MockLlm::story("m", 2));
  CHECK(stream.finish().usage.output == 70);
  CHECK(ask(mock, "/v1beta/models/m:generateContent", "{}").status == 400);
  CHECK(ask(mock, "/v1beta/models/m:generateContent", R"({"contents":[{"role":"assistant","parts":[]}]})").status ==
        400);
  CHECK(ask(mock, "/v1/models/m:embedContent", kContents).status == 404);
  CHECK(ask(mock, "/v1beta/models?pageSize=1").body == gemini_says::kModels);
  CHECK(ask(mock, "/v1beta/models?pageSize=1&pageToken=x").body == gemini_says::kLastModels);
  mock.requireKey("k");
  const auto refused = ask(mock, "/v1beta/models/m:generateContent", kContents);
  CHECK(refused.status == 400);
  CHECK(refused.body == gemini_says::kBadKey);
  CHECK(ask(mock, "/v1beta/models/m:generateContent", kContents, R"("x-goog-api-key":"k")").status == 200);
}

TEST_CASE("the mock of api chat answers as documented and streams unless told not to", "[mock]") {
  MockOllama mock;
  const auto request = R"({"model":"m",)" + kMessages;
  const auto whole = ask(mock, "/api/chat", request + R"(,"stream":false})");
  CHECK(whole.status == 200);
  CHECK(likeDocumented(whole.body, ollama_says::kAnswer));
  CHECK(ollama::readAnswer(whole.body).text == MockLlm::story("m", 1));
  const auto streamed = ask(mock, "/api/chat", request + "}");
  CHECK_THAT(streamed.head, Contains("application/x-ndjson"));
  ollama::ChatStream stream;
  for (const auto& line : dataOf(streamed.body, "\n")) stream.take(line);
  CHECK(stream.finish().text == MockLlm::story("m", 2));
  CHECK(stream.finish().usage.output == 70);
  CHECK(ask(mock, "/api/chat", "{}").status == 400);
  CHECK(ask(mock, "/v1/chat", request + "}").status == 404);
  CHECK(ask(mock, "/api/tags").body == ollama_says::kModels);
  mock.requireKey("k");
  CHECK(ask(mock, "/api/chat", request + "}").status == 401);
  CHECK(ask(mock, "/api/chat", request + "}", R"("Authorization":"Bearer k")").status == 200);
}

TEST_CASE("the mocks say what the test wants", "[mock]") {
  const MockOllama mock([](const Received&) { return LlmReply{418, "tea", {{"X-Own", "1"}}, "text/plain"}; });
  const auto answer = ask(mock, "/api/chat", "{}");
  CHECK(answer.status == 418);
  CHECK(answer.body == "tea");
  CHECK_THAT(answer.head, Contains(R"("x-own":"1")"));
}
