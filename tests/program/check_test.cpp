// Whether `check` and `models` tell the truth about models that answer by HTTP.
#include <catch2/catch.hpp>

#include "program/sandbox.hpp"
#include "support/mock_anthropic.hpp"
#include "support/mock_ollama.hpp"

namespace {

using namespace troupe::test;
using Catch::Matchers::Contains;

constexpr const char* kKey = "sk-live-5f3d9c1e7b";
constexpr const char* kClaude = "claude-opus-4-1-20250805";
constexpr const char* kPrices = R"({"models":[
  {"host":"127.0.0.1","model":["claude-opus-4-1-20250805","anna"],"input":1,"output":5,"as_of":"2026-11-24","source":"test"}]})";

std::string node(const std::string& type, const std::string& url, const std::string& model) {
  return R"({"type":"troupe.provider.)" + type + R"(","inputs":["genres"],"options":{"base_url":")" + url +
         R"(","model":")" + model + R"(","api_key":{"secret":"LLM_KEY"}}})";
}

// A pipeline of these providers, "claude" and "wren", where wren is of this process; with a judge when asked for.
std::string pipelineOf(const std::string& claude, bool judge = false) {
  return R"({"name":"p","nodes":{"genres":{"type":"troupe.prompts.genres"},"claude":)" + claude +
         R"(,"wren":{"type":"troupe.provider.storyteller","inputs":["genres"],"options":{"pace_ms":0}},)" +
         (judge ? R"("judge":{"type":"troupe.scorer.judge","inputs":["wren"],"models":{"judge":"claude"}},)" : "") +
         R"("craft":{"type":"troupe.scorer.text","inputs":["claude","wren"]},"vote":{"type":"troupe.selector.best","inputs":["craft")" +
         (judge ? R"(,"judge")" : "") + "]}}}";
}

struct Checked : Sandbox {
  Checked() { write("prices.json", kPrices); }
  Result with(const std::vector<std::string>& arguments, const std::string& key = kKey) const {
    auto options = this->options();
    if (!key.empty()) options.environment.push_back("LLM_KEY=" + key);
    auto result = run(arguments, options);
    CHECK_THAT(result.out + result.err, !Contains(kKey));
    return result;
  }
  Result check(const std::string& pipeline, std::vector<std::string> more = {}, const std::string& key = kKey) const {
    write("p.json", pipeline);
    more.insert(more.begin(), {"check", "p.json"});
    auto result = with(more, key);
    UNSCOPED_INFO(result.out + result.err);
    return result;
  }
};

}  // namespace

TEST_CASE("check says that all models of a pipeline answer", "[program][check]") {
  MockAnthropic claude;
  claude.requireKey(kKey);
  const Checked sandbox;
  const auto result = sandbox.check(pipelineOf(node("anthropic", claude.baseUrl(), kClaude)));
  CHECK(result.code == 0);
  CHECK_THAT(result.out, Contains("ok    claude: claude-opus-4-1-20250805 answers in ") &&
                             Contains("; key accepted; model known; $1.00/$5.00 per million tokens") &&
                             Contains("ok    wren: ") && Contains("these calls have cost $0.00") && !Contains("FAULT"));
  const auto got = claude.received();
  CHECK_THAT(got.back().body, Contains(R"("max_tokens":16)") && Contains("Say OK."));
}

TEST_CASE("check names a key that is refused or missing and goes on", "[program][check]") {
  MockAnthropic claude;
  claude.requireKey("another");
  const Checked sandbox;
  const auto pipeline = pipelineOf(node("anthropic", claude.baseUrl(), kClaude));
  const auto refused = sandbox.check(pipeline);
  CHECK(refused.code == 7);
  CHECK_THAT(refused.out, Contains("FAULT claude: the key is refused: auth: ") &&
                              Contains("troupe secrets set LLM_KEY") && Contains("ok    wren: "));
  const auto asked = claude.received().size();
  const auto missing = sandbox.check(pipeline, {}, "");
  CHECK(missing.code == 3);
  CHECK_THAT(missing.out, Contains("FAULT claude: the secret \"LLM_KEY\" is not set; ") && Contains("ok    wren: "));
  CHECK(claude.received().size() == asked);
}

TEST_CASE("check suggests a model that is near to an unknown one", "[program][check]") {
  MockAnthropic claude([](const Received& got) -> std::optional<LlmReply> {
    if (got.path != "/v1/messages") return std::nullopt;
    return LlmReply{404, std::string(anthropic_says::kNotFound)};
  });
  const Checked sandbox;
  const auto result = sandbox.check(pipelineOf(node("anthropic", claude.baseUrl(), "claude-opus-4-1-20250806")));
  CHECK(result.code == 7);
  CHECK_THAT(result.out,
             Contains("does not list \"claude-opus-4-1-20250806\", did you mean \"" + std::string(kClaude)));
}

TEST_CASE("check finds a dead server and still asks the others", "[program][check]") {
  std::string url;
  {
    MockAnthropic gone;
    url = gone.baseUrl();
  }
  const Checked sandbox;
  const auto result = sandbox.check(pipelineOf(node("anthropic", url, kClaude), true));
  CHECK(result.code == 7);
  CHECK_THAT(result.out, Contains("FAULT claude: transient: ") && Contains("see whether the server runs") &&
                             Contains("ok    wren: ") &&
                             Contains("FAULT judge: not asked: of its models none answers"));
}

