// The webhook in real runs, against a real server.
#include <catch2/catch.hpp>

#include <chrono>
#include <set>

#include "host/pipeline/rig.hpp"
#include "json_value.hpp"
#include "program/sandbox.hpp"
#include "support/http_server.hpp"
#include "support/sha256.hpp"

using namespace troupe;
using namespace troupe::test;
using Clock = std::chrono::steady_clock;

namespace {

using Response = Poco::Net::HTTPServerResponse;

void answer(Response& response, int status, const std::string& body = "") {
  response.setStatus(static_cast<Response::HTTPStatus>(status));
  response.setContentLength64(static_cast<Poco::Int64>(body.size()));
  response.send() << body;
}

PipelineText pipelineTo(const Board& board, const std::string& url, const std::string& options = "",
                        const std::string& limits = "") {
  auto text = PipelineText::ensemble(board);
  text.node("hook", "troupe.sink.webhook", "", R"("url":")" + url + "\"" + options, limits);
  return text;
}

/// The pipeline of a whole program.
std::string programPipeline(const std::string& url, const std::string& options) {
  return R"({"name":"hooked","run":{"samples":20,"in_flight":4,"seed":3},"nodes":{
    "genres":{"type":"troupe.prompts.genres"},
    "wren":{"type":"troupe.provider.storyteller","inputs":["genres"],"options":{"pace_ms":0}},
    "craft":{"type":"troupe.scorer.text","inputs":["wren"]},
    "vote":{"type":"troupe.selector.best","inputs":["craft"]},
    "hook":{"type":"troupe.sink.webhook","options":{"url":")" +
         url + "\"," + options + "}}}}";
}

std::vector<std::string> eventsOf(const std::vector<Received>& all) {
  std::vector<std::string> names;
  for (const auto& one : all) names.push_back(one.headers.at("x-troupe-event"));
  return names;
}

}  // namespace

TEST_CASE("a run tells a receiver what was chosen, and no more", "[webhook]") {
  HttpServer server([](const Received&, Response& response) { answer(response, 200); });
  Rig rig;
  rig.options.network.http = std::make_shared<services::HttpService>();
  CHECK(rig.run(pipelineTo(rig.board, server.url("/in"))).state == "complete");
  const auto got = server.received();
  REQUIRE(eventsOf(got) == std::vector<std::string>{"complete"});
  CHECK(got[0].method == "POST");
  CHECK(got[0].path == "/in");
  CHECK(got[0].headers.at("content-type") == "application/json");
  CHECK(got[0].headers.count("x-troupe-signature") == 0);
  const JsonValue event(got[0].body);
  CHECK(event.object().object("result").integer("successful") == 4);
  CHECK(got[0].headers.at("x-troupe-delivery") == rig.last().id + "/" + std::to_string(event.object().integer("id")));
}

TEST_CASE("a receiver that is overloaded is tried again with the same delivery id, and no sooner than it asks",
          "[webhook]") {
  std::atomic<int> requests{0};
  std::vector<Clock::time_point> times;
  HttpServer server([&](const Received&, Response& response) {
    times.push_back(Clock::now());
    const int number = ++requests;
    if (number == 2) response.set("Retry-After", "1");
    answer(response, number == 1 ? 503 : number == 2 ? 429 : 200);
  });
  Rig rig;
  rig.options.network.http = std::make_shared<services::HttpService>();
  CHECK(rig.run(pipelineTo(rig.board, server.url(), "", R"("retries":3)")).state == "complete");
  const auto got = server.received();
  REQUIRE(got.size() == 3);
  for (const auto& one : got) {
    CHECK(one.headers.at("x-troupe-delivery") == got[0].headers.at("x-troupe-delivery"));
    CHECK(one.body == got[0].body);
  }
  CHECK(times[2] - times[1] >= std::chrono::seconds(1));
  CHECK(rig.events("notice").empty());
}

TEST_CASE("a receiver that refuses is told of once, with status and answer, and the run is complete", "[webhook]") {
  HttpServer server([](const Received&, Response& response) { answer(response, 404, "no_such_hook"); });
  Rig rig;
  rig.options.network.http = std::make_shared<services::HttpService>();
  CHECK(rig.run(pipelineTo(rig.board, server.url(), R"(,"events":["sample","complete"])", R"("retries":5)")).state ==
        "complete");
  CHECK(server.received().size() == 5);  // Four samples and the end; none is repeated.
  int told = 0;
  for (const auto& log : rig.events("log"))
    if (Object(log).text("message") == "the sink fails: the receiver answered 404: no_such_hook") ++told;
  CHECK(told == 1);
  REQUIRE(rig.events("notice").size() == 1);
  CHECK(Object(rig.events("notice")[0]).text("message") == "sink \"hook\" has not taken 5 events");
}

TEST_CASE("a receiver that hangs does not hold up the run", "[webhook]") {
  std::atomic<HttpServer*> self{nullptr};
  HttpServer server([&](const Received&, Response&) { self.load()->hold(); });
  self = &server;
  Rig rig;
  rig.options.network.http = std::make_shared<services::HttpService>();
  rig.options.sink_drain = std::chrono::milliseconds(300);
  const auto began = Clock::now();
  const auto end = rig.run(pipelineTo(rig.board, server.url(), R"(,"events":["sample","complete"],"timeout_s":60)"));
  CHECK(Clock::now() - began < std::chrono::seconds(3));
  CHECK(end.state == "complete");
  CHECK_FALSE(end.abandoned);
  CHECK(server.received().size() == 1);
  CHECK(rig.events("sample").size() == 4);
  REQUIRE(rig.events("notice").size() == 1);
}

TEST_CASE("the whole program: signed, verified by the receiver, and the secret stays where it is",
          "[webhook][program]") {
  HttpServer server([](const Received&, Response& response) { answer(response, 200); });
  const Sandbox sandbox;
  const auto file = sandbox.write(
      "p.json",
      programPipeline(
          server.url(),
          R"("events":["running","complete"],"secret":{"secret":"HOOK_KEY"},"headers":{"X-Own":"mine","Authorization":{"secret":"HOOK_AUTH"}})"));
  auto options = sandbox.options();
  options.environment.push_back("HOOK_KEY=correct horse battery");
  options.environment.push_back("HOOK_AUTH=Bearer correct horse");
  const auto result = sandbox.run({"run", file.string(), "--quiet"}, options);
  CAPTURE(result.err);
  CHECK(result.code == 0);
  const auto got = server.received();
  REQUIRE(eventsOf(got) == std::vector<std::string>{"running", "complete"});
  for (const auto& one : got) {
    CHECK(one.headers.at("x-troupe-signature") == "sha256=" + hmacSha256("correct horse battery", one.body));
    CHECK(one.headers.at("x-own") == "mine");
    CHECK(one.headers.at("authorization") == "Bearer correct horse");
  }
  CHECK_THAT(readFile(sandbox.journal()) + result.out + result.err, !Catch::Contains("correct horse"));
}

TEST_CASE("the whole program: killed and resumed, everything is delivered at least once", "[webhook][program]") {
  std::atomic<bool> stalls{true};
  std::atomic<HttpServer*> self{nullptr};
  std::atomic<int> requests{0};
  HttpServer server([&](const Received&, Response& response) {
    if (++requests > 5 && stalls) self.load()->hold();
    answer(response, 200);
  });
  self = &server;
  const Sandbox sandbox;
  const auto file = sandbox.write("p.json", programPipeline(server.url(), R"("events":["sample","complete"])"));
  {
    const auto program = sandbox.start({"run", file.string(), "--quiet"});
    server.waitFor(6);
    program->kill();
  }
  stalls = false;
  server.release();
  const auto result = sandbox.run({"resume", "last", "--quiet"});
  CAPTURE(result.err);
  CHECK(result.code == 0);
  std::set<std::int64_t> numbers;
  std::map<std::string, std::string> bodies;
  for (const auto& one : server.received()) {
    const auto [known, fresh] = bodies.emplace(one.headers.at("x-troupe-delivery"), one.body);
    CHECK(known->second == one.body);
    const JsonValue event(one.body);
    if (fresh && one.headers.at("x-troupe-event") == "sample") numbers.insert(event.object().integer("number"));
  }
  CHECK(numbers.size() == 20);
  CHECK(*numbers.rbegin() == 20);
  CHECK(server.received().back().headers.at("x-troupe-event") == "complete");
}
