// A whole run over models of four services, each by its own wire format.
#include <catch2/catch.hpp>

#include "program/database.hpp"
#include "program/sandbox.hpp"
#include "support/mock_anthropic.hpp"
#include "support/mock_gemini.hpp"
#include "support/mock_ollama.hpp"

namespace {

using namespace troupe::test;
using Catch::Matchers::Contains;

constexpr const char* kKey = "key-live-5f3d9c1e7b";

std::string node(const std::string& name, const std::string& base_url, const std::string& options) {
  return "\"" + name + R"(":{"type":"troupe.provider.)" + name + R"(","inputs":["genres"],"options":{"base_url":")" +
         base_url + R"(","api_key":{"secret":"LLM_KEY"},"model":"m-)" + name + "\"" + options + "}},";
}

}  // namespace

TEST_CASE("models of four services answer and are journaled and the key is nowhere", "[program][models]") {
  MockLlm openai;
  MockAnthropic anthropic;
  MockGemini gemini;
  MockOllama ollama;
  openai.requireKey(kKey);
  anthropic.requireKey(kKey);
  gemini.requireKey(kKey);
  ollama.requireKey(kKey);
  const Sandbox sandbox;
  const auto file = sandbox.write(
      "p.json",
      R"({"name":"services","run":{"samples":4,"in_flight":2,"seed":3},"nodes":{"genres":{"type":"troupe.prompts.genres"},)" +
          node("openai", openai.baseUrl(), "") + node("anthropic", anthropic.baseUrl(), R"(,"stream":true)") +
          node("gemini", gemini.baseUrl(), R"(,"stream":true)") +
          node("ollama", ollama.baseUrl(), R"(,"stream":true)") +
          R"("craft":{"type":"troupe.scorer.text","inputs":["openai","anthropic","gemini","ollama"]},
             "vote":{"type":"troupe.selector.best","inputs":["craft"]},
             "kept":{"type":"troupe.store.jsonl","inputs":["vote"],"options":{"path":"kept.jsonl"}}}})");
  auto options = sandbox.options();
  options.environment.push_back("LLM_KEY=" + std::string(kKey));
  const auto result = sandbox.run({"run", file.string(), "--json"}, options);
  CAPTURE(result.err);
  REQUIRE(result.code == 0);
  CHECK(value(sandbox.journal(), "SELECT count(*) FROM decisions WHERE ok") == "4");
  const auto exported = sandbox.run({"runs", "export", "last"}, options);
  for (const std::string name : {"openai", "anthropic", "gemini", "ollama"})
    CHECK_THAT(exported.out, Contains(R"("model":"m-)" + name + R"(-2026-01-01")"));
  CHECK(openai.received().size() == 4);
  CHECK(anthropic.received().size() == 4);
  CHECK(gemini.received().size() == 4);
  CHECK(ollama.received().size() == 4);
  CHECK_THAT(result.out + result.err + exported.out, !Contains(kKey));
}
