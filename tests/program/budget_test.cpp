// A budget and its bookkeeping as a user sees them, over HTTP.
#include <catch2/catch.hpp>

#include <cmath>

#include "program/database.hpp"
#include "program/sandbox.hpp"
#include "support/mock_llm.hpp"

namespace {

using namespace troupe::test;
using Catch::Matchers::Contains;

// A token of an answer costs a cent; an answer has 70, and at most 100.
constexpr const char* kPrices = R"({ "models": [
  { "host": "127.0.0.1", "model": ["anna", "bert"], "input": 0, "output": 10000, "as_of": "2026-11-24", "source": "test" } ] })";

std::string pipelineAt(const std::string& base_url, const std::string& budget, int samples = 6, int in_flight = 1,
                       int retries = 1) {
  const auto node = [&](const std::string& model) {
    return "\"" + model + R"(":{"type":"troupe.provider.openai","inputs":["genres"],"limits":{"retries":)" +
           std::to_string(retries) + R"(},"options":{"base_url":")" + base_url + R"(","model":")" + model +
           R"(","max_tokens":100}},)";
  };
  return R"({"name":"paid","run":{"samples":)" + std::to_string(samples) + R"(,"in_flight":)" +
         std::to_string(in_flight) + R"(,"seed":3},)" + (budget.empty() ? "" : R"("budget":)" + budget + ",") +
         R"("nodes":{"genres":{"type":"troupe.prompts.genres"},)" + node("anna") + node("bert") +
         R"("craft":{"type":"troupe.scorer.text","inputs":["anna","bert"]},
            "vote":{"type":"troupe.selector.best","inputs":["craft"]}}})";
}

bool isFor(const Received& got, const std::string& model) {
  return got.body.find(R"("model":")" + model + "\"") != std::string::npos;
}

std::string spent(const Sandbox& sandbox) {
  return value(sandbox.journal(),
               "SELECT sum(nano_usd) / 10000000 FROM (SELECT nano_usd FROM charges UNION ALL SELECT nano_usd FROM "
               "reservations r WHERE NOT EXISTS (SELECT 1 FROM charges c WHERE c.run = r.run AND c.id = r.id))");
}

}  // namespace

TEST_CASE("a run over HTTP pauses at its budget with code 5 and a larger one completes it", "[program][budget]") {
  MockLlm llm;
  const Sandbox sandbox;
  sandbox.write("prices.json", kPrices);
  sandbox.write("p.json", pipelineAt(llm.baseUrl(), R"({"usd":4})"));
  const auto paused = sandbox.run({"run", "p.json", "--quiet"});
  CAPTURE(paused.err);
  CHECK(paused.code == 5);
  CHECK_THAT(paused.err, Contains("is paused: budget: $2.80 spent and $0.00 reserved of $4.00 (budget.usd), and a "
                                  "further sample may take up to $2.00; raise it with --set budget.usd=N; go on with: "
                                  "troupe resume paid-"));
  CHECK(spent(sandbox) == "280");
  CHECK(llm.received().size() == 4);
  const auto shown = sandbox.run({"runs", "show", "last"});
  CHECK_THAT(shown.out, Contains("cost      $2.80 of $4.00, ") && Contains(" tokens, 4 calls") &&
                            Contains("projected for all samples: $8.40") && Contains("anna: $1.40, "));
  const auto explained = sandbox.run({"runs", "explain", "last"});
  CHECK_THAT(explained.out, Contains("anna        1     19      70  $0.70  reported") && Contains("in all $1.40"));
  CHECK_THAT(sandbox.run({"runs", "show", "last", "--json"}).out, Contains(R"("cost":{"usd":2.8,)"));

  const auto refused = sandbox.run({"resume", "last", "--set", "budget.usd=4.5"});
  CHECK(refused.code == 5);
  const auto resumed = sandbox.run({"resume", "last", "--set", "budget.usd=100"});
  CAPTURE(resumed.out);
  CHECK(resumed.code == 0);
  CHECK_THAT(resumed.out, Contains("Cost: $8.40 of $100.00"));
  CHECK(llm.received().size() == 12);
  CHECK(spent(sandbox) == "840");
}

