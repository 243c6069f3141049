#include <troupe/troupe.hpp>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <set>
#include <string>
#include <utility>

#include "support/fake_host.hpp"

using troupe::test::FakeCall;
using troupe::test::FakeHost;
using troupe::test::FakeNode;
using troupe::test::PluginFile;

namespace {

const PluginFile& plugin() {
  static const PluginFile file(TROUPE_PLUGIN_DIR "/provider.storyteller.troupe");
  return file;
}

/// The options as the host completes them, with `changes` on top.
std::string options(const std::string& changes = "") {
  std::string json = R"({"voice":"wren","min_words":80,"max_words":400,"pace_ms":0,"failure_rate":0,)"
                     R"("failure_kind":"transient","failure_every":0)";
  rapidjson::Document all;
  all.Parse((json + "}").c_str());
  rapidjson::Document more;
  more.Parse(("{" + changes + "}").c_str());
  REQUIRE_FALSE(more.HasParseError());
  for (const auto& member : std::as_const(more).GetObject()) {
    rapidjson::Value value(member.value, all.GetAllocator());
    all[member.name] = value;
  }
  troupe::JsonWriter writer;
  writer.value(all);
  return std::string(writer.text());
}

std::string input(int index = 0, int seed = 7, const std::string& genre = "fantasy") {
  const std::string prompt =
      R"({"messages":[{"role":"user","content":"Tell me a story."}],"vars":{"genre":")" + genre + "\"}}";
  return R"({"prompt":)" + prompt + R"(,"sample":{"run":"r","index":)" + std::to_string(index) + R"(,"seed":)" +
         std::to_string(seed) + R"(,"prompt":)" + prompt + "}}";
}

FakeNode make(FakeHost& host, const std::string& changes = "") {
  return FakeNode(host, plugin().node("troupe.provider.storyteller"), options(changes));
}

std::string text(const rapidjson::Value& value) {
  REQUIRE(value.IsString());
  return value.GetString();
}

rapidjson::Document parsed(const std::string& json) {
  rapidjson::Document document;
  document.Parse(json.c_str());
  REQUIRE_FALSE(document.HasParseError());
  return document;
}

}  // namespace

TEST_CASE("the storyteller answers with one candidate and no delta", "[storyteller][plugin]") {
  FakeHost host;
  auto node = make(host);
  FakeCall call(host, input());
  REQUIRE(node.run(call) == TROUPE_OK);
  REQUIRE(call.emitted().size() == 1);
  CHECK(call.sleeps() == 0);
  const auto candidate = parsed(call.value("candidate"));
  CHECK(text(candidate["model"]) == "storyteller/wren");
  CHECK(text(candidate["finish"]) == "stop");
  CHECK(candidate["usage"]["input"].GetInt() == 4);
  CHECK(candidate["usage"]["output"].GetInt() > 80);
}

TEST_CASE("the same input gives the same bytes, sample seed, host numbers and voice matter", "[storyteller][plugin]") {
  const auto answer = [](const std::string& changes, int seed, std::uint64_t host_seed) {
    FakeHost host;
    auto node = make(host, changes);
    FakeCall call(host, input(0, seed), host_seed);
    REQUIRE(node.run(call) == TROUPE_OK);
    return call.value("candidate");
  };
  const std::string first = answer("", 7, 1);
  CHECK(first == answer("", 7, 1));
  CHECK(first != answer("", 8, 1));
  CHECK(first != answer("", 7, 2));
  CHECK(first != answer(R"("voice":"quill")", 7, 1));
}

TEST_CASE("a pace is filled with deltas that make up the text", "[storyteller][plugin]") {
  FakeHost host;
  auto node = make(host, R"("pace_ms":3000)");
  FakeCall call(host, input());
  REQUIRE(node.run(call) == TROUPE_OK);
  CHECK(call.sleptMs() >= 2100);
  CHECK(call.sleptMs() <= 3900);
  std::string joined;
  for (const auto& delta : call.all(TROUPE_DELTA, "candidate")) joined += parsed(delta)["text"].GetString();
  CHECK(joined == parsed(call.value("candidate"))["text"].GetString());
  FakeCall at_once(host, input());
  auto quick = make(host);
  REQUIRE(quick.run(at_once) == TROUPE_OK);
  CHECK(call.value("candidate") == at_once.value("candidate"));
}

