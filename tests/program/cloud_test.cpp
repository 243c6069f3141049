// config/cloud.json as it is, but for the addresses: three services, a panel of two judges, a budget; recorded once,
// then repeated without network and keys.
#include <catch2/catch.hpp>

#include <filesystem>

#include "program/database.hpp"
#include "program/sandbox.hpp"
#include "support/mock_anthropic.hpp"
#include "support/mock_gemini.hpp"

namespace {

using namespace troupe::test;
using Catch::Matchers::Contains;

constexpr const char* kKey = "key-live-77aa01c3";

// What a judge says that keeps to the schema it is asked by.
std::string verdict(int rating) {
  const auto one = std::to_string(rating);
  return R"({"reason":"a clear voice","ratings":{"task":)" + one + R"(,"plot":)" + one + R"(,"character":)" + one +
         R"(,"style":)" + one + R"(,"originality":)" + one + "}}";
}

std::string quoted(const std::string& text) {
  troupe::JsonWriter json;
  json.value(std::string_view(text));
  return std::string(json.text());
}

bool isJudged(const Received& got) { return got.body.find("originality") != std::string::npos; }

std::optional<LlmReply> geminiJudges(const Received& got) {
  if (!isJudged(got)) return std::nullopt;
  return LlmReply{200,
                  R"({"candidates":[{"content":{"parts":[{"text":)" + quoted(verdict(9)) +
                      R"(}],"role":"model"},"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":300,)"
                      R"("candidatesTokenCount":60,"totalTokenCount":360},"modelVersion":"gemini-2.5-flash"})"};
}

std::optional<LlmReply> claudeJudges(const Received& got) {
  if (!isJudged(got)) return std::nullopt;
  return LlmReply{
      200, R"({"id":"msg_1","type":"message","role":"assistant","model":"claude-haiku-4-5","content":[{"type":"text",)"
           R"("text":)" +
               quoted(verdict(10)) +
               R"(}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":310,"output_tokens":62}})"};
}

}  // namespace

TEST_CASE("config/cloud.json is judged by its panel and a replay repeats it without network and keys",
          "[program][cloud]") {
  const Sandbox sandbox;
  std::filesystem::copy(TROUPE_SOURCE_DIR "/config", sandbox / "config", std::filesystem::copy_options::recursive);
  auto with_keys = sandbox.options();
  for (const std::string name : {"GEMINI_API_KEY", "GROQ_API_KEY", "ANTHROPIC_API_KEY"})
    with_keys.environment.push_back(name + "=" + kKey);
  std::vector<std::string> command;
  const auto canonical = [&] {
    const auto exported = sandbox.run({"runs", "export", "last", "--format", "canonical"});
    REQUIRE(exported.code == 0);
    return exported.out;
  };
  const auto judged = "SELECT count(*) FROM model_calls WHERE ok = 1";
  std::string recorded;
  {
    MockLlm groq;
    MockGemini gemini(geminiJudges);
    MockAnthropic anthropic(claudeJudges);
    groq.requireKey(kKey);
    gemini.requireKey(kKey);
    anthropic.requireKey(kKey);
    command = {"run", "config/cloud.json", "--quiet", "--samples", "6"};
    const auto set = [&](const std::string& what) { command.insert(command.end(), {"--set", what}); };
    set("nodes.llama.options.base_url=" + groq.baseUrl());
    set("nodes.gemini.options.base_url=" + gemini.baseUrl());
    set("nodes.claude.options.base_url=" + anthropic.baseUrl());
    set("nodes.llama.limits.rpm=0");
    for (const std::string name : {"llama", "gemini", "claude"})
      set("nodes." + name + R"(.price={"input":1.0,"output":5.0})");
    auto recording = command;
    recording.insert(recording.end(), {"--record", "tape"});
    const auto result = sandbox.run(recording, with_keys);
    CAPTURE(result.err);
    REQUIRE(result.code == 0);
    recorded = canonical();
    // Each judge is asked about the two candidates that are not its own: Gemini about Llama's and Claude's, and so on.
    CHECK(value(sandbox.journal(), judged) == std::to_string(6 * 4));
    CHECK(value(sandbox.journal(), "SELECT count(*) FROM decisions WHERE ok") == "6");
    CHECK_THAT(result.out + result.err + recorded + readFile(sandbox / "tape" / "exchanges.jsonl"), !Contains(kKey));
    const auto explained = sandbox.run({"runs", "explain", "last", "--sample", "0"}).out;
    CHECK_THAT(explained, Contains("panel"));
    CHECK_THAT(explained, Contains("a clear voice"));
    // 18 stories and 24 judgements, each of known usage and price: not an estimate.
    const auto spent = std::stoll(value(sandbox.journal(), "SELECT sum(nano_usd) FROM charges"));
    CHECK(spent == 18 * (19 * 1000 + 70 * 5000) + 12 * (300 * 1000 + 60 * 5000) + 12 * (310 * 1000 + 62 * 5000));
  }
  for (const auto* in_flight : {"1", "8"}) {
    auto again = command;
    again.insert(again.end(), {"--replay", "tape", "--in-flight", in_flight});
    const auto result = sandbox.run(again);
    CAPTURE(in_flight, result.err);
    REQUIRE(result.code == 0);
    CHECK(canonical() == recorded);
  }
}
