// Good calls of each provider: the real plugins in the host, against servers on loopback.
#include <catch2/catch.hpp>

#include <atomic>

#include "model_rig.hpp"
#include "provider_wires.hpp"

namespace {

using namespace troupe;
using namespace troupe::test;
using Catch::Matchers::Contains;

const std::string kCandidate = R"({"text":")" + MockLlm::story("m-1", 1) +
                               R"(","finish":"stop","model":"m-1-2026-01-01","usage":{"input":19,"output":70}})";

}  // namespace

TEST_CASE("a good answer is a candidate from one request with each provider", "[providers][network]") {
  for (const auto& wire : wires()) {
    CAPTURE(wire.name);
    AnyMock mock(wire.name);
    mock.requireKey(ModelRig::kKey);
    ModelRig rig(wire.name, mock.baseUrl());
    const auto result = rig.run();
    REQUIRE_FALSE(result.failure);
    REQUIRE(result.values.size() == 1);
    CHECK(result.values[0].port->name == "candidate");
    CHECK(result.values[0].json == kCandidate);
    CHECK(result.usage == R"({"input":19,"output":70})");
    CHECK(mock.received().size() == 1);
  }
}

TEST_CASE("a streamed answer is the same candidate and its text comes while it is written with each provider",
          "[providers][network]") {
  for (const auto& wire : wires()) {
    CAPTURE(wire.name);
    AnyMock mock(wire.name);
    mock.requireKey(ModelRig::kKey);
    ModelRig rig(wire.name, mock.baseUrl(), R"(,"stream":true)");
    std::string deltas;
    int pieces = 0;
    const auto call = rig.call(ModelRig::input(), [&](std::uint32_t kind, std::string_view json) {
      if (kind != TROUPE_DELTA) return;
      rapidjson::Document delta;
      delta.Parse(json.data(), json.size());
      deltas += delta["text"].GetString();
      ++pieces;
    });
    const auto result = rig.run(*call);
    REQUIRE_FALSE(result.failure);
    CHECK(result.values.at(0).json == kCandidate);
    CHECK(result.usage == R"({"input":19,"output":70})");
    CHECK(deltas == MockLlm::story("m-1", 1));
    CHECK(pieces > 5);
  }
}

TEST_CASE("a wrong key is an error of authentication with each provider", "[providers][network]") {
  for (const auto& wire : wires()) {
    CAPTURE(wire.name);
    AnyMock mock(wire.name);
    mock.requireKey("another");
    const auto result = ModelRig(wire.name, mock.baseUrl()).run();
    REQUIRE(result.failure);
    CHECK(result.failure->code == TROUPE_E_AUTH);
  }
}

TEST_CASE("the params of a call reach the server with each provider", "[providers][network]") {
  for (const auto& wire : wires()) {
    CAPTURE(wire.name);
    AnyMock mock(wire.name);
    ModelRig rig(wire.name, mock.baseUrl(), R"(,"temperature":0.75,"max_tokens":999)");
    REQUIRE_FALSE(
        rig.run(ModelRig::input(R"(,"params":{"temperature":0.25,"max_tokens":321,"response_schema":{"x-mark":1}})"))
            .failure);
    const auto body = mock.received().at(0).body;
    CHECK_THAT(body, Contains("0.25") && Contains("321") && Contains(R"({"x-mark":1})"));
    CHECK_THAT(body, !Contains("0.75") && !Contains("999"));
    const auto bad = rig.run(ModelRig::input(R"(,"params":{"temperature":"hot"})"));
    REQUIRE(bad.failure);
    CHECK(bad.failure->code == TROUPE_E_PERMANENT_REQUEST);
    CHECK(mock.received().size() == 1);
  }
}

TEST_CASE("limits are told of good answers and bad ones with each provider", "[providers][network]") {
  for (const auto& wire : wires()) {
    std::atomic<bool> good{true}, streaming{false};
    AnyMock mock(wire.name, [&](const Received&) {
      auto reply = !good       ? LlmReply{429, wire.error(429, "slow")}
                   : streaming ? wire.stream(wire.events(wire.start) + wire.piece() + wire.events(wire.end))
                               : wire.answer(wire.whole());
      reply.headers = {{"x-ratelimit-limit-requests", "60"},
                       {"x-ratelimit-remaining-requests", "0"},
                       {"x-ratelimit-reset-requests", "1s"},
                       {"anthropic-ratelimit-input-tokens-remaining", "5"}};
      return std::optional(std::move(reply));
    });
    for (const bool stream : {false, true}) {
      streaming = stream;
      ModelRig rig(wire.name, mock.baseUrl(), stream ? R"(,"stream":true)" : "");
      for (const bool is_good : {true, false}) {
        good = is_good;
        CAPTURE(wire.name, stream, is_good);
        std::vector<std::string> rates;
        const auto call = rig.call(ModelRig::input(), [&](std::uint32_t kind, std::string_view json) {
          if (kind == TROUPE_RATE) rates.emplace_back(json);
        });
        CHECK(rig.run(*call).failure.has_value() == !is_good);
        CHECK(rates ==
              std::vector<std::string>{
                  R"({"requests":{"limit":60,"remaining":0,"reset_ms":1000},"input_tokens":{"remaining":5}})"});
      }
    }
  }
}