TEST_CASE("a call in flight at kill -9 stays charged", "[program][budget]") {
  std::atomic<bool> hangs{true};
  MockLlm* server = nullptr;
  MockLlm llm([&](const Received& got) -> std::optional<LlmReply> {
    if (hangs && isFor(got, "bert")) server->server().hold();
    return std::nullopt;
  });
  server = &llm;
  const Sandbox sandbox;
  sandbox.write("prices.json", kPrices);
  sandbox.write("p.json", pipelineAt(llm.baseUrl(), R"({"usd":9.9})"));
  {
    const auto program = sandbox.start({"run", "p.json", "--quiet"});
    llm.server().waitFor(2);
    CHECK(program->kill().signal == SIGKILL);
  }
  hangs = false;
  llm.server().release();
  CHECK_THAT(sandbox.run({"runs", "show", "last"}).out, Contains("more for calls that were in flight when it ended"));
  CHECK(value(sandbox.journal(), "SELECT count(*) FROM reservations WHERE node = 'bert'") == "1");
  CHECK(value(sandbox.journal(), "SELECT count(*) FROM charges WHERE node = 'bert'") == "0");
  // 1.00 of bert's and 0.70 of anna's are gone (1.00 when that was in flight too): the rest is 8.40, for six samples.
  const auto resumed = sandbox.run({"resume", "last", "--quiet"});
  CAPTURE(resumed.err);
  CHECK(resumed.code == 5);
  const auto cents = std::atoi(spent(sandbox).c_str());
  CHECK(cents <= 990);
  CHECK(value(sandbox.journal(),
              "SELECT sum(nano_usd) / 10000000 FROM reservations r WHERE NOT EXISTS (SELECT 1 FROM "
              "charges c WHERE c.run = r.run AND c.id = r.id)") != "0");
  CHECK_THAT(sandbox.run({"runs", "explain", "last", "--sample", "0"}).out,
             Contains("bert        1      -       -  $1.00  reserved: in flight, or when its process ended"));
  CHECK(sandbox.run({"resume", "last", "--quiet", "--set", "budget.usd=20"}).code == 0);
}

TEST_CASE("killed again and again a run never goes beyond its budget", "[program][budget]") {
  MockLlm llm;
  const Sandbox sandbox;
  sandbox.write("prices.json", kPrices);
  sandbox.write("p.json", pipelineAt(llm.baseUrl(), R"({"usd":30})", 200, 16));
  std::size_t asked = 0;
  for (int round = 0; round < 6; ++round) {
    const bool begins =
        !std::filesystem::exists(sandbox.journal()) || value(sandbox.journal(), "SELECT count(*) FROM runs") == "0";
    const auto program = sandbox.start(begins ? std::vector<std::string>{"run", "p.json", "--quiet"}
                                              : std::vector<std::string>{"resume", "last", "--quiet"});
    asked += 3 + static_cast<std::size_t>(round);
    program->waitUntil([&] { return llm.received().size() >= asked; });  // Or it has ended.
    program->kill();
    const auto cents = std::atoi(spent(sandbox).c_str());
    CHECK(cents <= 3000);
    // Whatever has come to the provider is in the books.
    CHECK(std::atoi(value(sandbox.journal(), "SELECT count(*) FROM reservations").c_str()) >=
          static_cast<int>(llm.received().size()));
    asked = llm.received().size();
  }
  const auto end = sandbox.run({"resume", "last", "--quiet"});
  CHECK(end.code == 5);
  CHECK(std::atoi(spent(sandbox).c_str()) <= 3000);
}

