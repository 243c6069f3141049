// A run with a budget, through the engine. A token of an answer costs a cent here, an answer has at most 100: a dollar.
#include <atomic>

#include "rig.hpp"

namespace troupe::test {
namespace {

const std::string kPrice = R"("price":{"input":0,"output":10000})";

// a, b and c are paid for; their answers have `output` tokens.
PipelineText ensemble(const Board& board, int output, const std::string& budget) {
  auto text = PipelineText::ensemble(board);
  for (const std::string name : {"a", "b", "c"})
    text.more(name, kPrice)
        .options(name, R"("max_tokens":100,"text":")" + name + R"(","usage":{"input":20,"output":)" +
                           std::to_string(output) + "}");
  return text.budget(budget);
}

journal::Spending sumOf(const Rig& rig, const std::string& node = "") {
  journal::Spending sum;
  for (const auto& one : const_cast<Rig&>(rig).journal().spending(rig.last().key)) {
    if (!node.empty() && one.node != node) continue;
    sum.calls += one.calls;
    sum.tokens += one.tokens;
    sum.nano_usd += one.nano_usd;
    sum.estimated_nano_usd += one.estimated_nano_usd;
    sum.open += one.open;
    sum.open_nano_usd += one.open_nano_usd;
  }
  return sum;
}

constexpr std::int64_t kDollar = 1'000'000'000;

std::string marks(const Rig& rig, std::int64_t index, const std::string& node) {
  std::string text;
  for (const auto& charge : rig.sample(index).charges)
    if (charge.node == node) text += (text.empty() ? "" : " ") + charge.mark;
  return text;
}

TEST_CASE("a budget pauses the run, fails no sample, and a larger one completes it", "[engine][budget]") {
  Rig rig;
  const auto end = rig.run(ensemble(rig.board, 50, R"({"usd":5})").samples(6).inFlight(2));
  CHECK(end.state == "paused");
  CHECK_THAT(end.reason, Catch::StartsWith("budget: ") && Catch::Contains("of $5.00 (budget.usd)"));
  auto sum = sumOf(rig);
  CHECK(sum.nano_usd <= 5 * kDollar);
  CHECK(sum.nano_usd == sum.calls * kDollar / 2);
  CHECK(sum.open == 0);
  // No sample was begun that could not be finished.
  CHECK(rig.journal().unsettled(rig.last().key, 0, 10).empty());
  CHECK(rig.journal().totals(rig.last().key).failed == 0);
  CHECK(rig.journal().totals(rig.last().key).successful == 2);  // Of the 2 that are left a third might take 3.

  rig.overrides = {{"budget.usd", "9"}};
  CHECK(rig.resume().state == "paused");
  CHECK(sumOf(rig).nano_usd <= 9 * kDollar);
  rig.overrides = {{"budget.usd", "100"}};
  CHECK(rig.resume().state == "complete");
  CHECK(sumOf(rig).nano_usd == 9 * kDollar);
  CHECK(sumOf(rig).calls == 18);
  CHECK(rig.journal().totals(rig.last().key).successful == 6);
}

TEST_CASE("what an attempt may cost is durable before it leaves", "[engine][budget]") {
  Rig rig;
  std::atomic<int> left{0}, reserved{0};
  for (const std::string name : {"a", "b", "c"})
    rig.board.on(name, "run", [&, name](std::int64_t index) {
      ++left;
      const auto record = rig.journal().sample(rig.last().key, index);
      for (const auto& row : record->reservations)
        if (row.node == name && row.nano_usd == kDollar) ++reserved;
    });
  auto text = ensemble(rig.board, 50, R"({"usd":1000})").samples(8).inFlight(4);
  text.options("b", R"("max_tokens":100,"text":"b","act":"fail","first":1,"code":6)");  // Repeats reserve too.
  CHECK(rig.run(text).state == "complete");
  CHECK(left == 8 * 4);
  CHECK(reserved == left);
  CHECK(marks(rig, 0, "b") == "estimated estimated");  // A failure in the middle, an answer without usage.
  CHECK(marks(rig, 0, "a") == "reported");
  CHECK(sumOf(rig, "b").nano_usd == 16 * kDollar);
  CHECK(sumOf(rig, "a").nano_usd == 8 * kDollar / 2);
}

TEST_CASE("at 64 in flight no limit is exceeded at any moment", "[engine][budget]") {
  Rig rig;
  std::atomic<int> looks{0}, beyond{0};
  const auto look = [&](std::int64_t) {
    rapidjson::Document progress;  // Without a macro of Catch, which are for one thread alone.
    progress.Parse(rig.engine().progress().c_str());
    const auto& cost = progress["cost"];
    ++looks;
    if (cost["usd"].GetDouble() + cost["reserved_usd"].GetDouble() > 40.0 + 1e-9) ++beyond;
  };
  for (const std::string name : {"a", "b", "c"}) {
    rig.board.on(name, "run", look);
    rig.board.on(name, "back", look);
  }
  auto text =
      ensemble(rig.board, 30, R"({"usd":40,"calls":200,"per_provider":{"c":{"usd":9.5}}})").samples(300).inFlight(64);
  text.options(
      "a",
      R"("max_tokens":100,"text":"a","random_ms":2,"act":"fail","every":3,"first":1,"code":6,"usage":{"input":1,"output":30})");
  text.options("b", R"("max_tokens":100,"text":"b","random_ms":2,"act":"fail","every":2,"first":1,"code":4)");
  const auto end = rig.run(text);
  CHECK(end.state == "paused");
  CHECK_THAT(end.reason, Catch::StartsWith("budget: "));
  CHECK(looks > 40);
  CHECK(beyond == 0);
  CHECK(sumOf(rig).nano_usd <= 40 * kDollar);
  CHECK(sumOf(rig, "c").nano_usd <= 19 * kDollar / 2);
  CHECK(sumOf(rig).calls <= 200);
  CHECK(sumOf(rig).open == 0);
  CHECK(rig.journal().totals(rig.last().key).failed == 0);
}

TEST_CASE("a call that does not fit waits for those that may settle for less", "[engine][budget]") {
  Rig rig;
  rig.board.close("a", "run");
  auto text = ensemble(rig.board, 10, R"({"usd":1.5})").without("b").without("c").inputs("score", R"(["a"])");
  rig.start(text.samples(4).inFlight(4));
  rig.board.waitFor("a", "run", 1);
  CHECK(rig.board.count("a", "run") == 1);  // A dollar is reserved, half a one is left.
  rig.board.open("a", "run");
  CHECK(rig.finish().state == "complete");  // 0.1 each.
  CHECK(rig.board.mostInside("a") == 1);
  CHECK(sumOf(rig).nano_usd == 4 * kDollar / 10);
}

TEST_CASE("samples in flight that get no further call are suspended and not failed", "[engine][budget]") {
  Rig rig;
  // The repeat that c needs is one that no claim has foreseen.
  auto text = ensemble(rig.board, 100, R"({"usd":3})").samples(2).inFlight(1);
  text.options("c", R"("max_tokens":100,"text":"c","act":"fail","first":1,"code":6)");
  const auto end = rig.run(text);
  CHECK(end.state == "paused");
  CHECK_THAT(end.reason, Catch::StartsWith("budget: $3.00 spent"));
  CHECK(rig.journal().unsettled(rig.last().key, 0, 10) == std::vector<std::int64_t>{0});
  CHECK(sumOf(rig).nano_usd == 3 * kDollar);
  rig.overrides = {{"budget.usd", "20"}};
  CHECK(rig.resume().state == "complete");
  CHECK(rig.board.count("a", "run") == 2);  // What was answered was not asked again.
  CHECK(rig.journal().totals(rig.last().key).successful == 2);
}

TEST_CASE("limits of tokens and of calls pause the run too, of one provider as well", "[engine][budget]") {
  const auto budget = GENERATE(as<std::string>(), R"({"calls":7})", R"({"tokens":6000})",
                               R"({"per_provider":{"b":{"calls":2}}})", R"({"per_provider":{"b":{"tokens":2000}}})");
  CAPTURE(budget);
  Rig rig;
  const auto end = rig.run(ensemble(rig.board, 50, budget).samples(20).inFlight(3));
  CHECK(end.state == "paused");
  CHECK_THAT(end.reason, Catch::StartsWith("budget: ") && Catch::Contains("budget."));
  const auto sum = sumOf(rig);
  CHECK(sum.calls > 0);
  if (budget.find("\"calls\":7") != std::string::npos) CHECK(sum.calls <= 7);
  if (budget.find("6000") != std::string::npos) CHECK(sum.tokens <= 6000);
  if (budget.find("\"calls\":2") != std::string::npos) CHECK(sumOf(rig, "b").calls <= 2);
  if (budget.find("2000") != std::string::npos) CHECK(sumOf(rig, "b").tokens <= 2000);
  CHECK(rig.journal().totals(rig.last().key).failed == 0);
}

TEST_CASE("a call in flight at a crash stays charged", "[engine][budget]") {
  std::filesystem::path copy;
  Rig rig;
  rig.board.close("b", "run");
  rig.start(ensemble(rig.board, 50, R"({"usd":1000})").samples(2).inFlight(1));
  rig.board.waitFor("b", "run", 1);
  rig.waitForCalls(0, 2);
  copy = rig.crashCopy("crash.db");
  rig.board.open("b", "run");
  rig.finish();

  Rig after(copy);
  const auto sum = sumOf(after, "b");
  CHECK(sum.calls == 1);
  CHECK(sum.open == 1);
  CHECK(sum.nano_usd == kDollar);
  CHECK(after.sample(0).reservations.at(0).node == "b");
  CHECK(after.resume().state == "complete");
  CHECK(sumOf(after, "b").calls == 3);
  CHECK(sumOf(after, "b").nano_usd == kDollar + 2 * kDollar / 2);
  const auto result = parsed(after.events().back().json);
  CHECK(result["result"]["cost"]["usd"].GetDouble() == Approx(1 + 6 * 0.5));
}

TEST_CASE("the cost is told while a run goes on and at its end, and candidates carry theirs", "[engine][budget]") {
  Rig rig;
  auto text = ensemble(rig.board, 50, R"({"usd":1000,"per_provider":{"c":{"calls":50}}})").samples(4);
  text.options("b", R"("max_tokens":100,"text":"b","cost_usd":0.125)");
  text.options("c", R"("max_tokens":100,"text":"c")");
  const auto end = rig.run(text);
  CHECK(end.state == "complete");
  const auto result = resultOf(end);
  const auto& cost = result["cost"];
  CHECK(cost["usd"].GetDouble() == Approx(4 * (0.5 + 0.125 + 1)));
  CHECK(cost["reserved_usd"].GetDouble() == 0);
  CHECK(cost["estimated_usd"].GetDouble() == Approx(4));
  CHECK(cost["limit_usd"].GetDouble() == 1000);
  CHECK(cost["projected_usd"].GetDouble() == Approx(4 * 1.625));
  CHECK(cost["calls"].GetInt() == 12);
  REQUIRE(cost["providers"].Size() == 3);
  CHECK(std::string(cost["providers"][2]["node"].GetString()) == "c");
  CHECK(cost["providers"][2]["limit_calls"].GetInt() == 50);
  CHECK(std::string(cost["providers"][0]["price"].GetString()) == "the pipeline");
  const auto samples = rig.events("sample");
  CHECK(samples.back()["progress"]["cost"]["calls"].GetInt() == 12);
  for (const auto& call : rig.sample(1).calls) {
    CAPTURE(call.answer);
    const auto candidate = parsed(call.answer);
    const std::string source = candidate["cost"]["source"].GetString();
    CHECK(source == (call.node == "c" ? "estimated" : "reported"));
    CHECK(candidate["cost"]["usd"].GetDouble() == (call.node == "a" ? 0.5 : call.node == "b" ? 0.125 : 1.0));
  }
}

TEST_CASE("without a budget nothing waits and what calls have cost is kept all the same", "[engine][budget]") {
  Rig rig;
  auto text = ensemble(rig.board, 50, "").samples(3);
  text.options("b", R"("text":"b","act":"fail","code":7,"told":{"input":20,"output":10})");  // Refused, for a dime.
  CHECK(rig.run(text).state == "complete");
  CHECK(rig.sample(0).reservations.empty());
  CHECK(marks(rig, 0, "b") == "reported");
  CHECK(sumOf(rig, "b").nano_usd == 3 * kDollar / 10);
  CHECK(sumOf(rig, "a").nano_usd == 3 * kDollar / 2);
  CHECK(rig.sample(0).charges.size() == 3);
}

TEST_CASE("nothing is told of costs where nothing is paid for", "[engine][budget]") {
  Rig rig;
  const auto end = rig.run(PipelineText::ensemble(rig.board).samples(1));
  CHECK_FALSE(resultOf(end).HasMember("cost"));
  CHECK_FALSE(rig.events("sample")[0]["progress"].HasMember("cost"));
  CHECK(rig.sample(0).charges.empty());
}

TEST_CASE("a provider that takes more than it may is told of and reserved more for", "[engine][budget]") {
  Rig rig;
  const auto end = rig.run(ensemble(rig.board, 150, R"({"usd":20})").samples(20).inFlight(1));
  CHECK(end.state == "paused");
  // One call of each was too dear by half before it was known; since then 1.5 are reserved.
  CHECK(sumOf(rig).nano_usd <= 20 * kDollar);
  bool told = false;
  for (const auto& line : rig.events("log"))
    told = told || std::string(line["message"].GetString()).find("more than the $1.00") != std::string::npos;
  CHECK(told);
}

TEST_CASE("a pause or a cancel gives back what was reserved for calls that never left", "[engine][budget]") {
  Rig rig;
  rig.board.close("a", "run");
  rig.start(ensemble(rig.board, 50, R"({"usd":4})").samples(10).inFlight(10));
  rig.board.waitFor("a", "run", 1);
  rig.engine().pause("enough");
  rig.board.open("a", "run");
  const auto end = rig.finish();
  CHECK(end.state == "paused");
  CHECK(end.reason == "enough");
  const auto sum = sumOf(rig);
  CHECK(sum.open == 0);
  CHECK(sum.nano_usd == sum.calls * kDollar / 2);
}

}  // namespace
}  // namespace troupe::test
