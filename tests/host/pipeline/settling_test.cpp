// How a sample comes to its end: whatever its calls do, it settles once, and says why.
#include "rig.hpp"

namespace troupe::test {
namespace {

using pipeline::RunEnd;

std::string textAt(const rapidjson::Value& object, const char* name) {
  const auto found = object.FindMember(name);
  return found != object.MemberEnd() && found->value.IsString() ? found->value.GetString() : "";
}

TEST_CASE("a run of an ensemble completes, with each sample settled once", "[engine]") {
  Rig rig;
  const auto end = rig.run(PipelineText::ensemble(rig.board).samples(20));
  CHECK(end.state == "complete");
  CHECK_FALSE(end.abandoned);
  const auto result = resultOf(end);
  CHECK(result["successful"].GetInt64() == 20);
  CHECK(result["failed"].GetInt64() == 0);
  CHECK(result["stories_saved"].GetInt64() == 20);
  CHECK(result["saved_ids"].Size() == 20);
  CHECK(rig.events("sample").size() == 20);
  CHECK(rig.board.count("store", "run") == 20);
  for (std::int64_t i = 0; i < 20; ++i) {
    const auto record = rig.sample(i);
    CHECK(record.settled);
    CHECK(record.calls.size() == 3);
    CHECK(record.scores.size() == 3);
    CHECK(record.saves.size() == 1);
  }
}

TEST_CASE("one provider that is down holds nobody back, whatever is wrong with it", "[engine]") {
  struct Row {
    std::string name, options, limits, code, message;
    int calls;
  };
  const auto row = GENERATE(values<Row>({
      {"permanent", R"("act":"fail","code":1)", "", "permanent_request", "scripted", 1},
      {"transient, every time another message", R"("act":"fail","code":6,"vary":true)", R"("retries":4)", "transient",
       "scripted 5", 5},
      {"transient, three identical", R"("act":"fail","code":6)", R"("retries":9)", "transient", "scripted", 3},
      {"overloaded", R"("act":"fail","code":5,"vary":true)", R"("retries":1)", "overloaded", "scripted 2", 2},
      {"content", R"("act":"fail","code":7)", "", "content", "scripted", 1},
      {"truncated, repeated once", R"("act":"fail","code":8,"vary":true)", R"("retries":5)", "truncated", "scripted 2",
       2},
      {"malformed, repeated once", R"("act":"fail","code":9,"vary":true)", R"("retries":5)", "malformed", "scripted 2",
       2},
      {"unsupported", R"("act":"fail","code":11)", "", "unsupported", "scripted", 1},
      {"internal", R"("act":"fail","code":12)", "", "internal", "scripted", 1},
      {"throws", R"("act":"throw")", "", "internal", "scripted to throw", 1},
      {"throws an int", R"("act":"throw_int")", "", "internal", "an exception that is no std::exception", 1},
      {"rubbish JSON", R"("act":"rubbish")", R"("retries":0)", "malformed", "its answer is malformed: no JSON", 1},
      {"wrong type", R"("act":"wrong_type")", R"("retries":0)", "malformed",
       "its answer is malformed: \"text\" is no string", 1},
      {"invalid UTF-8", R"("act":"invalid_utf8")", R"("retries":0)", "malformed", "its answer is malformed: no JSON",
       1},
      {"nothing", R"("act":"none")", R"("retries":0)", "malformed",
       "its answer is malformed: emitted 0 values where one candidate is due", 1},
      {"twice", R"("act":"twice")", R"("retries":0)", "malformed",
       "its answer is malformed: emitted 2 values where one candidate is due", 1},
      {"undeclared port", R"("act":"undeclared")", "", "internal",
       "contract broken: emitted on port \"nowhere\", which its manifest does not declare", 1},
      {"fail() and 0", R"("act":"fail_zero")", "", "internal",
       "contract broken: called fail() (\"said no\") and returned 0", 1},
      {"message that is no UTF-8", R"("act":"bad_message")", "", "permanent_request",
       "bytes \xEF\xBF\xBD\xEF\xBF\xBD that are no text", 1},
      {"a value beyond all bounds", R"("act":"too_big")", "", "internal", "contract broken: emitted a value of", 1},
  }));
  CAPTURE(row.name);
  Rig rig;
  const auto end =
      rig.run(PipelineText::ensemble(rig.board).samples(2).options("b", row.options).limits("b", row.limits));
  CHECK(end.state == "complete");
  CHECK(resultOf(end)["successful"].GetInt64() == 2);
  CHECK(rig.board.count("b", "run") == 2 * row.calls);
  for (const auto& event : rig.events("sample")) {
    REQUIRE(event["failures"].Size() == 1);
    CHECK(textAt(event["failures"][0], "node") == "b");
    CHECK(textAt(event["failures"][0], "code") == row.code);
    CHECK(textAt(event["failures"][0], "message").substr(0, row.message.size()) == row.message);
    CHECK(event["candidates"].Size() == 2);
  }
  CHECK(rig.sample(0).attempts.size() == static_cast<std::size_t>(row.calls));
}

TEST_CASE("a huge answer flows like any other", "[engine]") {
  Rig rig;
  const auto end = rig.run(PipelineText::ensemble(rig.board).samples(2).options("b", R"("act":"huge")"));
  CHECK(end.state == "complete");
  CHECK(resultOf(end)["successful"].GetInt64() == 2);
  CHECK(rig.sample(0).calls.size() == 3);
}

TEST_CASE("a provider that fails now and then fails those samples only", "[engine]") {
  Rig rig;
  const auto end = rig.run(PipelineText::ensemble(rig.board)
                               .samples(9)
                               .options("b", R"("act":"fail","code":1,"every":3)")
                               .options("c", R"("act":"fail","first":1,"on":[4])"));
  const auto result = resultOf(end);
  CHECK(end.state == "complete");
  CHECK(result["models"][1]["failures"].GetInt64() == 3);
  CHECK(result["models"][1]["candidates"].GetInt64() == 6);
  CHECK(result["models"][2]["failures"].GetInt64() == 0);
  CHECK(result["models"][2]["retries"].GetInt64() == 1);
  CHECK(rig.sample(4).attempts.size() == 1);
}

TEST_CASE("a sample without a candidate fails with the reasons of all", "[engine]") {
  Rig rig;
  auto text = PipelineText::ensemble(rig.board).samples(4);
  text.options("a", R"("act":"fail","code":1,"on":[2],"message":"first reason")");
  text.options("b", R"("act":"fail","code":7,"on":[2],"message":"second reason")");
  text.options("c", R"("act":"throw","on":[2])");
  const auto end = rig.run(text);
  CHECK(end.state == "complete");
  const auto record = rig.sample(2);
  CHECK_FALSE(record.ok);
  CHECK(record.reason ==
        "no candidate: a: permanent_request: first reason; b: content: second reason; c: internal: scripted to throw");
  const auto result = resultOf(end);
  CHECK(result["successful"].GetInt64() == 3);
  CHECK(result["failed"].GetInt64() == 1);
}

TEST_CASE("a run in which every sample fails ends as failed", "[engine]") {
  Rig rig;
  auto text = PipelineText::ensemble(rig.board);
  for (const auto name : {"a", "b", "c"}) text.options(name, R"("act":"fail","code":1)");
  const auto end = rig.run(text);
  CHECK(end.state == "failed");
  const auto events = rig.events("failed");
  REQUIRE(events.size() == 1);
  CHECK(textAt(events[0], "error") == "every sample failed");
  CHECK(events[0]["result"]["failed"].GetInt64() == 4);
  CHECK(rig.events("complete").empty());
}

TEST_CASE("qualities are weighted means over the scorers that did not abstain", "[engine]") {
  Rig rig;
  auto text = PipelineText::ensemble(rig.board).samples(1);
  text.options("score", R"("values":{"a":4,"b":6,"c":9})").more("score", R"("weight":1)");
  text.node("judge", "scorer", R"(["a","b"])", R"("values":{"a":10,"b":6})", "", R"("weight":2)");
  text.node("mute", "scorer", R"(["a","b","c"])", R"("act":"abstain")", "", R"("weight":5)");
  text.inputs("vote", R"(["score","judge","mute"])");
  CHECK(rig.run(text).state == "complete");
  const auto record = rig.sample(0);
  CHECK(record.winner == "c");
  CHECK(record.quality == Approx(9));
  const auto decision = parsed(record.decision);
  CHECK(decision["qualities"]["a"].GetDouble() == Approx((4 + 2 * 10) / 3.0));
  CHECK(decision["qualities"]["b"].GetDouble() == Approx(6));
  CHECK(record.scores.size() == 8);
}

TEST_CASE("a scorer that cannot judge abstains and says why", "[engine]") {
  struct Row {
    std::string name, type, options, reason;
  };
  const auto row = GENERATE(values<Row>({
      {"above 10", "scorer", R"("act":"high")",
       "failed: malformed: its answer is malformed: \"value\" is 11.0, not within 0 and 10"},
      {"not a number", "scorer", R"("act":"nan")", "failed: malformed: its answer is malformed: no JSON"},
      {"nothing", "scorer", R"("act":"none")",
       "failed: malformed: its answer is malformed: emitted 0 values where one score is due"},
      {"throws", "scorer", R"("act":"throw")", "failed: internal: scripted to throw"},
      {"unknown candidate", "sample_scorer", R"("act":"unknown")",
       "failed: malformed: its answer is malformed: scores a candidate"},
      {"one candidate twice", "sample_scorer", R"("act":"twice")",
       "failed: malformed: its answer is malformed: scores a candidate that it was not given, or one twice"},
      {"compares with an unknown one", "sample_scorer", R"("act":"compare")",
       "failed: malformed: its answer is malformed: compares \"1/a\" with \"0/nobody\", which is no other candidate"},
  }));
  CAPTURE(row.name);
  Rig rig;
  auto text = PipelineText::ensemble(rig.board).samples(2).options("score", R"("value":5)");
  text.node("bad", row.type, R"(["a","b","c"])", row.options, R"("retries":0)").inputs("vote", R"(["score","bad"])");
  CHECK(rig.run(text).state == "complete");
  const auto record = rig.sample(1);
  CHECK(record.ok);
  CHECK(record.quality == Approx(5));
  int abstained = 0;
  for (const auto& score : record.scores) {
    if (score.scorer != "bad") continue;
    ++abstained;
    CHECK_FALSE(score.value);
    CHECK(textAt(parsed(score.json), "reason").substr(0, row.reason.size()) == row.reason);
  }
  CHECK(abstained == 3);
}

TEST_CASE("a scorer of whole samples gets all candidates at once, and only those that exist", "[engine]") {
  Rig rig;
  auto text = PipelineText::ensemble(rig.board)
                  .samples(3)
                  .type("score", "sample_scorer")
                  .options("b", R"("act":"fail","code":1,"on":[1])");
  CHECK(rig.run(text).state == "complete");
  CHECK(rig.board.count("score", "run") == 3);
  for (const auto& word : rig.board.words("score", "run"))
    CHECK(parsed(word.text)["candidates"].Size() == (word.index == 1 ? 2u : 3u));
  CHECK(rig.sample(1).scores.size() == 2);
}

TEST_CASE("what a failing scorer of whole samples abstains on exists", "[engine]") {
  Rig rig;
  auto text = PipelineText::ensemble(rig.board).samples(1).options("b", R"("act":"fail","code":1)");
  text.node("bad", "sample_scorer", R"(["a","b","c"])", R"("act":"throw")").inputs("vote", R"(["score","bad"])");
  CHECK(rig.run(text).state == "complete");
  CHECK(rig.sample(0).scores.size() == 4);
  const auto input = parsed(rig.board.words("vote", "run").at(0).text);
  CHECK(input["scores"].Size() == 4);
  CHECK(input["candidates"].Size() == 2);
}

TEST_CASE("a sample that no scorer judges is unscored", "[engine]") {
  Rig rig;
  auto text = PipelineText::ensemble(rig.board).samples(2).options("score", R"("act":"abstain","on":[1])");
  const auto end = rig.run(text);
  CHECK(end.state == "complete");
  const auto record = rig.sample(1);
  CHECK_FALSE(record.ok);
  CHECK(record.reason == "unscored: every scorer abstained; score on 1/a: scripted");
  CHECK(rig.board.count("vote", "run", 1) == 0);
}

TEST_CASE("a selector that names no judged candidate fails the sample", "[engine]") {
  struct Row {
    std::string options, reason;
  };
  const auto row = GENERATE(values<Row>({
      {R"("act":"unknown","on":[1])",
       "no vote: vote: malformed: its answer is malformed: names a candidate that the sample does not have"},
      {R"("act":"unscored","on":[1])",
       "no vote: vote: malformed: its answer is malformed: chose a candidate that no scorer has judged"},
      {R"("act":"throw","on":[1])", "no vote: vote: internal: scripted to throw"},
  }));
  Rig rig;
  auto text =
      PipelineText::ensemble(rig.board).samples(3).options("vote", row.options).limits("vote", R"("retries":0)");
  text.inputs("score", R"(["a","b"])")
      .node("half", "scorer", R"(["c"])", R"("act":"abstain")")
      .inputs("vote", R"(["score","half"])");
  CHECK(rig.run(text).state == "complete");
  CHECK(rig.sample(1).reason == row.reason);
  CHECK(rig.sample(0).ok);
}

TEST_CASE("a filter that fails lets nothing pass", "[engine]") {
  Rig rig;
  const auto act = GENERATE(R"("act":"throw","on":[1])", R"("act":"rubbish","on":[1])");
  const auto end = rig.run(PipelineText::ensemble(rig.board).samples(2).options("keep", act));
  CHECK(end.state == "complete");
  CHECK(rig.sample(1).ok);
  CHECK(rig.sample(1).saves.empty());
  CHECK(rig.sample(1).verdicts.at(0).reason.substr(0, 18) == "the filter failed:");
  CHECK(resultOf(end)["below_threshold"].GetInt64() == 1);
}

TEST_CASE("a source that cannot make a prompt fails that sample only", "[engine]") {
  Rig rig;
  const auto options =
      GENERATE(R"("act":"throw","on":[1])", R"("act":"rubbish","on":[1])", R"("act":"twice","on":[1])");
  const auto end = rig.run(
      PipelineText::ensemble(rig.board).samples(3).options("source", options).limits("source", R"("retries":0)"));
  CHECK(end.state == "complete");
  CHECK(rig.sample(1).reason.substr(0, 18) == "no prompt: source:");
  CHECK(resultOf(end)["failed"].GetInt64() == 1);
  CHECK(rig.board.count("a", "run") == 2);
}

TEST_CASE("total shrinks when the source runs dry", "[engine]") {
  Rig rig;
  const auto end = rig.run(
      PipelineText::ensemble(rig.board).samples(10).options("source", R"("count":3,"genres":["fantasy","noir"])"));
  CHECK(end.state == "complete");
  const auto result = resultOf(end);
  CHECK(result["samples"].GetInt64() == 3);
  CHECK(result["successful"].GetInt64() == 3);
  CHECK(result["genres"]["fantasy"].GetInt64() == 2);
  CHECK(rig.journal().findRun("last").samples == 3);
}

TEST_CASE("a run without a single prompt is complete", "[engine]") {
  Rig rig;
  const auto end = rig.run(PipelineText::ensemble(rig.board).options("source", R"("count":0)"));
  CHECK(end.state == "complete");
  CHECK(resultOf(end)["samples"].GetInt64() == 0);
}

TEST_CASE("a chain of providers: the second gets the first one's answer, and fails with it", "[engine]") {
  Rig rig;
  PipelineText text(rig.board);
  text.node("source", "source").node("a", "provider", R"(["source"])", R"("act":"fail","code":1,"on":[1])");
  text.node("score", "scorer", R"(["a"])")
      .node("vote", "selector", R"(["score"])")
      .node("store", "store", R"(["vote"])")
      .samples(2);
  const auto end = rig.run(text);
  CHECK(end.state == "complete");
  CHECK(rig.sample(0).ok);
  CHECK(rig.sample(1).reason == "no candidate: a: permanent_request: scripted");
}

}  // namespace
}  // namespace troupe::test
