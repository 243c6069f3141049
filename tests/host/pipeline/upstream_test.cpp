// Services behind providers that fail, through the engine: breaker, recess, fallback.
#include "rig.hpp"

#include "pipeline/upstream.hpp"

namespace troupe::test {
namespace {

using namespace std::chrono_literals;

/// source -> a, b, c -> …, each provider behind a service of its own, without repeats.
PipelineText remote(const Board& board) {
  auto text = PipelineText::ensemble(board).inFlight(1);
  for (const std::string name : {"a", "b", "c"})
    text.type(name, "provider_remote")
        .options(name, R"("service":"http://)" + name + R"(.example")")
        .limits(name, R"("retries":0)");
  return text;
}

std::string serviceWith(const std::string& name, const std::string& options) {
  return R"("service":"http://)" + name + R"(.example",)" + options;
}

std::shared_ptr<pipeline::Upstreams> resting(std::chrono::milliseconds rest) {
  pipeline::UpstreamPolicy::Options options;
  options.first_rest = options.longest_rest = rest;
  return std::make_shared<pipeline::Upstreams>(options);
}

int logged(const Rig& rig, const std::string& words) {
  int count = 0;
  for (const auto& event : rig.events("log"))
    count += std::string(event["message"].GetString()).find(words) != std::string::npos ? 1 : 0;
  return count;
}

TEST_CASE("a service that is down is left alone, the others go on", "[upstream]") {
  Rig rig;
  rig.options.upstreams = resting(1h);
  const auto end = rig.run(
      remote(rig.board).samples(30).options("b", serviceWith("b", R"("sick":1000,"message":"connection refused")")));
  CHECK(end.state == "complete");
  CHECK(resultOf(end)["successful"].GetInt64() == 30);
  CHECK(rig.board.count("b", "run") == 5);
  CHECK(rig.board.count("a", "run") == 30);
  const auto call = rig.sample(20).calls.at(1);
  CHECK(call.node == "b");
  CHECK(call.code == TROUPE_E_TRANSIENT);
  CHECK(call.attempts == 0);
  CHECK(call.message.substr(0, 27) == "not asked: it is out until ");
  CHECK(call.message.find(": connection refused") != std::string::npos);
}

TEST_CASE("a service that comes back is asked again", "[upstream]") {
  Rig rig;
  rig.options.upstreams = resting(1ms);
  auto text = remote(rig.board).samples(60).options("b", serviceWith("b", R"("sick":6)"));
  text.options("a", serviceWith("a", R"("sleep_ms":2)"));
  const auto end = rig.run(text);
  CHECK(end.state == "complete");
  CHECK(resultOf(end)["models"][1]["candidates"].GetInt64() > 30);
}

TEST_CASE("with all services out no further sample starts until one is back", "[upstream]") {
  Rig rig;
  rig.options.upstreams = resting(30ms);
  auto text = remote(rig.board).samples(20);
  for (const std::string name : {"a", "b", "c"}) text.options(name, serviceWith(name, R"("sick":6)"));
  const auto end = rig.run(text);
  CHECK(end.state == "complete");
  // Five open the breakers, and probes find them ill once more.
  CHECK(resultOf(end)["failed"].GetInt64() >= 5);
  CHECK(resultOf(end)["failed"].GetInt64() <= 8);
  CHECK(logged(rig, "no provider is left: a: transient: scripted; b: transient: scripted; c: ") >= 1);
}

TEST_CASE("a run whose services are out can be paused and resumed", "[upstream]") {
  Rig rig;
  rig.options.upstreams = resting(1h);
  auto text = remote(rig.board).samples(12);
  for (const std::string name : {"a", "b", "c"}) text.options(name, serviceWith(name, R"("sick":5)"));
  rig.start(text);
  while (logged(rig, "no provider is left") == 0) rig.waitForEvents("log", 1);
  rig.engine().pause("enough");
  CHECK(rig.finish().state == "paused");
  CHECK(rig.journal().totals(rig.last().key).failed == 5);
  rig.options.upstreams = resting(1ms);  // As in another process; the plugins are made anew, and fail five times more.
  const auto end = rig.resume();
  CHECK(end.state == "complete");
  CHECK(resultOf(end)["successful"].GetInt64() + resultOf(end)["failed"].GetInt64() == 12);
}

TEST_CASE("a call that waits for a service is left for the resume", "[upstream]") {
  Rig rig;
  rig.options.upstreams = resting(1h);
  // Only b is asked: five calls fail at least; further attempts wait in the gate, since nobody else could answer.
  auto text = remote(rig.board).samples(8).inFlight(8).without("a").without("c");
  text.options("b", serviceWith("b", R"("sick":40,"code":5)")).limits("b", R"("retries":20)");
  text.inputs("score", R"(["b"])");
  rig.start(text);
  rig.board.waitFor("b", "back", 5);
  rig.engine().pause("enough");
  CHECK(rig.finish().state == "paused");
  CHECK(rig.journal().totals(rig.last().key).settled == 0);
  rig.options.upstreams = resting(1ms);
  const auto end = rig.resume();
  CHECK(end.state == "complete");
  CHECK(rig.journal().totals(rig.last().key).settled == 8);
}

TEST_CASE("nodes that share a service share its breaker", "[upstream]") {
  Rig rig;
  rig.options.upstreams = resting(1h);
  const auto end = rig.run(remote(rig.board)
                               .samples(20)
                               .options("a", serviceWith("same", R"("sick":1000)"))
                               .options("b", serviceWith("same", R"("sick":1000)")));
  CHECK(end.state == "complete");
  // The sixth may have been on its way with the fifth.
  const int asked = rig.board.count("a", "run") + rig.board.count("b", "run");
  CHECK(asked >= 5);
  CHECK(asked <= 6);
}

TEST_CASE("runs that share the services of a process share the breakers", "[upstream]") {
  const auto upstreams = resting(1h);
  for (const int asked : {5, 0}) {
    Rig rig;
    rig.options.upstreams = upstreams;
    CHECK(rig.run(remote(rig.board).samples(8).options("b", serviceWith("b", R"("sick":1000)"))).state == "complete");
    CHECK(rig.board.count("b", "run") == asked);
  }
}

TEST_CASE("a service that wants to be left alone for hours is not waited for", "[upstream]") {
  Rig rig;
  const auto code = GENERATE(3, 4);  // quota_gone, rate_limited
  const auto end = rig.run(
      remote(rig.board)
          .samples(10)
          .limits("b", R"("retries":2)")
          .options("b", serviceWith("b", R"("sick":1000,"retry_after_ms":7200000,"code":)" + std::to_string(code))));
  CHECK(end.state == "complete");
  CHECK(resultOf(end)["successful"].GetInt64() == 10);
  CHECK(rig.board.count("b", "run") == 1);
}

TEST_CASE("a provider in this process has no breaker: a run must not depend on time", "[upstream]") {
  Rig rig;
  rig.options.upstreams = resting(1h);
  const auto end = rig.run(PipelineText::ensemble(rig.board)
                               .samples(20)
                               .inFlight(1)
                               .limits("b", R"("retries":0)")
                               .options("b", R"("act":"fail","code":6)"));
  CHECK(end.state == "complete");
  CHECK(rig.board.count("b", "run") == 20);
}

TEST_CASE("nodes that share a service share its pace, the slower one", "[upstream]") {
  Rig rig;
  rig.options.upstreams = resting(1h);
  auto text = remote(rig.board).samples(2).inFlight(2);
  text.options("a", serviceWith("same", R"("text":"a")")).limits("a", R"("rpm":3000)");
  text.options("b", serviceWith("same", R"("text":"b")")).limits("b", R"("rpm":6000)");
  const auto begun = std::chrono::steady_clock::now();
  CHECK(rig.run(text).state == "complete");
  // Four calls, 20 ms apart at the earliest.
  CHECK(std::chrono::steady_clock::now() - begun >= 60ms);
}

TEST_CASE("a call counts by what answers took so far against the tokens a minute", "[upstream]") {
  Rig rig;
  rig.options.progress_every = 1ms;
  // The first answer leaves some 10,000 tokens of the minute; a second one like it will not fit.
  auto text = remote(rig.board).samples(2).options("b", serviceWith("b", R"("usage":{"input":10,"output":50000})"));
  text.limits("b", R"("tpm":60000)").node("frames", "sink_progress");
  rig.start(text);
  std::string reason;
  for (int seen = 1; reason.empty() && seen < 5000; ++seen) {
    rig.board.waitFor("frames", "event", seen);
    const auto frame = parsed(rig.board.words("frames", "event").back().text);
    if (frame["phase"] == "waiting") reason = frame["waiting_for"].GetString();
  }
  CHECK(reason.substr(0, 37) == "b: pace of 60000 tokens a minute, unt");
  CHECK(rig.board.count("b", "run") == 1);
  rig.engine().pause("enough");
  CHECK(rig.finish().state == "paused");
}

TEST_CASE("a fallback answers when a provider cannot, under the provider's name", "[upstream]") {
  struct Row {
    int code;
    int asked;
  };
  const auto row = GENERATE(values<Row>({{2, 1}, {3, 1}, {6, 5}}));  // auth, quota_gone, transient
  CAPTURE(row.code);
  Rig rig;
  rig.options.upstreams = resting(1h);
  auto text =
      remote(rig.board).samples(12).options("b", serviceWith("b", R"("sick":1000,"code":)" + std::to_string(row.code)));
  text.more("b", R"("fallback":"spare")").node("spare", "provider", "", R"("text":"spare")");
  const auto end = rig.run(text);
  CHECK(end.state == "complete");
  CHECK(rig.board.count("b", "run") == row.asked);
  CHECK(rig.board.count("spare", "run") == 12);
  CHECK(resultOf(end)["models"][1]["candidates"].GetInt64() == 12);
  const auto record = rig.sample(0);
  const auto answer = parsed(record.calls.at(1).answer);
  CHECK(std::string(answer["node"].GetString()) == "b");
  CHECK(std::string(answer["via"].GetString()) == "spare");
  CHECK(std::string(answer["model"].GetString()) == "spare-1");
  CHECK(record.calls.at(1).attempts == 2);
  REQUIRE(record.attempts.size() == 1);
  CHECK(record.attempts[0].message == "scripted");
}

TEST_CASE("a fallback does not answer what was refused for its content", "[upstream]") {
  Rig rig;
  auto text = remote(rig.board).samples(3).options("b", serviceWith("b", R"("act":"fail","code":7)"));
  text.more("b", R"("fallback":"spare")").node("spare", "provider");
  CHECK(rig.run(text).state == "complete");
  CHECK(rig.board.count("spare", "run") == 0);
}

TEST_CASE("a fallback that fails too ends the call with its own words", "[upstream]") {
  Rig rig;
  auto text = remote(rig.board).samples(1).options("b", serviceWith("b", R"("sick":1000,"code":2)"));
  text.more("b", R"("fallback":"spare")")
      .node("spare", "provider", "", R"("act":"fail","code":1,"message":"no such model")");
  CHECK(rig.run(text).state == "complete");
  const auto call = rig.sample(0).calls.at(1);
  CHECK_FALSE(call.ok);
  CHECK(call.message == "no such model");
}

}  // namespace
}  // namespace troupe::test
