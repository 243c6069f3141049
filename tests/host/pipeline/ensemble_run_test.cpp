// Cascade and bandit in the engine: who is asked, what is told of it, and that it is the same at any concurrency and
// after a crash.
#include <troupe/troupe.h>

#include <algorithm>
#include <set>
#include <sstream>

#include "pipeline/ensemble_record.hpp"
#include "pipeline/sample_ensemble.hpp"
#include "rig.hpp"

namespace troupe::test {
namespace {

using Names = std::vector<std::string>;

pipeline::EnsembleRecord ensembleOf(const Rig& rig, std::int64_t index) {
  const auto decision = parsed(rig.sample(index).decision);
  REQUIRE(decision.HasMember("ensemble"));
  return pipeline::readEnsembleRecord(decision["ensemble"]);
}

std::set<std::string> called(const Rig& rig, std::int64_t index) {
  std::set<std::string> nodes;
  for (const auto& call : rig.sample(index).calls) nodes.insert(call.node);
  return nodes;
}

// The result without what differs from run to run.
rapidjson::Document timeless(const pipeline::RunEnd& end) {
  auto result = resultOf(end);
  for (auto& model : result["models"].GetArray()) model.RemoveMember("mean_latency_ms");
  return result;
}

std::size_t calls(const Rig& rig) {
  std::size_t count = 0;
  for (const auto name : {"a", "b", "c"}) count += rig.board.words(name, "run").size();
  return count;
}

TEST_CASE("a cascade asks in its order and stops at the first candidate that is good enough", "[engine][ensemble]") {
  Rig rig;
  auto text = PipelineText::ensemble(rig.board).policy(R"("policy":"cascade","order":["c","a","b"])");
  text.options("score", R"("values":{"a":8,"b":9,"c":7.9})").node("sink", "sink");
  const auto end = rig.run(text);
  CHECK(end.state == "complete");
  CHECK(rig.board.count("c", "run") == 4);
  CHECK(rig.board.count("a", "run") == 4);
  CHECK(rig.board.count("b", "run") == 0);
  CHECK(called(rig, 0) == std::set<std::string>{"a", "c"});
  const auto record = ensembleOf(rig, 0);
  CHECK(record.policy == "cascade");
  CHECK(record.order == Names{"c", "a", "b"});
  CHECK(record.reached == Names{"a"});
  CHECK(record.skipped == Names{"b"});
  CHECK_FALSE(record.explored);
  CHECK(rig.sample(0).winner == "a");
  // The selector and the store get what there is, and who was skipped.
  const auto voted = parsed(rig.board.words("vote", "run")[0].text);
  CHECK(voted["candidates"].Size() == 2);
  const auto stored = parsed(rig.board.words("store", "run")[0].text);
  CHECK(stored["sample"]["candidates"].Size() == 2);
  CHECK(stored["sample"]["ensemble"]["skipped"][0] == "b");
  CHECK(stored["sample"]["winner"].GetString() == std::to_string(stored["sample"]["index"].GetInt64()) + "/a");
  // So do the watchers.
  const auto told = rig.events("sample");
  REQUIRE(told.size() == 4);
  CHECK(told[0]["skipped"][0] == "b");
  CHECK(told[0]["failures"].Empty());
  const auto result = resultOf(end);
  CHECK(result["models"][0]["calls"].GetInt64() == 4);
  CHECK(result["models"][0]["reached"].GetInt64() == 4);
  CHECK(result["models"][1]["calls"].GetInt64() == 0);
  CHECK(result["models"][1]["skipped"].GetInt64() == 4);
  CHECK(result["models"][2]["reached"].GetInt64() == 0);
  CHECK(result["coverage"]["-"]["reached"].GetInt64() == 4);
  CHECK(result["coverage"]["-"]["samples"].GetInt64() == 4);
  CHECK(result["coverage"]["-"]["kept"].GetInt64() == 4);
  CHECK(result["coverage"]["-"]["saved"].GetInt64() == 4);
  const auto totals = rig.journal().totals(rig.last().key);
  REQUIRE(totals.nodes.size() == 3);
  CHECK(totals.nodes[0].reached == 4);
  CHECK(totals.nodes[1].skipped == 4);
  CHECK(totals.nodes[1].calls == 0);
  CHECK(totals.nodes[2].calls == 4);
  CHECK(totals.genres.at("-") == journal::GenreTotals{4, 4, 4, 4, 4});
}

TEST_CASE("a provider that fails and a scorer that abstains move a cascade on", "[engine][ensemble]") {
  Rig rig;
  auto text = PipelineText::ensemble(rig.board).samples(1).policy(R"("policy":"cascade")");
  SECTION("to one that is good") {
    text.options("a", R"("act":"fail","code":1)").options("score", R"("values":{"b":9})");
    CHECK(rig.run(text).state == "complete");
    CHECK(called(rig, 0) == std::set<std::string>{"a", "b"});
    CHECK(ensembleOf(rig, 0).skipped == Names{"c"});
  }
  SECTION("to the last, and the best of them wins all the same") {
    text.options("score", R"("values":{"a":5,"b":6,"c":4})");
    CHECK(rig.run(text).state == "complete");
    CHECK(rig.sample(0).winner == "b");
    CHECK(ensembleOf(rig, 0).reached.empty());
    CHECK(ensembleOf(rig, 0).skipped.empty());
  }
  SECTION("until none is left") {
    for (const auto name : {"a", "b", "c"}) text.options(name, R"("act":"fail","code":1)");
    CHECK(rig.run(text).state == "failed");
    CHECK(rig.sample(0).reason.find("no candidate: a: ") == 0);
    CHECK(rig.sample(0).reason.find("; c: ") != std::string::npos);
  }
  SECTION("until as many as may be have been asked") {
    text.policy(R"("policy":"cascade","max_candidates":2)");
    for (const auto name : {"a", "b", "c"}) text.options(name, R"("act":"fail","code":1)");
    CHECK(rig.run(text).state == "failed");
    CHECK(rig.sample(0).reason.find("; b: ") != std::string::npos);
    CHECK(rig.sample(0).reason.find("c: ") == std::string::npos);
    CHECK(ensembleOf(rig, 0).skipped == Names{"c"});
  }
  SECTION("where every scorer abstains") {
    text.options("score", R"("act":"abstain")");
    CHECK(rig.run(text).state == "failed");
    CHECK(called(rig, 0).size() == 3);
  }
}

TEST_CASE("candidates that are wanted in any case are asked for at once", "[engine][ensemble]") {
  Rig rig;
  auto text = PipelineText::ensemble(rig.board).samples(1).policy(R"("policy":"cascade","min_candidates":2)");
  text.options("score", R"("values":{"a":9,"b":5,"c":9})");
  rig.board.close("a", "run");
  rig.start(text);
  rig.board.waitFor("b", "back");  // While a is inside.
  rig.board.open("a", "run");
  CHECK(rig.finish().state == "complete");
  CHECK(called(rig, 0) == std::set<std::string>{"a", "b"});
}

TEST_CASE("a cascade waits for the scores and shows what the sample does meanwhile", "[engine][ensemble]") {
  Rig rig;
  auto text = PipelineText::ensemble(rig.board).samples(1).policy(R"("policy":"cascade")");
  text.options("score", R"("values":{"a":5,"b":9})");
  rig.board.close("score", "run");
  rig.start(text);
  rig.board.waitFor("score", "run");
  CHECK(parsed(rig.engine().progress())["phase"] == "evaluating");
  CHECK(rig.board.count("b", "run") == 0);
  rig.board.close("b", "run");
  rig.board.open("score", "run");
  rig.board.waitFor("b", "run");
  CHECK(parsed(rig.engine().progress())["phase"] == "generating");
  rig.board.open("b", "run");
  CHECK(rig.finish().state == "complete");
}

TEST_CASE("scorers of whole samples are asked once all providers have settled, without those that were skipped",
          "[engine][ensemble]") {
  Rig rig;
  auto text = PipelineText::ensemble(rig.board).samples(2).policy(R"("policy":"cascade")");
  text.options("score", R"("values":{"a":5,"b":9})");
  text.node("together", "sample_scorer", R"(["a","b","c"])", R"("value":2)").inputs("vote", R"(["score","together"])");
  CHECK(rig.run(text).state == "complete");
  REQUIRE(rig.board.count("together", "run") == 2);
  const auto given = parsed(rig.board.words("together", "run")[0].text);
  CHECK(given["candidates"].Size() == 2);
  CHECK(rig.sample(0).quality == Approx(5.5));
  CHECK(ensembleOf(rig, 0).reached == Names{"b"});  // What stops is what judges alone.
}

TEST_CASE("a provider behind others is asked together with them", "[engine][ensemble]") {
  Rig rig;
  auto text = PipelineText::ensemble(rig.board).samples(1);
  text.node("edit", "editor", R"({"prompt":"source","draft":"b"})", R"("text":"edited")");
  text.inputs("score", R"(["a","edit"])").without("c");
  SECTION("when it is its turn") {
    text.policy(R"("policy":"cascade")").options("score", R"("values":{"a":5,"edit":9})");
    CHECK(rig.run(text).state == "complete");
    CHECK(called(rig, 0) == std::set<std::string>{"a", "b", "edit"});
    CHECK(rig.sample(0).winner == "edit");
    CHECK(ensembleOf(rig, 0).order == Names{"a", "edit"});
  }
  SECTION("or neither is") {
    text.policy(R"("policy":"cascade")").options("score", R"("values":{"a":9})");
    CHECK(rig.run(text).state == "complete");
    CHECK(called(rig, 0) == std::set<std::string>{"a"});
    CHECK(ensembleOf(rig, 0).skipped == Names{"edit"});
  }
  SECTION("and where the one in front fails, the next is asked") {
    text.policy(R"("policy":"cascade","order":["edit","a"])").options("b", R"("act":"fail","code":1)");
    text.options("score", R"("values":{"a":9})");
    CHECK(rig.run(text).state == "complete");
    CHECK(called(rig, 0) == std::set<std::string>{"a", "b"});
    CHECK(rig.sample(0).winner == "a");
  }
  SECTION("one that gives a candidate itself is asked with the one behind it, and not again") {
    text.policy(R"("policy":"cascade","order":["edit","b","a"])").inputs("score", R"(["a","b","edit"])");
    text.options("score", R"("values":{"a":9,"b":5,"edit":6})");
    CHECK(rig.run(text).state == "complete");
    CHECK(rig.board.count("b", "run") == 1);
    CHECK(rig.sample(0).winner == "a");
  }
}

TEST_CASE("a bandit is told of what a provider does, not of what its service does", "[engine][ensemble]") {
  Rig rig;
  auto text = PipelineText::ensemble(rig.board).samples(1).policy(R"("policy":"bandit")");
  text.node("edit", "editor", R"({"prompt":"source","draft":"a"})").inputs("score", R"(["b","c","edit"])");
  text.options("a", R"("act":"fail","code":)" + std::to_string(TROUPE_E_AUTH));
  text.options("b", R"("act":"fail","code":)" + std::to_string(TROUPE_E_CONTENT));
  text.options("c", R"("act":"rubbish")").options("edit", "");
  CHECK(rig.run(text).state == "failed");
  CHECK(ensembleOf(rig, 0).unavailable == Names{"edit"});
  CHECK(ensembleOf(rig, 0).reached.empty());
  CHECK(ensembleOf(rig, 0).skipped.empty());
}

TEST_CASE("what a bandit learns of a sample", "[ensemble]") {
  Rig rig;
  auto text = PipelineText::ensemble(rig.board).policy(R"("policy":"bandit")");
  text.node("edit", "editor", R"({"prompt":"source","draft":"a"})").inputs("score", R"(["a","b","c","edit"])");
  const auto pipeline = config::checkPipeline(text.text(), "t.json", catalog(), {rig.dir.path(), {}});
  const auto graph = pipeline::buildGraph(pipeline);
  const auto learnt = [&](const pipeline::EnsembleRecord& record) {
    std::string told;
    for (const auto& trial : pipeline::trialsOf(graph, record))
      told += graph.name(graph.candidates[static_cast<std::size_t>(trial.candidate)]) + (trial.first ? " first" : "") +
              (trial.reached ? " good; " : "; ");
    return told;
  };
  CHECK(learnt({"bandit", {"b", "c", "a", "edit"}, false, {"c"}, {"a", "edit"}, {}}) == "b first; c good; ");
  CHECK(learnt({"bandit", {"b", "c", "a", "edit"}, false, {"c"}, {"a", "edit"}, {"b"}}) == "c good; ");
  // Who is asked since another is made from it is asked whatever others answer.
  CHECK(learnt({"bandit", {"edit", "a", "b", "c"}, true, {"a"}, {"b", "c"}, {}}) == "a first good; edit first; ");
  CHECK(learnt({}) == "");
}

// ---- bandit ---------------------------------------------------------------------------------------------------------

constexpr int kLag = 8;

PipelineText bandit(const Board& board, int in_flight, const std::string& more = "") {
  auto text = PipelineText::ensemble(board).samples(60).inFlight(in_flight);
  text.policy(R"("policy":"bandit","lag":)" + std::to_string(kLag) + more);
  text.options("source", R"("genres":["easy","hard"])");
  text.options("score", R"("rates":{"a":0.1,"b":0.7,"c":0.4},"hard":{"hard":0.6})");
  text.options("keep", R"("min":8)");
  for (const auto name : {"a", "b", "c"})
    text.options(name, std::string(R"("random_ms":2,"act":"fail","code":1,"every":7,"text":")") + name + "\"");
  return text;
}

TEST_CASE("a bandit gives the same samples at any concurrency", "[engine][ensemble]") {
  const std::string more = GENERATE("", R"(,"by":"genre","min_candidates":2)", R"(,"max_candidates":2,"explore":0.5)");
  CAPTURE(more);
  std::string expected;
  for (const int in_flight : {1, 3, kLag}) {
    CAPTURE(in_flight);
    Rig rig;
    CHECK(rig.run(bandit(rig.board, in_flight, more)).state == "complete");
    const auto found = rig.canonical();
    CHECK(found.find(R"("policy":"bandit")") != std::string::npos);
    if (expected.empty()) expected = found;
    CHECK(found == expected);
    CHECK(calls(rig) < 150);
  }
}

TEST_CASE("a held sample is decided: a bandit learns from it and waits for no person", "[engine][ensemble]") {
  Rig rig;
  const auto end = rig.run(bandit(rig.board, kLag).options("keep", R"("act":"hold","on":[3])"));
  CHECK(end.state == "paused");
  CHECK(end.reason == "1 sample is held for review");
  CHECK(rig.journal().lastStarted(rig.last().key) == 59);
}

TEST_CASE("a bandit gives the same samples after pauses", "[engine][ensemble]") {
  Rig whole;
  CHECK(whole.run(bandit(whole.board, kLag)).state == "complete");
  Rig rig;
  const auto pausing = [&](std::int64_t index) {
    if (index == 13 || index == 27 || index == 44) rig.engine().pause("test");
  };
  rig.board.on("score", "run", pausing);
  auto end = rig.run(bandit(rig.board, kLag));
  CHECK(end.state == "paused");
  for (int i = 0; end.state == "paused" && i < 10; ++i) {
    rig.reopenJournal();
    if (i == 2) rig.board.on("score", "run", nullptr);
    end = rig.resume();
  }
  CHECK(end.state == "complete");
  CHECK(rig.canonical() == whole.canonical());
  CHECK(calls(rig) == calls(whole));
}

TEST_CASE("a bandit that is copied in the middle goes on from the copy: the same samples, no committed call again",
          "[engine][ensemble]") {
  Rig whole;
  const std::string more = GENERATE("", R"(,"by":"genre","min_candidates":2)");
  const auto whole_result = timeless(whole.run(bandit(whole.board, kLag, more)));
  for (const std::size_t at : {1u, 9u, 23u, 50u}) {
    CAPTURE(at, more);
    Rig rig;
    // The run cannot get far beyond that sample before the copy is made.
    std::promise<void> made;
    rig.board.on("vote", "run", [&, copied = made.get_future().share()](std::int64_t index) {
      if (index >= static_cast<std::int64_t>(at) + 5) copied.wait();
    });
    rig.start(bandit(rig.board, kLag, more));
    rig.waitForEvents("sample", at);
    const auto copy = rig.crashCopy("copy.db");
    made.set_value();
    CHECK(rig.finish().state == "complete");
    CHECK(rig.canonical() == whole.canonical());
    const auto before = calls(rig);
    rig.drop();

    Rig after(copy);
    std::size_t committed = 0;
    for (std::int64_t i = 0; i <= after.journal().lastStarted(after.last().key); ++i)
      committed += after.sample(i).calls.size();
    const auto end = after.resume();
    CHECK(end.state == "complete");
    CHECK(after.canonical() == whole.canonical());
    CHECK(calls(rig) - before == calls(whole) - committed);  // The stored pipeline names the first rig's board.
    const auto result = timeless(end);
    for (const auto member : {"models", "coverage", "genres"}) CHECK(result[member] == whole_result[member]);
  }
}

struct Figures {
  std::size_t calls;
  std::int64_t accepted, weak;
  double callsPerAccepted() const { return static_cast<double>(calls) / static_cast<double>(accepted); }
};

TEST_CASE("in the engine too a bandit needs about half the calls of all", "[engine][ensemble]") {
  static constexpr int kSamples = 400;
  const auto figures = [](const std::string& policy) {
    Rig rig;
    auto text = PipelineText::ensemble(rig.board).samples(kSamples).inFlight(16).policy(policy);
    text.options("score", R"("rates":{"a":0.1,"b":0.7,"c":0.4})").options("keep", R"("min":8)");
    const auto result = resultOf(rig.run(text));
    CHECK(result["successful"].GetInt64() == kSamples);
    CHECK(result["models"][0]["calls"].GetInt64() + result["models"][0]["skipped"].GetInt64() == kSamples);
    return Figures{calls(rig), result["stories_saved"].GetInt64(), result["models"][0]["calls"].GetInt64()};
  };
  const auto all = figures(R"("policy":"all")");
  const auto some = figures(R"("policy":"bandit")");
  const double ratio = some.callsPerAccepted() / all.callsPerAccepted();
  WARN("ensemble: " << kSamples << " samples: calls per accepted sample " << all.callsPerAccepted() << " (all), "
                    << some.callsPerAccepted() << " (bandit), ratio " << ratio << "; the weak one was asked "
                    << some.weak << " times");
  CHECK(all.calls == 3 * kSamples);
  CHECK(all.weak == kSamples);
  CHECK(some.accepted == all.accepted);
  CHECK(ratio < 0.6);
  CHECK(some.weak >= kSamples / 30 / 2);
  CHECK(some.weak < kSamples / 2);
}

}  // namespace
}  // namespace troupe::test
