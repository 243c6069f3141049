// A whole run over models that answer by HTTP.
#include <catch2/catch.hpp>

#include <set>

#include "program/database.hpp"
#include "program/sandbox.hpp"
#include "support/mock_llm.hpp"

namespace {

using namespace troupe::test;
using Catch::Matchers::Contains;
namespace fs = std::filesystem;

constexpr const char* kKey = "sk-live-5f3d9c1e7b";

// Three nodes of one server, which need a key.
std::string ensembleAt(const std::string& base_url) {
  const auto node = [&](const std::string& model) {
    return "\"" + model +
           R"(":{"type":"troupe.provider.openai","inputs":["genres"],"limits":{"retries":3},"options":{"base_url":")" +
           base_url + R"(","model":")" + model + R"(","api_key":{"secret":"LLM_KEY"}}},)";
  };
  return R"({"name":"models","run":{"samples":8,"in_flight":4,"seed":3},"nodes":{"genres":{"type":"troupe.prompts.genres"},)" +
         node("anna") + node("bert") + node("carl") +
         R"("craft":{"type":"troupe.scorer.text","inputs":["anna","bert","carl"]},
            "vote":{"type":"troupe.selector.best","inputs":["craft"]},
            "kept":{"type":"troupe.store.jsonl","inputs":["vote"],"options":{"path":"kept.jsonl"}},
            "log":{"type":"troupe.sink.log_file","options":{"path":"run.log"}}}})";
}

ProcessOptions withKey(const Sandbox& sandbox, const std::string& key = kKey) {
  auto options = sandbox.options();
  options.environment.push_back("LLM_KEY=" + key);
  return options;
}

// All that a run leaves anywhere, and all that it prints.
std::string traces(const Sandbox& sandbox, const Result& result) {
  auto all = result.out + result.err;
  for (const char* name : {"work", "home", "config", "data", "state", "cache"})
    for (const auto& entry : fs::recursive_directory_iterator(sandbox.folder(name)))
      if (entry.is_regular_file()) all += readFile(entry.path());
  return all;
}

}  // namespace

TEST_CASE("three models answer over HTTP, their samples are saved, and the key is nowhere", "[program][models]") {
  MockLlm llm;
  llm.requireKey(kKey);
  const Sandbox sandbox;
  const auto file = sandbox.write("p.json", ensembleAt(llm.baseUrl()));
  const auto result = sandbox.run({"run", file.string(), "--json"}, withKey(sandbox));
  CAPTURE(result.err);
  REQUIRE(result.code == 0);
  const auto got = llm.received();
  CHECK(got.size() == 24);
  for (const auto& one : got) CHECK(one.headers.at("authorization") == "Bearer " + std::string(kKey));
  CHECK(value(sandbox.journal(), "SELECT count(*) FROM decisions WHERE ok") == "8");
  CHECK(Process::count(readFile(sandbox / "kept.jsonl"), "The lamp keeper of ") >= 8);
  CHECK_THAT(readFile(sandbox / "run.log"), Contains("Sample 8/8"));
  const auto exported = sandbox.run({"runs", "export", "last"}, withKey(sandbox));
  CHECK_THAT(exported.out, Contains(R"("model":"anna-2026-01-01")") && Contains(R"("usage":{"input":19,"output":70})"));
  CHECK_THAT(traces(sandbox, result) + exported.out, !Contains(kKey) && Contains("lamp keeper"));
}

TEST_CASE("a busy server is asked again, and a model that fails holds back no other", "[program][models]") {
  std::atomic<int> busy{0};
  MockLlm llm([&](const Received& got) -> std::optional<LlmReply> {
    if (got.body.find(R"("model":"anna")") != std::string::npos && busy++ < 2)
      return LlmReply{429, std::string(llm::kTooFast), {{"retry-after-ms", "20"}}};
    if (got.body.find(R"("model":"bert")") != std::string::npos) return LlmReply{404, std::string(llm::kNoModel)};
    return std::nullopt;
  });
  const Sandbox sandbox;
  const auto file = sandbox.write("p.json", ensembleAt(llm.baseUrl()));
  const auto result = sandbox.run({"run", file.string(), "--quiet"}, withKey(sandbox));
  CAPTURE(result.err);
  REQUIRE(result.code == 0);
  CHECK(value(sandbox.journal(), "SELECT count(*) FROM decisions WHERE ok") == "8");
  const auto told = sandbox.run({"runs", "explain", "last", "--sample", "0"}, withKey(sandbox));
  CHECK_THAT(told.out, Contains("bert: failed after 1 attempt") && Contains("answered 404 (model_not_found)"));
}

TEST_CASE("a refused key pauses the run with the server's words and without the key", "[program][models]") {
  MockLlm llm;
  llm.requireKey("another");
  const Sandbox sandbox;
  const auto file = sandbox.write("p.json", ensembleAt(llm.baseUrl()));
  const auto result = sandbox.run({"run", file.string()}, withKey(sandbox));
  CHECK(result.code == 5);
  CHECK_THAT(result.out + result.err, Contains("answered 401 (invalid_api_key)"));
  CHECK(llm.received().size() <= 3 * 4);  // One for each sample in flight, at most.
  CHECK_THAT(traces(sandbox, result), !Contains(kKey));
}

TEST_CASE("a run that was recorded is repeated to the byte without server and key", "[program][models]") {
  const Sandbox sandbox;
  const auto canonical = [&] {
    const auto exported = sandbox.run({"runs", "export", "last", "--format", "canonical"});
    REQUIRE(exported.code == 0);
    return exported.out;
  };
  std::string recorded;
  {
    std::atomic<int> busy{0};
    MockLlm llm([&](const Received& got) -> std::optional<LlmReply> {
      if (got.body.find(R"("model":"anna")") != std::string::npos && busy++ < 2)
        return LlmReply{429, std::string(llm::kTooFast), {{"retry-after-ms", "20"}}};
      return std::nullopt;
    });
    llm.requireKey(kKey);
    sandbox.write("p.json", ensembleAt(llm.baseUrl()));
    const auto result = sandbox.run({"run", "p.json", "--quiet", "--record", "tape"}, withKey(sandbox));
    CAPTURE(result.err);
    REQUIRE(result.code == 0);
    recorded = canonical();
    CHECK_THAT(traces(sandbox, result), !Contains(kKey));
    CHECK(Process::count(readFile(sandbox / "tape" / "exchanges.jsonl"), "\n") == 26);
  }
  const auto without_key = sandbox.run({"run", "p.json", "--quiet"});
  CHECK(without_key.code == 3);
  for (const auto* in_flight : {"1", "8"}) {
    const auto again = sandbox.run({"run", "p.json", "--quiet", "--replay", "tape", "--in-flight", in_flight});
    CAPTURE(again.err);
    REQUIRE(again.code == 0);
    CHECK(canonical() == recorded);
  }
  const auto other = sandbox.run({"run", "p.json", "--replay", "tape", "--seed", "4"});
  CHECK(other.code == 4);
  CHECK_THAT(sandbox.run({"runs", "explain", "last", "--sample", "0"}).out, Contains("never asked this"));
  CHECK(sandbox.run({"run", "p.json", "--replay", "tape", "--record", "tape"}).code == 2);
  CHECK(sandbox.run({"run", "p.json", "--replay", "nowhere"}).code == 2);
}
