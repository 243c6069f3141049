// The plugin in the host, against a server: what each fault becomes.
#include <catch2/catch.hpp>

#include <chrono>
#include <future>

#include "openai_rig.hpp"
#include "support/mock_llm.hpp"

namespace {

using namespace troupe;
using namespace troupe::test;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

pipeline::Call::Result resultOf(const LlmReply& reply) {
  MockLlm llm([&](const Received&) { return reply; });
  return OpenAiRig(llm.baseUrl()).run();
}

pipeline::FailureInfo failureOf(const LlmReply& reply) {
  const auto result = resultOf(reply);
  REQUIRE(result.failure);
  CHECK(result.values.empty());
  CHECK_THAT(result.failure->message, StartsWith("m-1 at 127.0.0.1:") && !Contains(OpenAiRig::kKey));
  return *result.failure;
}

}  // namespace

TEST_CASE("a good answer is a candidate, from one request", "[openai][network]") {
  MockLlm llm;
  llm.requireKey(OpenAiRig::kKey);
  OpenAiRig rig(llm.baseUrl(), R"(,"temperature":0.5)");
  const auto result = rig.run();
  REQUIRE_FALSE(result.failure);
  REQUIRE(result.values.size() == 1);
  CHECK(result.values[0].port->name == "candidate");
  CHECK(result.values[0].json == R"({"text":")" + MockLlm::story("m-1", 1) +
                                     R"(","finish":"stop","model":"m-1-2026-01-01","usage":{"input":19,"output":70}})");
  CHECK(result.usage == R"({"input":19,"output":70})");
  const auto got = llm.received();
  REQUIRE(got.size() == 1);
  CHECK(got[0].path == "/v1/chat/completions");
  CHECK(got[0].headers.at("content-type") == "application/json");
  CHECK(got[0].body ==
        R"({"model":"m-1","messages":[{"role":"user","content":"Go."}],"stream":false,"seed":7,"temperature":0.5})");
  CHECK(rig.log().empty());
}

TEST_CASE("every bad status fails with its class, the server's words, and the wait that it asks for",
          "[openai][network]") {
  struct Row {
    LlmReply reply;
    int code;
    std::int64_t wait_ms;
    std::string words;
  };
  const auto row = GENERATE(values<Row>({
      {{400, R"({"error":{"message":"bad"}})"}, TROUPE_E_PERMANENT_REQUEST, -1, "answered 400: bad"},
      {{401, std::string(llm::kBadKey)}, TROUPE_E_AUTH, -1, "answered 401 (invalid_api_key): Incorrect API key"},
      {{401, R"({"error":{"message":"no such key: )" + std::string(OpenAiRig::kKey) + "\"}}"},
       TROUPE_E_AUTH,
       -1,
       "answered 401: no such key: "},
      {{402, R"({"error":{"code":402,"message":"Insufficient credits"}})"},
       TROUPE_E_QUOTA_GONE,
       -1,
       "answered 402: Insufficient credits"},
      {{403, R"({"error":{"message":"Country not supported"}})"}, TROUPE_E_AUTH, -1, "answered 403"},
      {{404, std::string(llm::kNoModel)}, TROUPE_E_PERMANENT_REQUEST, -1, "The model `gpt-99` does not exist"},
      {{408, ""}, TROUPE_E_TRANSIENT, -1, "answered 408"},
      {{413, ""}, TROUPE_E_PERMANENT_REQUEST, -1, "answered 413"},
      {{422, R"({"detail":"no"})"}, TROUPE_E_PERMANENT_REQUEST, -1, "answered 422: no"},
      {{429, R"({"error":{"message":"slow"}})", {{"Retry-After", "3"}}},
       TROUPE_E_RATE_LIMITED,
       3000,
       "answered 429: slow"},
      {{429, "", {{"retry-after-ms", "120"}}}, TROUPE_E_RATE_LIMITED, 120, "answered 429"},
      {{429, "", {{"Retry-After", "Sun, 06 Nov 1994 08:49:37 GMT"}}}, TROUPE_E_RATE_LIMITED, 0, "answered 429"},
      {{429, ""}, TROUPE_E_RATE_LIMITED, -1, "answered 429"},
      {{429, std::string(llm::kGroqTooFast)}, TROUPE_E_RATE_LIMITED, 5289, "tokens per minute"},
      {{429, std::string(llm::kGroqDayGone)}, TROUPE_E_QUOTA_GONE, 414720, "tokens per day"},
      {{429, std::string(llm::kNoQuota)}, TROUPE_E_QUOTA_GONE, -1, "answered 429 (insufficient_quota): You exceeded"},
      {{498, ""}, TROUPE_E_OVERLOADED, -1, "answered 498"},
      {{500, "oops", {}, "text/plain"}, TROUPE_E_TRANSIENT, -1, "answered 500: oops"},
      {{500, "", {{"x-should-retry", "false"}}}, TROUPE_E_PERMANENT_REQUEST, -1, "answered 500"},
      {{502, "<html><h1>Bad gateway</h1></html>", {}, "text/html"},
       TROUPE_E_TRANSIENT,
       -1,
       "answered 502: a page instead of JSON: Bad gateway"},
      {{503, std::string(llm::kLlamaLoading), {{"Retry-After", "1"}}}, TROUPE_E_OVERLOADED, 1000, "Loading model"},
      {{529, ""}, TROUPE_E_OVERLOADED, -1, "answered 529"},
  }));
  CAPTURE(row.reply.status, row.reply.body);
  const auto failure = failureOf(row.reply);
  CHECK(failure.code == row.code);
  CHECK(failure.retry_after_ms == row.wait_ms);
  CHECK_THAT(failure.message, Contains(row.words));
}