TEST_CASE("what a failed call has cost is told by what became of it", "[program][budget]") {
  struct Row {
    int status;
    std::string mark;
    std::string body = std::string(llm::kTooFast);
  };
  const auto row = GENERATE(values<Row>({{429, "none"},
                                         {401, "none", std::string(llm::kBadKey)},
                                         {404, "none", std::string(llm::kNoModel)},
                                         {503, "none", "{}"},
                                         {500, "estimated", "{}"},
                                         {200, "estimated", ""},
                                         {200, "estimated", "{\"choices\":"}}));
  CAPTURE(row.status, row.body);
  MockLlm llm([&](const Received& got) -> std::optional<LlmReply> {
    return isFor(got, "bert") ? std::optional(LlmReply{row.status, row.body}) : std::nullopt;
  });
  const Sandbox sandbox;
  sandbox.write("prices.json", kPrices);
  sandbox.write("p.json", pipelineAt(llm.baseUrl(), R"({"usd":100})", 1, 1, 0));
  const auto result = sandbox.run({"run", "p.json", "--quiet"});
  CAPTURE(result.err);
  CHECK(value(sandbox.journal(), "SELECT mark FROM charges WHERE node = 'bert'") == row.mark);
  CHECK(value(sandbox.journal(), "SELECT nano_usd / 10000000 FROM charges WHERE node = 'bert'") ==
        (row.mark == "none" ? "0" : "100"));
  CHECK(value(sandbox.journal(), "SELECT nano_usd / 10000000 FROM charges WHERE node = 'anna'") == "70");
}

TEST_CASE("a server that nobody reaches costs nothing", "[program][budget]") {
  std::string closed;
  {
    MockLlm gone;
    closed = gone.baseUrl();
  }
  const Sandbox sandbox;
  sandbox.write("prices.json", kPrices);
  sandbox.write("p.json", pipelineAt(closed, R"({"usd":3})", 4, 2, 0));
  const auto result = sandbox.run({"run", "p.json", "--quiet"});
  CAPTURE(result.err);
  CHECK(result.code == 4);  // Every sample failed, and not for want of money.
  CHECK(value(sandbox.journal(), "SELECT count(*) FROM charges WHERE mark = 'none'") == "8");
  CHECK(spent(sandbox) == "0");
}

TEST_CASE("prices are found beside the pipeline or by option and a run that cannot keep its budget does not start",
          "[program][budget]") {
  MockLlm llm;
  const Sandbox sandbox;
  sandbox.write("p.json", pipelineAt(llm.baseUrl(), R"({"usd":4})"));
  const auto unknown = sandbox.run({"validate", "p.json"});
  CHECK(unknown.code == 3);
  CHECK_THAT(unknown.err, Contains("the price of \"anna\" at 127.0.0.1 is unknown, so the budget cannot be kept"));
  CHECK(sandbox.run({"run", "p.json"}).code == 3);
  CHECK(llm.received().empty());
  CHECK(sandbox.run({"validate", "p.json", "--set", "budget.unknown_prices=allow"}).code == 0);
  CHECK(sandbox
            .run({"validate", "p.json", "--set", R"(nodes.anna.price={"input":0,"output":0})", "--set",
                  R"(nodes.bert.price={"input":0,"output":0})"})
            .code == 0);

  sandbox.write("list/mine.json", kPrices);
  CHECK(sandbox.run({"validate", "p.json", "--prices", "list/mine.json"}).code == 0);
  const auto dry = sandbox.run({"run", "p.json", "--prices", "list/mine.json", "--dry-run"});
  CHECK(dry.code == 0);
  CHECK_THAT(dry.out, Contains("Cost:  $0.12 to $24.00, of a budget of $4.00, where it may pause"));
  const auto missing = sandbox.run({"validate", "p.json", "--prices", "list/none.json"});
  CHECK(missing.code == 3);
  CHECK_THAT(missing.err, Contains("list/none.json"));
  sandbox.write("prices.json", R"({ "models": [ { "host": "127.0.0.1" } ] })");
  const auto broken = sandbox.run({"validate", "p.json"});
  CHECK(broken.code == 3);
  CHECK_THAT(broken.err, Contains("prices.json:1:15: /models/0: required key"));
  // One's own list counts before it.
  sandbox.write("prices.json", R"({ "models": [] })");
  std::filesystem::create_directories(sandbox.folder("config") / "troupe");
  std::ofstream(sandbox.folder("config") / "troupe" / "prices.json") << kPrices;
  CHECK(sandbox.run({"validate", "p.json"}).code == 0);
}
