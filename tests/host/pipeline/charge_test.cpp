// What an attempt may cost, and what it is charged with, by what was seen of it.
#include "pipeline/charge.hpp"

#include <troupe/troupe.h>
#include <catch2/catch.hpp>

namespace {

using namespace troupe;
using namespace troupe::pipeline;

config::Node paid(double input = 1, double output = 10, std::int64_t max_output = 100) {
  config::Node node;
  node.options = R"({"model":"m"})";
  node.charging.metered = true;
  node.charging.price.emplace();
  node.charging.price->rates = {money::perToken(input), money::perToken(input), money::perToken(output)};
  node.charging.max_output = max_output;
  return node;
}

const Amount kWorst{5000, 700, 1};

struct Seen {
  int code = TROUPE_OK;
  bool cut_off = false;
  std::string candidate = "";
  std::string told = "";
  bool spoke = false;
  bool unsent = false;
};

Charge charged(const Seen& seen, const config::Node& node = paid()) {
  static const loader::OutPort kPort{"candidate", "troupe:candidate/1"};
  Call::Result result;
  if (!seen.candidate.empty()) result.values.push_back({&kPort, seen.candidate});
  if (!seen.told.empty()) result.usage = seen.told;
  result.spoke = seen.spoke || !seen.told.empty() || !seen.candidate.empty();
  result.unsent = seen.unsent;
  const FailureInfo failure{seen.code, "scripted", -1};
  AttemptEnd end;
  end.sent = true;
  end.cut_off = seen.cut_off;
  end.failure = seen.code == TROUPE_OK ? nullptr : &failure;
  end.result = &result;
  return chargeOf(node, kWorst, end);
}

}  // namespace

TEST_CASE("the worst case holds every byte that can reach the model", "[budget]") {
  const auto node = paid();
  const std::string prompt = R"({"messages":[{"role":"user","content":"Ünïcode \u0001 and \"quotes\""}]})";
  const std::string sample = R"({"run":"r","index":1,"seed":2,"prompt":)" + prompt + "}";
  const auto without = worstCase(node, R"({"prompt":)" + prompt + "}");
  const auto with = worstCase(node, R"({"prompt":)" + prompt + R"(,"sample":)" + sample + "}");
  CHECK(without.input == static_cast<std::int64_t>(prompt.size() + 11 + node.options.size() + 512));
  CHECK(with.input == without.input + 10);  // Its name; the sample is for the plugin.
  CHECK(with.output == 100);
  CHECK(with.amount.usd == with.input * 1000 + 100 * 10'000);
  CHECK(with.amount.tokens == with.input + 100);
  CHECK(with.amount.calls == 1);
  CHECK(worstCase(node, R"({"prompt":{},"params":{"max_tokens":7}})").output == 7);
  CHECK(worstCase(node, R"({"prompt":{},"params":{"max_tokens":900}})").output == 900);
  CHECK(worstCase(node, "no json at all").input == 14 + 13 + 512);
}

TEST_CASE("a provider that uses no network and names no price is counted by its calls alone", "[budget]") {
  auto node = paid();
  node.charging = {};
  const auto worst = worstCase(node, R"({"prompt":{}})");
  CHECK(worst.amount.usd == 0);
  CHECK(worst.amount.tokens == 0);
  CHECK(worst.amount.calls == 1);
  const auto charge = charged({TROUPE_OK, false, R"({"text":"t","usage":{"input":5,"output":6}})"}, node);
  CHECK(charge.amount.tokens == 0);
  CHECK(charge.mark == "none");
}