TEST_CASE("a good status with a bad body fails with its class and place", "[openai][network]") {
  struct Row {
    std::string body, type;
    int code;
    std::string words;
  };
  const auto row = GENERATE(values<Row>({
      {"<!doctype html><title>Log in</title>", "text/html", TROUPE_E_MALFORMED,
       "answered 200 with a page instead of JSON: Log in; is base_url right?"},
      {"", "application/json", TROUPE_E_MALFORMED, "the answer is empty"},
      {R"({"choices":[{"message":{"content":"Once)", "application/json", TROUPE_E_MALFORMED, "no whole JSON"},
      {R"({"choices":[{"message":{"content":7}}]})", "application/json", TROUPE_E_MALFORMED,
       "a number at /choices/0/message/content"},
      {R"({"choices":[{"message":{"content":"\ud800"}}]})", "application/json", TROUPE_E_MALFORMED, "no whole JSON"},
      {R"({"choices":[{"message":{"content":null},"finish_reason":"stop"}]})", "application/json", TROUPE_E_CONTENT,
       "the answer is empty"},
      {R"({"choices":[{"message":{"content":""},"finish_reason":"length"}]})", "application/json", TROUPE_E_TRUNCATED,
       "raise max_tokens"},
      {R"({"error":{"code":502,"message":"Provider returned error"}})", "application/json", TROUPE_E_TRANSIENT,
       "Provider returned error"},
  }));
  CAPTURE(row.body);
  const auto failure = failureOf({200, row.body, {}, row.type});
  CHECK(failure.code == row.code);
  CHECK_THAT(failure.message, Contains(row.words));
}

TEST_CASE("what was used is told also of an answer without text", "[openai][network]") {
  const auto result = resultOf(
      {200, R"({"choices":[{"message":{"refusal":"no"}}],"usage":{"prompt_tokens":19,"completion_tokens":3}})"});
  REQUIRE(result.failure);
  CHECK(result.failure->code == TROUPE_E_CONTENT);
  CHECK(result.usage == R"({"input":19,"output":3})");
}

TEST_CASE("a missing usage is no fault, and the model asked for stands in", "[openai][network]") {
  const auto result = resultOf({200, R"({"choices":[{"message":{"content":"Hi."}}]})"});
  REQUIRE_FALSE(result.failure);
  CHECK(result.values.at(0).json == R"({"text":"Hi.","finish":"stop","model":"m-1","usage":{}})");
  CHECK_FALSE(result.usage);
}

TEST_CASE("of an error without end only the beginning is kept", "[openai][network]") {
  const auto failure = failureOf({500, std::string(8 << 20, 'x'), {}, "text/plain"});
  CHECK(failure.code == TROUPE_E_TRANSIENT);
  CHECK(failure.message.size() < 400);
}

TEST_CASE("a refused connection and one that is reset in the middle are transient", "[openai][network]") {
  const auto refused = OpenAiRig("http://127.0.0.1:" + std::to_string(closedPort()) + "/v1").run();
  REQUIRE(refused.failure);
  CHECK(refused.failure->code == TROUPE_E_TRANSIENT);
  CHECK_THAT(refused.failure->message, Contains("127.0.0.1"));

  RawServer cut([](Poco::Net::StreamSocket& client) {
    const std::string head =
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n{\"choices\":[{\"mes";
    client.sendBytes(head.data(), static_cast<int>(head.size()));
    client.setLinger(true, 0);
    client.close();
  });
  const auto reset = OpenAiRig(cut.url("/v1")).run();
  REQUIRE(reset.failure);
  CHECK(reset.failure->code == TROUPE_E_TRANSIENT);
}

TEST_CASE("a streamed answer is the same candidate, and its text comes while it is written", "[openai][network]") {
  MockLlm llm;
  llm.requireKey(OpenAiRig::kKey);
  OpenAiRig rig(llm.baseUrl(), R"(,"stream":true)");
  std::string deltas;
  int pieces = 0;
  const auto call = OpenAiRig::call([&](std::uint32_t kind, std::string_view json) {
    if (kind != TROUPE_DELTA) return;
    rapidjson::Document delta;
    delta.Parse(json.data(), json.size());
    deltas += delta["text"].GetString();
    ++pieces;
  });
  const auto result = rig.run(*call);
  REQUIRE_FALSE(result.failure);
  CHECK(result.values.at(0).json ==
        R"({"text":")" + MockLlm::story("m-1", 1) +
            R"(","finish":"stop","model":"m-1-2026-01-01","usage":{"input":19,"output":70}})");
  CHECK(result.usage == R"({"input":19,"output":70})");
  CHECK(deltas == MockLlm::story("m-1", 1));
  CHECK(pieces > 5);
}