TEST_CASE("check names a price that nobody knows and ends well", "[program][check]") {
  MockLlm llm;
  llm.requireKey(kKey);
  const Checked sandbox;
  const auto result = sandbox.check(pipelineOf(node("openai", llm.baseUrl(), "annna")));
  CHECK(result.code == 0);
  CHECK_THAT(result.out,
             Contains("FAULT claude: the price of \"annna\" at 127.0.0.1 is unknown; did you mean \"anna\"?") &&
                 Contains("models not told; price unknown"));
}

TEST_CASE("check takes a truncated answer for an answer", "[program][check]") {
  MockAnthropic claude([](const Received& got) -> std::optional<LlmReply> {
    if (got.path != "/v1/messages") return std::nullopt;
    return LlmReply{200, R"({"id":"m","type":"message","role":"assistant","model":"c","content":[],)"
                         R"("stop_reason":"max_tokens","usage":{"input_tokens":9,"output_tokens":16}})"};
  });
  const Checked sandbox;
  const auto result = sandbox.check(pipelineOf(node("anthropic", claude.baseUrl(), kClaude)));
  CHECK(result.code == 0);
  CHECK_THAT(result.out, Contains("ok    claude: "));
}

TEST_CASE("check lets a judge judge and reports one that abstains", "[program][check]") {
  std::atomic<bool> rates{true};
  MockAnthropic claude([&](const Received& got) -> std::optional<LlmReply> {
    if (!rates || got.body.find("The bridge was old.") == std::string::npos) return std::nullopt;
    return LlmReply{
        200,
        R"({"id":"m","type":"message","role":"assistant","model":"c","content":[{"type":"text","text":)"
        R"("{\"task\":7,\"plot\":7,\"character\":7,\"style\":7,\"originality\":7,\"overall\":7,\"reason\":\"Plain.\"}"}],)"
        R"("stop_reason":"end_turn","usage":{"input_tokens":9,"output_tokens":16}})"};
  });
  const Checked sandbox;
  const auto pipeline = pipelineOf(node("anthropic", claude.baseUrl(), kClaude), true);
  auto with_text = pipeline;
  with_text.insert(with_text.find(R"("models":{"judge")"), R"("options":{"structured":"text","criteria":[]},)");
  const auto well = sandbox.check(with_text);
  CHECK(well.code == 0);
  CHECK_THAT(well.out, Contains("ok    judge: judges in ") && Contains(" of 10; this judgement: $"));
  rates = false;
  const auto mute = sandbox.check(with_text);
  CHECK(mute.code == 7);
  CHECK_THAT(mute.out, Contains("ok    claude: ") && Contains("FAULT judge: it abstains: "));
}

TEST_CASE("check gives its findings as JSON and repeats a recording without a key", "[program][check]") {
  const Checked sandbox;
  std::string url;
  {
    MockAnthropic claude;
    claude.requireKey(kKey);
    url = claude.baseUrl();
    const auto result = sandbox.check(pipelineOf(node("anthropic", url, kClaude)), {"--json", "--record", "tape"});
    CHECK(result.code == 0);
    rapidjson::Document json;
    json.Parse(result.out.c_str());
    REQUIRE(!json.HasParseError());
    CHECK(json["well"].GetBool());
    const auto& first = json["checks"][0];
    CHECK(std::string(first["check"].GetString()) == "claude");
    CHECK(first["usage"]["output"].GetInt() == 70);
    CHECK(first["usd"].GetDouble() == Approx(19e-6 + 5 * 70e-6));
    CHECK(json["usd"].GetDouble() == first["usd"].GetDouble());
  }
  const auto again = sandbox.check(pipelineOf(node("anthropic", url, kClaude)), {"--replay", "tape"}, "");
  CHECK(again.code == 0);
  CHECK_THAT(again.out, Contains("model known") && !Contains("key accepted"));
}

TEST_CASE("check refuses a pipeline that is invalid", "[program][check]") {
  const Checked sandbox;
  CHECK(sandbox.check(R"({"nodes":{"a":{"type":"no.such"}}})").code == 3);
  CHECK(sandbox.with({"check"}).code == 2);
}

TEST_CASE("models lists what a provider offers", "[program][check]") {
  MockAnthropic claude;
  claude.requireKey(kKey);
  const Checked sandbox;
  sandbox.write("p.json", pipelineOf(node("anthropic", claude.baseUrl(), kClaude)));
  const auto listed = sandbox.with({"models", "claude", "--file", "p.json"});
  CHECK(listed.code == 0);
  CHECK_THAT(listed.out, Contains("claude-opus-4-1-20250805  200000 tokens\n") && Contains("claude-3-haiku-20240307"));
  const auto json = sandbox.with({"models", "claude", "--file", "p.json", "--json"});
  CHECK_THAT(json.out, Catch::Matchers::StartsWith(R"({"models":[{)"));
  const auto refused = sandbox.with({"models", "claude", "--file", "p.json"}, "wrong");
  CHECK(refused.code == 7);
  CHECK_THAT(refused.err, Contains("troupe: claude: auth: "));
  const auto none = sandbox.with({"models", "wren", "--file", "p.json"});
  CHECK(none.code == 2);
  CHECK_THAT(none.err, Contains("troupe.provider.storyteller cannot tell its models"));
  const auto other = sandbox.with({"models", "vote", "--file", "p.json"});
  CHECK(other.code == 2);
  CHECK_THAT(other.err, Contains("\"vote\" is a selector"));
}