TEST_CASE("a cancel is honoured at once", "[storyteller][plugin]") {
  FakeHost host;
  auto node = make(host, R"("pace_ms":3000)");
  SECTION("before it began") {
    FakeCall call(host, input());
    call.cancel();
    CHECK(node.run(call) == TROUPE_E_CANCELLED);
    CHECK(call.emitted().empty());
  }
  SECTION("while it waits") {
    FakeCall call(host, input());
    call.cancelAfterSleeping(1000);
    CHECK(node.run(call) == TROUPE_E_CANCELLED);
    CHECK(call.sleptMs() == 1000);
    CHECK(call.values("candidate").empty());
  }
  SECTION("right after a delta") {
    FakeCall call(host, input());
    call.cancelAfterEmits(3);
    CHECK(node.run(call) == TROUPE_E_CANCELLED);
    CHECK(call.emitted().size() == 3);
  }
}

TEST_CASE("failures come as the options say", "[storyteller][plugin]") {
  FakeHost host;
  SECTION("every third sample, with its retries") {
    auto node = make(host, R"("failure_every":3)");
    for (int index = 0; index < 9; ++index) {
      for (int attempt = 0; attempt < 2; ++attempt) {
        FakeCall call(host, input(index, 100 + index));
        node.run(call);
        CAPTURE(index, call.message());
        CHECK(call.failed() == (index % 3 == 2));
      }
    }
  }
  SECTION("a share of them: some transient, some overloaded") {
    auto node = make(host, R"("failure_rate":0.5)");
    std::multiset<int> codes;
    for (int index = 0; index < 200; ++index) {
      FakeCall call(host, input(index, 100 + index));
      node.run(call);
      codes.insert(call.code());
      if (call.failed()) CHECK(call.message().find("simulated") != std::string::npos);
    }
    CHECK(codes.count(TROUPE_OK) > 70);
    CHECK(codes.count(TROUPE_E_TRANSIENT) > 20);
    CHECK(codes.count(TROUPE_E_OVERLOADED) > 20);
    CHECK(codes.count(TROUPE_OK) + codes.count(TROUPE_E_TRANSIENT) + codes.count(TROUPE_E_OVERLOADED) == 200);
  }
  SECTION("permanent ones") {
    auto node = make(host, R"("failure_rate":1,"failure_kind":"permanent_request")");
    FakeCall call(host, input());
    CHECK(node.run(call) == TROUPE_E_PERMANENT_REQUEST);
  }
}

TEST_CASE("options and hosts that do not fit are refused with a sentence", "[storyteller][plugin]") {
  FakeHost host;
  CHECK_THROWS_WITH(make(host, R"("min_words":250,"max_words":240)"),
                    "min_words is 250, more than max_words, which is 240");
  CHECK_THROWS_WITH(make(host, R"("voice":"nobody")"), "there is no voice called \"nobody\"");
  host.offer(TROUPE_CLOCK_ID, nullptr);
  auto node = make(host);
  FakeCall call(host, input());
  CHECK(node.run(call) == TROUPE_E_UNSUPPORTED);
  CHECK(call.message() == "the host does not offer troupe.clock/1");
}

TEST_CASE("the manifest's example runs", "[storyteller][plugin]") {
  const auto manifest = parsed(plugin().manifest());
  const auto& example = manifest["nodes"][0]["example"];
  CHECK(text(example["options"]["voice"]) == "wren");
  troupe::JsonWriter json;
  json.value(example["input"]);
  FakeHost host;
  auto node = make(host);
  FakeCall call(host, std::string(json.text()));
  CHECK(node.run(call) == TROUPE_OK);
  CHECK(call.values("candidate").size() == 1);
}
