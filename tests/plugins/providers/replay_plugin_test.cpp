#include <troupe/troupe.hpp>

#include <catch2/catch.hpp>
#include <string>

#include "support/fake_host.hpp"
#include "support/temp_dir.hpp"

using troupe::test::FakeCall;
using troupe::test::FakeHost;
using troupe::test::FakeNode;
using troupe::test::PluginFile;
using troupe::test::TempDir;

namespace {

const troupe_node& replay() {
  static const PluginFile file(TROUPE_PLUGIN_DIR "/provider.replay.troupe");
  return file.node("troupe.provider.replay");
}

std::string options(const std::string& path, int pace_ms = 0) {
  return R"({"path":")" + path + R"(","loop":true,"pace_ms":)" + std::to_string(pace_ms) + "}";
}

std::string input(int index, const std::string& content) {
  const std::string prompt = R"({"id":"p)" + std::to_string(index) +
                             R"(","messages":[{"role":"user","content":"first"},{"role":"assistant","content":"x"},)"
                             R"({"role":"user","content":")" +
                             content + R"("}],"vars":{"genre":"noir"}})";
  return R"({"prompt":)" + prompt + R"(,"sample":{"run":"r","index":)" + std::to_string(index) +
         R"(,"seed":1,"prompt":)" + prompt + "}}";
}

}  // namespace

TEST_CASE("replay answers through the boundary", "[replay][plugin]") {
  const TempDir dir;
  const auto path = dir.write("r.jsonl", R"({"prompt":"last","text":"by its last message"}
{"key":"p1","text":"by its id"}
{"genre":"noir","text":"by its genre","model":"m"}
{"index":9,"error":{"code":"rate_limited","message":"slow down","retry_after_ms":1500}}
)");
  FakeHost host;
  FakeNode node(host, replay(), options(path.string()));
  const auto answer = [&](int index, const std::string& content) {
    FakeCall call(host, input(index, content));
    REQUIRE(node.run(call) == TROUPE_OK);
    CHECK(call.sleeps() == 0);
    return call.value("candidate");
  };
  CHECK(answer(0, "last") == R"({"text":"by its last message"})");
  CHECK(answer(1, "other") == R"({"text":"by its id"})");
  CHECK(answer(2, "other") == R"({"text":"by its genre","model":"m"})");

  FakeCall limited(host, input(9, "other"));
  CHECK(node.run(limited) == TROUPE_E_RATE_LIMITED);
  CHECK(limited.message() == "slow down");
  CHECK(limited.retryAfterMs() == 1500);
}

TEST_CASE("replay waits as told, and stops waiting when cancelled", "[replay][plugin]") {
  const TempDir dir;
  const auto path = dir.write("r.jsonl", "{\"text\":\"a\"}\n");
  FakeHost host;
  FakeNode node(host, replay(), options(path.string(), 250));
  FakeCall call(host, input(0, "x"));
  REQUIRE(node.run(call) == TROUPE_OK);
  CHECK(call.sleptMs() == 250);
  FakeCall cancelled(host, input(0, "x"));
  cancelled.cancelAfterSleeping(100);
  CHECK(node.run(cancelled) == TROUPE_E_CANCELLED);
  CHECK(cancelled.emitted().empty());
}

TEST_CASE("replay needs a recording or one text", "[replay][plugin]") {
  FakeHost host;
  FakeNode node(host, replay(), R"({"text":"Hello.","loop":true,"pace_ms":0})");
  FakeCall call(host, input(0, "x"));
  REQUIRE(node.run(call) == TROUPE_OK);
  CHECK(call.value("candidate") == R"({"text":"Hello."})");
  CHECK_THROWS_WITH(FakeNode(host, replay(), R"({"loop":true,"pace_ms":0})"), "give either \"path\" or \"text\"");
}