TEST_CASE("an answer costs what its usage says at the listed price, or what the provider says itself", "[budget]") {
  auto charge = charged({TROUPE_OK, false, R"({"text":"t","usage":{"input":30,"output":20,"cached":10}})"});
  CHECK(charge.amount.usd == 30 * 1000 + 20 * 10'000);
  CHECK(charge.amount.tokens == 50);
  CHECK(charge.mark == "reported");
  CHECK(charge.usage.cached == 10);

  charge =
      charged({TROUPE_OK, false, R"({ "text": "t", "usage": { "input": 3, "output": 2 } })"});  // Another's writer.
  CHECK(charge.amount.usd == 3 * 1000 + 2 * 10'000);

  charge = charged({TROUPE_OK, false,
                    R"({"text":"t","usage":{"input":30,"output":20},"cost":{"usd":0.00025,"source":"reported"}})"});
  CHECK(charge.amount.usd == 250'000);
  CHECK(charge.mark == "reported");

  charge = charged({TROUPE_OK, false, R"({"text":"t","cost":{"usd":1,"source":"estimated"}})"});
  CHECK(charge.mark == "estimated");
  CHECK(charge.amount.usd == kWorst.usd);
}

TEST_CASE("without usage an attempt costs what was reserved", "[budget]") {
  for (const auto& candidate : {R"({"text":"t"})", R"({"text":"t","usage":{}})", R"({"text":"t","usage":{"input":5}})",
                                R"({"text":"t","usage":{"input":"5","output":-1}})", R"({"text":)", "", "[]"}) {
    CAPTURE(candidate);
    const auto charge = charged({TROUPE_OK, false, candidate});
    CHECK(charge.amount.usd == kWorst.usd);
    CHECK(charge.amount.tokens == kWorst.tokens);
    CHECK(charge.amount.calls == 1);
    CHECK(charge.mark == "estimated");
  }
}

TEST_CASE("a failure is charged in full unless the provider has certainly not worked", "[budget]") {
  struct Row {
    Seen seen;
    std::string mark;
  };
  const std::string told = R"({"input":30,"output":20})";
  const std::vector<Row> rows = {
      {{TROUPE_E_AUTH}, "none"},
      {{TROUPE_E_QUOTA_GONE}, "none"},
      {{TROUPE_E_RATE_LIMITED}, "none"},
      {{TROUPE_E_OVERLOADED}, "none"},
      {{TROUPE_E_PERMANENT_REQUEST}, "none"},
      {{TROUPE_E_UNSUPPORTED}, "none"},
      {{TROUPE_E_TRANSIENT}, "estimated"},
      {{TROUPE_E_CONTENT}, "estimated"},
      {{TROUPE_E_TRUNCATED}, "estimated"},
      {{TROUPE_E_MALFORMED}, "estimated"},
      {{TROUPE_E_INTERNAL}, "estimated"},
      {{TROUPE_E_CANCELLED}, "estimated"},
      {{TROUPE_E_TRANSIENT, false, "", "", false, true}, "none"},      // No connection.
      {{TROUPE_E_TRANSIENT, true, "", "", false, true}, "estimated"},  // Cut off: it may have come through since.
      {{TROUPE_E_OVERLOADED, false, "", "", true}, "estimated"},       // In the middle of an answer.
      {{TROUPE_E_RATE_LIMITED, true}, "estimated"},
      {{TROUPE_E_CONTENT, false, "", told}, "reported"},  // A whole answer, but none of use.
      {{TROUPE_E_TRUNCATED, false, "", told}, "reported"},
      {{TROUPE_E_TRANSIENT, false, "", told}, "estimated"},  // Broken off: there may have been more.
      {{TROUPE_E_CANCELLED, true, "", told}, "estimated"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.seen.code, row.seen.cut_off, row.seen.told, row.seen.spoke, row.seen.unsent);
    const auto charge = charged(row.seen);
    CHECK(std::string(charge.mark) == row.mark);
    CHECK(charge.amount.calls == 1);
    if (row.mark == "none") {
      CHECK(charge.amount.usd == 0);
      CHECK(charge.amount.tokens == 0);
    } else if (row.mark == "reported") {
      CHECK(charge.amount.usd == 30 * 1000 + 20 * 10'000);
    } else {
      CHECK(charge.amount.usd >= kWorst.usd);
      CHECK(charge.amount.tokens == kWorst.tokens);
    }
  }
}

TEST_CASE("an attempt that never left costs nothing and is no call", "[budget]") {
  const auto charge = chargeOf(paid(), kWorst, AttemptEnd{});
  CHECK(charge.amount.usd == 0);
  CHECK(charge.amount.tokens == 0);
  CHECK(charge.amount.calls == 0);
  CHECK(charge.mark == "released");
}

TEST_CASE("a call without a price counts tokens but no dollars", "[budget]") {
  auto node = paid();
  node.charging.price.reset();
  auto charge = charged({TROUPE_OK, false, R"({"text":"t","usage":{"input":30,"output":20}})"}, node);
  CHECK(charge.amount.usd == 0);
  CHECK(charge.amount.tokens == 50);
  CHECK(charge.mark == "unknown");
  charge = charged({TROUPE_E_TRANSIENT}, node);
  CHECK(charge.mark == "unknown");
  CHECK(charge.amount.tokens == kWorst.tokens);
}

TEST_CASE("reports beyond all measure are cut so that sums of them stay numbers", "[budget]") {
  const auto charge =
      charged({TROUPE_OK, false, R"({"text":"t","usage":{"input":9223372036854775807,"output":9223372036854775807}})"});
  CHECK(charge.amount.usd == 10'000'000'000'000);
  CHECK(charge.amount.tokens == 20'000'000'000);
  CHECK(charged({TROUPE_OK, false, R"({"text":"t","cost":{"usd":1e300,"source":"reported"}})"}).amount.usd ==
        10'000'000'000'000);
}