TEST_CASE("what goes wrong with a stream has its class", "[openai][network]") {
  const std::string chunk = R"(data: {"choices":[{"index":0,"delta":{"content":"Once"}}]})"
                            "\n\n";
  const std::string error = R"(data: {"error":{"message":"The server is busy.","code":503}})"
                            "\n\n";
  struct Row {
    LlmReply reply;
    int code;
    std::string words;
  };
  const auto stream = [](const std::string& body) { return LlmReply{200, body, {}, "text/event-stream"}; };
  const auto row = GENERATE_COPY(values<Row>(
      {{stream(chunk), TROUPE_E_TRANSIENT, "the stream ended before the answer did"},
       {stream(chunk + error), TROUPE_E_OVERLOADED, "The server is busy."},
       {stream(chunk + "data: {\"choices\":[{]\n\n"), TROUPE_E_MALFORMED, "JSON"},
       {stream("data: [DONE]\n\n"), TROUPE_E_CONTENT, ""},
       {stream(""), TROUPE_E_TRANSIENT, "the stream ended before the answer did"},
       {{429, std::string(llm::kTooFast), {{"retry-after", "7"}}}, TROUPE_E_RATE_LIMITED, "429"},
       {{200, "<html><body>Log in</body></html>", {}, "text/html"}, TROUPE_E_MALFORMED, "a page instead of JSON"}}));
  MockLlm llm([&](const Received&) { return std::optional(row.reply); });
  OpenAiRig rig(llm.baseUrl(), R"(,"stream":true)");
  const auto result = rig.run();
  REQUIRE(result.failure);
  CAPTURE(result.failure->message);
  CHECK(result.failure->code == row.code);
  CHECK_THAT(result.failure->message, Contains(row.words) && StartsWith("m-1 at 127.0.0.1:"));
  CHECK(result.values.empty());
}

TEST_CASE("a server that does not stream is understood all the same", "[openai][network]") {
  MockLlm llm([](const Received&) {
    return std::optional(LlmReply{200, R"({"choices":[{"message":{"content":"Hi."},"finish_reason":"stop"}]})"});
  });
  OpenAiRig rig(llm.baseUrl(), R"(,"stream":true)");
  const auto result = rig.run();
  REQUIRE_FALSE(result.failure);
  CHECK(result.values.at(0).json == R"({"text":"Hi.","finish":"stop","model":"m-1","usage":{}})");
}

TEST_CASE("a redirect to another host is not followed, and the key stays", "[openai][network]") {
  MockLlm elsewhere;
  const auto target = "http://localhost:" + elsewhere.server().url("").substr(17) + "/v1/chat/completions";
  const auto failure = failureOf({307, "", {{"Location", target}}});
  CHECK(failure.code == TROUPE_E_PERMANENT_REQUEST);
  CHECK_THAT(failure.message, Contains("answered 307: " + target + "; redirects are not followed"));
  CHECK(elsewhere.received().empty());
}

TEST_CASE("a cancel ends a request to a server that says nothing", "[openai][network]") {
  std::atomic<HttpServer*> server{nullptr};
  MockLlm llm([&](const Received&) -> std::optional<LlmReply> {
    server.load()->hold();
    return std::nullopt;
  });
  server = &llm.server();
  OpenAiRig rig(llm.baseUrl());
  const auto call = OpenAiRig::call();
  auto result = std::async(std::launch::async, [&] { return rig.run(*call); });
  llm.server().waitFor(1);
  const auto began = std::chrono::steady_clock::now();
  call->cancel({TROUPE_E_TRANSIENT, "no answer within 1 s", -1});
  const auto failure = result.get().failure;
  CHECK(std::chrono::steady_clock::now() - began < std::chrono::seconds(1));
  REQUIRE(failure);
  CHECK(failure->message == "no answer within 1 s");
}
