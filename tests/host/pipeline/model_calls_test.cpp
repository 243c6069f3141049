// Nodes that ask models: troupe.model/1 through the engine.
#include "journal/sqlite.hpp"
#include "rig.hpp"

namespace troupe::test {
namespace {

/// source -> a, b -> judge (asks claude, which is on call) -> vote -> keep -> store.
PipelineText judged(const Board& board, const std::string& options = "", const std::string& type = "judge") {
  PipelineText text(board);
  text.node("source", "source");
  for (const auto name : {"a", "b"})
    text.node(name, "provider", R"(["source"])", std::string(R"("text":")") + name + "\"");
  text.node("claude", "provider", "", R"("text":"7")");
  text.node("judge", type, R"(["a","b"])", options, "", R"("models":{"judge":"claude"})");
  return text.node("vote", "selector", R"(["judge"])")
      .node("keep", "filter", R"(["vote"])")
      .node("store", "store", R"(["keep"])");
}

std::string reasonOf(const journal::SampleRecord& record) {
  return parsed(record.scores.at(0).json)["reason"].GetString();
}

TEST_CASE("a judge asks the provider that plays its role", "[models]") {
  Rig rig;
  auto text = judged(rig.board, R"("request":{"temperature":0.5,"max_tokens":9,"stop":"END"})").samples(1);
  REQUIRE(rig.run(text).state == "complete");
  CHECK(rig.board.words("judge", "cast").at(0).text == "claude");

  const auto asked = rig.board.words("claude", "run");
  REQUIRE(asked.size() == 2);
  const auto input = parsed(asked[0].text);
  const auto about = std::string(input["prompt"]["messages"][0]["content"].GetString()).substr(5);
  CHECK(input["prompt"]["id"].GetString() == "0/judge/" + about + "/0");
  CHECK(input["prompt"]["index"].GetInt64() == 0);
  CHECK(input["prompt"]["vars"].ObjectEmpty());
  CHECK(input["prompt"]["seed"].GetInt64() >= 0);
  CHECK(input["prompt"]["seed"].GetInt64() != parsed(asked[1].text)["prompt"]["seed"].GetInt64());
  CHECK(input["params"]["temperature"].GetDouble() == 0.5);
  CHECK(input["params"]["max_tokens"].GetInt64() == 9);
  CHECK(input["params"]["stop"][0] == "END");
  CHECK(input["params"].MemberCount() == 3);
  CHECK(input["sample"]["prompt"]["messages"][0]["content"] == "prompt 0");

  const auto answer = parsed(rig.board.words("judge", "answer").at(0).text);
  CHECK(std::string(answer["text"].GetString()).substr(0, 10) == "7 for rate");
  CHECK(answer["node"] == "claude");
  CHECK(answer["model"] == "claude-1");
  CHECK(answer["attempts"].GetInt() == 1);

  const auto record = rig.sample(0);
  CHECK(record.calls.size() == 2);  // claude is no candidate
  REQUIRE(record.model_calls.size() == 2);
  CHECK(record.model_calls[0].caller == "judge");
  CHECK(record.model_calls[0].about == "a");
  CHECK(record.model_calls[1].about == "b");
  CHECK(record.model_calls[0].node == "claude");
  CHECK(record.model_calls[0].role == "judge");
  CHECK(record.model_calls[0].ok);
  CHECK(parsed(record.model_calls[0].answer)["node"] == "claude");
  CHECK(record.scores.size() == 2);
}

TEST_CASE("callers that wait never keep the pool from whom they wait for", "[models]") {
  Rig rig;
  rig.options.max_threads = 2;
  const auto type = GENERATE("provider", "provider_one");
  auto text = judged(rig.board, R"("requests":3)").samples(24).inFlight(12).type("claude", type);
  SECTION("one at a time") { text.limits("claude", R"("in_flight":1)"); }
  SECTION("at a pace") { text.limits("claude", R"("rpm":100000)"); }
  SECTION("after a back-off") {
    text.options("claude", R"("act":"fail","code":5,"first":2)").limits("claude", R"("retries":20)");
  }
  const auto end = rig.run(text);
  CHECK(end.state == "complete");
  CHECK(resultOf(end)["successful"].GetInt64() == 24);
  CHECK(rig.board.count("judge", "answer") == 24 * 2 * 3);
}

TEST_CASE("models ask models on the one thread", "[models]") {
  Rig rig;
  rig.options.max_threads = 2;
  auto text = judged(rig.board).samples(6).inFlight(6).node("jury", "sample_judge", R"(["a","b"])", R"("requests":2)",
                                                            "", R"("models":{"judge":"claude","jury":["a","b"]})");
  text.inputs("vote", R"(["judge","jury"])").limits("claude", R"("in_flight":1)");
  CHECK(rig.run(text).state == "complete");
  CHECK(rig.board.mostInside("claude") == 1);
  CHECK(rig.sample(0).model_calls.size() == 2 + 2);
}

TEST_CASE("a plugin may ask from threads of its own", "[models]") {
  Rig rig;
  auto text = judged(rig.board, R"("requests":4,"threads":true)").samples(3).limits("claude", R"("in_flight":2)");
  CHECK(rig.run(text).state == "complete");
  CHECK(rig.board.count("claude", "run") == 3 * 2 * 4);
  CHECK(rig.sample(0).model_calls.size() == 8);
}

TEST_CASE("a candidate may judge as well", "[models]") {
  Rig rig;
  auto text = judged(rig.board).samples(4).without("claude").more("judge", R"("models":{"judge":"a"})");
  text.limits("a", R"("in_flight":1)");
  const auto end = rig.run(text);
  CHECK(end.state == "complete");
  CHECK(rig.board.count("a", "run") == 4 * 3);
  CHECK(rig.board.mostInside("a") == 1);
  CHECK(resultOf(end)["models"].Size() == 2);
  CHECK(rig.sample(2).calls.size() == 2);
  CHECK(rig.sample(2).model_calls.size() == 2);
}

TEST_CASE("the asked node's retries apply and the caller is not repeated for it", "[models]") {
  Rig rig;
  auto text = judged(rig.board).samples(1);
  SECTION("it answers in the end") {
    text.options("claude", R"("act":"fail","code":6,"first":2,"vary":true)").inputs("judge", R"(["a"])").without("b");
    CHECK(rig.run(text).state == "complete");
    const auto record = rig.sample(0);
    REQUIRE(record.model_calls.size() == 1);
    CHECK(record.model_calls[0].attempts == 3);
    REQUIRE(record.model_attempts.size() == 2);
    CHECK(record.model_attempts[0].message == "scripted 1");
    CHECK(record.model_attempts[1].attempt == 2);
    CHECK(record.model_attempts[1].about == "a");
    CHECK(record.attempts.empty());
  }
  SECTION("it fails for good") {
    text.options("claude", R"("act":"fail","code":6,"message":"the line is down")");
    CHECK(rig.run(text).state == "failed");
    CHECK(rig.board.count("claude", "run") == 2 * 3);
    CHECK(rig.board.count("judge", "run") == 2);
    const auto record = rig.sample(0);
    CHECK_FALSE(record.model_calls[0].ok);
    CHECK(record.model_calls[0].message == "the line is down");
    CHECK(reasonOf(record) == R"(failed: transient: {"code":6,"message":"claude: the line is down"})");
  }
  SECTION("its key is refused") {
    text.options("claude", R"("act":"fail","code":2,"message":"no key")").samples(2).inFlight(1);
    // What comes after it would be judged by nobody: the run pauses, and goes on once there is a key.
    const auto end = rig.run(text);
    CHECK(end.state == "paused");
    CHECK(end.reason == "\"judge\" has no judge left: claude: auth: no key");
    // The two candidates of the first sample may be judged at the same time.
    CHECK(rig.board.count("claude", "run") <= 2);
    CHECK(rig.journal().totals(rig.last().key).settled <= 1);
  }
}

TEST_CASE("a request that is wrong is refused with the reason", "[models]") {
  struct Row {
    std::string request, reason;
  };
  const auto row = GENERATE(values<Row>(
      {{R"("role":"jugde")", "the node has no role \\\"jugde\\\""},
       {R"("role":"jury")", "the role \\\"jury\\\" has 0 providers; there is none at 0"},
       {R"("at":1)", "the role \\\"judge\\\" has 1 providers; there is none at 1"},
       {R"("at":-1)", "\\\"at\\\" is no whole number from 0"},
       {R"("messages":[])", "\\\"messages\\\" is missing or no array with a message"},
       {R"("messages":"hi")", "\\\"messages\\\" is missing or no array with a message"},
       {R"("messages":[{"role":"tool","content":"x"}])", "role \\\"tool\\\" is none of system, user, assistant"},
       {R"("temperature":"hot")", "\\\"temperature\\\" is no number from 0"},
       {R"("max_tokens":0)", "\\\"max_tokens\\\" is no whole number from 1"},
       {R"("seed":1.5)", "\\\"seed\\\" is no whole number from 0"},
       {R"("stop":[1])", "\\\"stop\\\" is no string"},
       {R"("response_schema":[])", "\\\"response_schema\\\" is no object"},
       {R"("response_schema":{"type":"nothing"})", "response_schema is no schema that the host can check"},
       {R"("top_k":1)", "it has a member \\\"top_k\\\", which is not known"}}));
  CAPTURE(row.request);
  Rig rig;
  CHECK(rig.run(judged(rig.board, "\"request\":{" + row.request + "}").samples(1)).state == "failed");
  CHECK(rig.board.count("claude", "run") == 0);
  const auto reason = reasonOf(rig.sample(0));
  CAPTURE(reason);
  CHECK(reason.find("failed: permanent_request: ") == 0);
  CHECK(reason.find(row.reason) != std::string::npos);
}

TEST_CASE("a waiting caller's own time limit stands still", "[models]") {
  Rig rig;
  auto text = judged(rig.board).samples(1).options("claude", R"("text":"7","sleep_ms":200)");
  SECTION("while it waits") {
    text.limits("judge", R"("timeout_s":0.05,"retries":0)");
    CHECK(rig.run(text).state == "complete");
    CHECK(rig.board.count("judge", "answer") == 2);
  }
  SECTION("but not while it works itself") {
    rig.options.grace = kPatience;
    text.options("judge", R"("act":"push")").limits("judge", R"("timeout_s":0.05,"retries":0)");
    CHECK(rig.run(text).state == "failed");
    CHECK(rig.board.count("judge", "cancelled") == 2);
  }
  SECTION("and the asked node's limit counts") {
    rig.options.grace = kPatience;
    text.options("claude", R"("act":"push")").limits("claude", R"("timeout_s":0.05,"retries":0)");
    CHECK(rig.run(text).state == "failed");
    CHECK(reasonOf(rig.sample(0)).find("claude: no answer within 0.05 s (timeout_s)") != std::string::npos);
  }
}

TEST_CASE("a cancelled caller cancels its model calls", "[models]") {
  Rig rig;
  rig.options.grace = kPatience;
  auto text = judged(rig.board).samples(4).inFlight(4);
  SECTION("that are under way") {
    text.options("claude", R"("act":"push")");
    rig.start(text);
    rig.board.waitFor("claude", "blocked", 8);
    rig.engine().cancel("not wanted");
    CHECK(rig.finish().state == "cancelled");
    CHECK(rig.board.count("claude", "cancelled") == 8);
  }
  SECTION("that wait for a slot") {
    text.options("claude", R"("act":"push")").limits("claude", R"("in_flight":1)");
    rig.start(text);
    rig.board.waitFor("judge", "ask", 8);
    rig.board.waitFor("claude", "blocked");
    rig.engine().cancel("not wanted");
    CHECK(rig.finish().state == "cancelled");
    CHECK(rig.board.count("claude", "run") == 1);
  }
  SECTION("that wait for a repeat") {
    text.options("claude", R"("act":"fail","code":4,"retry_after_ms":60000)");
    rig.start(text);
    rig.board.waitFor("claude", "back", 8);
    rig.engine().cancel("not wanted");
    CHECK(rig.finish().state == "cancelled");
  }
  for (std::int64_t i = 0; i < 4; ++i) {
    const auto record = rig.sample(i);
    CAPTURE(record.scores.empty() ? std::string() : record.scores[0].json);
    CHECK(record.scores.empty());
  }
}

TEST_CASE("a pause suspends callers whatever they make of it", "[models]") {
  Rig rig;
  const auto swallow = GENERATE(R"("swallow":false)", R"("swallow":true)");
  rig.board.close("claude", "run");
  rig.start(judged(rig.board, swallow).samples(6).inFlight(2).limits("claude", R"("in_flight":1)"));
  rig.board.waitFor("judge", "ask", 4);
  rig.board.waitFor("claude", "run");
  rig.engine().pause("test");
  rig.board.waitFor("judge", "refused", 3);  // Those in the queue; the one inside may finish.
  rig.board.open("claude", "run");
  CHECK(rig.finish().state == "paused");
  CHECK(rig.board.count("claude", "run") == 1);
  std::size_t scores = 0;
  for (std::int64_t i = 0; i < 2; ++i) scores += rig.sample(i).scores.size();
  CHECK(scores == 1);

  const auto end = rig.resume();
  CHECK(end.state == "complete");
  CHECK(resultOf(end)["successful"].GetInt64() == 6);
  CHECK(rig.board.count("claude", "run") == 12);  // The answered one was not asked again.
  for (std::int64_t i = 0; i < 6; ++i)
    for (const auto& score : rig.sample(i).scores) CHECK(score.value);
}

TEST_CASE("an answer that is in the journal is not asked for again", "[models]") {
  Rig rig;
  rig.board.close("judge", "answer");
  rig.start(judged(rig.board).samples(1).inFlight(1));
  rig.board.waitFor("judge", "answer", 2);
  const auto until = std::chrono::steady_clock::now() + kPatience;
  for (;;) {
    const auto record = rig.journal().sample(rig.last().key, 0);
    if (record && record->model_calls.size() == 2) break;
    REQUIRE(std::chrono::steady_clock::now() < until);
    std::this_thread::yield();  // Nobody tells of a call's row.
  }
  const auto copy = rig.crashCopy("copy.db");
  const auto before = rig.board.words("judge", "answer");
  rig.board.open("judge", "answer");
  REQUIRE(rig.finish().state == "complete");
  REQUIRE(rig.board.count("claude", "run") == 2);

  Rig again(copy);  // Its nodes speak to the first one's board.
  CHECK(again.sample(0).scores.empty());
  CHECK(again.resume().state == "complete");
  CHECK(rig.board.count("claude", "run") == 2);
  const auto all = rig.board.words("judge", "answer");
  REQUIRE(all.size() == 4);
  for (const auto& word : all) CHECK((word.text == before[0].text || word.text == before[1].text));
  CHECK(again.canonical() == rig.canonical());
  CHECK(again.sample(0).model_calls.size() == 2);
}

TEST_CASE("a further attempt of the caller gets the answers of the first", "[models]") {
  Rig rig;
  // The judge fails after it was answered, twice.
  auto text = judged(rig.board, R"("requests":2,"act":"fail","code":6,"first":2,"vary":true)").samples(1);
  text.inputs("judge", R"(["a"])").without("b");
  CHECK(rig.run(text).state == "complete");
  CHECK(rig.board.count("judge", "run") == 3);
  CHECK(rig.board.count("claude", "run") == 2);
  const auto heard = rig.board.words("judge", "answer");
  REQUIRE(heard.size() == 6);
  CHECK(heard[0].text == heard[4].text);
  CHECK(heard[1].text == heard[5].text);
}

TEST_CASE("whom one asks may never come back: both are given up and the run is unharmed", "[models]") {
  Rig rig;
  rig.board.close("claude", "blocked");
  auto text = judged(rig.board).samples(4).inFlight(2);
  text.options("claude", R"("text":"7","act":"never","on":[1])").limits("claude", R"("timeout_s":0.05,"retries":1)");
  const auto end = rig.run(text);
  CHECK(end.state == "complete");
  CHECK(end.abandoned);
  CHECK(resultOf(end)["successful"].GetInt64() == 3);
  CHECK(reasonOf(rig.sample(1)) == "failed: transient: it asked \"claude\", which never came back");
  rig.drop();
  rig.board.open("claude", "blocked");
  for (const auto name : {"claude", "judge"}) {
    rig.board.waitFor(name, "back", rig.board.count(name, "run"));
    rig.board.waitFor(name, "destroy", rig.board.count(name, "create"));
  }
}

TEST_CASE("an answer is checked against the schema that was asked for", "[models]") {
  Rig rig;
  const std::string schema =
      R"("response_schema":{"type":"object","required":["rating"],"properties":{"rating":{"type":"integer","maximum":10}}})";
  auto text = judged(rig.board, "\"request\":{" + schema + "}").samples(1).inputs("judge", R"(["a"])").without("b");
  const auto with = [&](const std::string& answer) {
    text.options("claude", R"("exactly":)" + answer);
    return rig.run(text).state;
  };
  CHECK(with(R"("{\"rating\":7}")") == "complete");
  CHECK(parsed(rig.board.words("claude", "run").at(0).text)["params"]["response_schema"]["type"] == "object");

  CHECK(with(R"("{\"rating\":11}")") == "failed");
  CHECK(rig.board.count("claude", "run") == 1 + 2);  // malformed: repeated once
  CHECK(reasonOf(rig.sample(0)).find("malformed: ") != std::string::npos);
  CHECK(reasonOf(rig.sample(0)).find("its text does not fit response_schema: /rating: ") != std::string::npos);

  CHECK(with(R"("```json\n{\"rating\":7}\n```")") == "failed");
  CHECK(reasonOf(rig.sample(0)).find("its text is no JSON, which response_schema asks for") != std::string::npos);
}

TEST_CASE("judged samples are the same at any concurrency", "[models]") {
  std::string first;
  for (const int in_flight : {1, 3, 16}) {
    Rig rig;
    auto text = judged(rig.board, R"("requests":2)").samples(16).inFlight(in_flight);
    text.options("claude", R"("act":"random","random_ms":1)");
    REQUIRE(rig.run(text).state == "complete");
    std::string all = rig.canonical();
    std::vector<std::string> answers;
    for (std::int64_t i = 0; i < 16; ++i)
      for (const auto& call : rig.sample(i).model_calls) answers.push_back(parsed(call.answer)["text"].GetString());
    for (const auto& answer : answers) all += answer + "\n";
    CHECK(answers.size() == 64);
    CHECK(std::set(answers.begin(), answers.end()).size() == 64);  // Each with random numbers of its own.
    if (first.empty()) first = all;
    CHECK(all == first);
  }
}

}  // namespace
}  // namespace troupe::test