TEST_CASE("the list of models is followed to its end with each provider", "[providers][network]") {
  const std::vector<std::string> lists = {
      R"({"models":[{"id":"gpt-4o-mini","owner":"openai"},{"id":"x/y","name":"X Y","context":8192}]})",
      R"({"models":[{"id":"claude-opus-4-1-20250805","name":"Claude Opus 4.1","context":200000},{"id":"claude-3-haiku-20240307","name":"Claude Haiku 3"}]})",
      R"({"models":[{"id":"gemini-2.5-flash","name":"Gemini 2.5 Flash","context":1048576},{"id":"gemma-3-27b-it","name":"Gemma 3 27B","context":131072}]})",
      R"({"models":[{"id":"deepseek-r1:latest"},{"id":"llama3.2:latest"}]})"};
  for (std::size_t i = 0; i < wires().size(); ++i) {
    const auto& wire = wires()[i];
    CAPTURE(wire.name);
    AnyMock mock(wire.name, [](const Received& got) -> std::optional<LlmReply> {
      if (got.path != "/v1/models") return std::nullopt;
      return LlmReply{200, R"({"object":"list","data":[{"id":"gpt-4o-mini","object":"model","owned_by":"openai"},)"
                           R"({"id":"x/y","name":"X Y","context_length":8192},{"object":"model"}]})"};
    });
    mock.requireKey(ModelRig::kKey);
    ModelRig rig(wire.name, mock.baseUrl());
    const auto result = rig.run(R"({"list":"models"})");
    REQUIRE_FALSE(result.failure);
    REQUIRE(result.values.size() == 1);
    CHECK(result.values[0].port->name == "models");
    CHECK(result.values[0].json == lists[i]);
    CHECK(mock.received().at(0).method == "GET");
  }
}

TEST_CASE("a list of models that fails has its class with each provider", "[providers][network]") {
  struct Row {
    LlmReply reply;
    int code;
    std::string words;
  };
  const std::vector<Row> rows = {
      {{404, "nothing here"}, TROUPE_E_UNSUPPORTED, "the server has no list of models (answered 404)"},
      {{403, "{}"}, TROUPE_E_AUTH, "answered 403"},
      {{503, "{}"}, TROUPE_E_OVERLOADED, "answered 503"},
      {{200, ""}, TROUPE_E_MALFORMED, "the answer is empty"},
      {{200, "<html>Log in</html>", {}, "text/html"}, TROUPE_E_MALFORMED, "a page instead of JSON"},
      {{200, "{\"data\":5,\"models\":5}"}, TROUPE_E_MALFORMED, "a number at /"},
  };
  for (const auto& wire : wires()) {
    std::atomic<const Row*> now{nullptr};
    AnyMock mock(wire.name, [&](const Received&) { return std::optional(now.load()->reply); });
    ModelRig rig(wire.name, mock.baseUrl());
    for (const auto& row : rows) {
      CAPTURE(wire.name, row.words);
      now = &row;
      const auto result = rig.run(R"({"list":"models"})");
      REQUIRE(result.failure);
      CHECK(result.failure->code == row.code);
      CHECK_THAT(result.failure->message, Contains(row.words));
    }
  }
}

TEST_CASE("a list of models without end is given up", "[providers][network]") {
  std::atomic<int> pages{0};
  AnyMock mock("gemini", [&](const Received&) {
    return std::optional(LlmReply{200, R"({"models":[],"nextPageToken":")" + std::to_string(++pages) + "\"}"});
  });
  const auto result = ModelRig("gemini", mock.baseUrl()).run(R"({"list":"models"})");
  REQUIRE(result.failure);
  CHECK(result.failure->code == TROUPE_E_MALFORMED);
  CHECK(pages == 100);
}

TEST_CASE("there are lists of models only", "[providers]") {
  const auto result = ModelRig("ollama", "http://127.0.0.1:1").run(R"({"list":"files"})");
  REQUIRE(result.failure);
  CHECK(result.failure->code == TROUPE_E_UNSUPPORTED);
}
