#include "config/prices.hpp"

#include <catch2/catch.hpp>

#include "config/pipeline_config.hpp"
#include "host/config/test_types.hpp"
#include "support/money.hpp"
#include "support/temp_dir.hpp"

using namespace troupe;
using config::Price;
using config::Prices;

namespace {

std::string model(const std::string& host, const std::string& name, double input, const std::string& more = "") {
  return R"({ "host": ")" + host + R"(", "model": )" + name + R"(, "input": )" + std::to_string(input) +
         R"(, "output": 10, "as_of": "2026-11-24", "source": "test")" + more + " }";
}

std::string list(const std::string& models) { return R"({ "models": [ )" + models + " ] }"; }

std::string refusal(const std::string& text) {
  const test::TempDir folder;
  const auto file = folder.write("prices.json", text);
  try {
    Prices::load({file});
  } catch (const Problems& problems) {
    CHECK(problems.code() == ExitCode::invalid_pipeline);
    const std::string what = problems.what();
    const auto at = what.find("prices.json");
    REQUIRE(at != std::string::npos);
    return what.substr(at);
  }
  return "accepted";
}

double inputOf(const Prices& prices, std::string_view host, std::string_view name) {
  const auto* price = prices.find(host, name);
  return price == nullptr ? -1 : static_cast<double>(price->rates.input) / 1e6;
}

}  // namespace

TEST_CASE("a name counts before a pattern and a longer pattern before a shorter one", "[config][prices]") {
  const test::TempDir folder;
  const auto file = folder.write(
      "prices.json", list(model("a.example", R"(["m*", "m-4*"])", 1) + "," + model("a.example", R"("m-4-mini*")", 2) +
                          "," + model("a.example", R"("m-4-mini")", 3) + "," + model("*.b.example", R"("m")", 4)));
  const auto prices = Prices::load({file});
  CHECK(inputOf(*prices, "a.example", "m-4-mini") == 3);
  CHECK(inputOf(*prices, "a.example", "m-4-mini-2026") == 2);
  CHECK(inputOf(*prices, "a.example", "m-4") == 1);
  CHECK(inputOf(*prices, "a.example", "n") == -1);
  CHECK(inputOf(*prices, "b.example", "m") == -1);
  CHECK(inputOf(*prices, "eu.b.example", "m") == 4);
  CHECK(inputOf(*prices, "evilb.example", "m") == -1);
  CHECK(prices->find("a.example", "m-4-mini")->origin == "m-4-mini at a.example, as of 2026-11-24");
}

TEST_CASE("of several files the first that knows a model counts", "[config][prices]") {
  const test::TempDir folder;
  const auto own = folder.write("own.json", list(model("a.example", R"("m*")", 1)));
  const auto shipped =
      folder.write("shipped.json", list(model("a.example", R"("m-1")", 2) + "," + model("a.example", R"("k")", 3)));
  const auto prices = Prices::load({own, shipped});
  CHECK(inputOf(*prices, "a.example", "m-1") == 1);
  CHECK(inputOf(*prices, "a.example", "k") == 3);
}

TEST_CASE("mistakes in a file of prices are told all at once with place and repair", "[config][prices]") {
  using Catch::Contains;
  CHECK_THAT(refusal("{"), Contains("prices.json:1:"));
  CHECK_THAT(refusal(R"({ "modls": [] })"), Contains("/modls: unknown key \"modls\"; did you mean \"models\"?"));
  const auto several = refusal(list(model("a b", R"("m*n")", -1, R"(, "cached": 1)") + ", { \"host\": \"a\" }"));
  CHECK_THAT(several, Contains("/models/0/host") && Contains("/models/0/model") && Contains("/models/0/input") &&
                          Contains("/models/0/cached: unknown key \"cached\"") && Contains("/models/1") &&
                          Contains("as_of"));
  CHECK_THAT(refusal(list(model("a", R"("m")", 1) + "," + model("a", R"(["k", "m"])", 1))),
             Contains("/models/1/model/1: \"m\" at a has two prices; keep one of them"));
  CHECK_THAT(
      refusal(list(R"({ "host": "a", "model": "m", "input": 1, "output": 1, "as_of": "yesterday", "source": "s" })")),
      Contains("/models/0/as_of") && Contains("a day such as 2026-11-24"));
}

TEST_CASE("the list that comes with the program is read, and says of each price when and where from",
          "[config][prices]") {
  const auto prices = Prices::load({TROUPE_SOURCE_DIR "/config/prices.json"});
  CHECK(inputOf(*prices, "api.openai.com", "gpt-4o-mini") == 0.15);
  CHECK(inputOf(*prices, "api.openai.com", "gpt-4o-mini-2024-07-18") == 0.15);
  CHECK(prices->find("api.openai.com", "gpt-4o-2024-05-13") == nullptr);  // Was twice as dear.
  CHECK(prices->find("api.openai.com", "gpt-4o-mini-audio-preview") == nullptr);
  CHECK(inputOf(*prices, "api.groq.com", "llama-3.3-70b-versatile") == 0.59);
  CHECK(inputOf(*prices, "api.anthropic.com", "claude-sonnet-5-5") == 2);
  const auto* pro = prices->find("generativelanguage.googleapis.com", "gemini-2.5-pro");
  REQUIRE(pro != nullptr);
  CHECK(config::costOf(*pro, {200'000, 0, 1000}) == 260'000'000);
  CHECK(config::costOf(*pro, {200'001, 0, 1000}) == 515'002'500);
}

TEST_CASE("costs are whole nano-dollars, rounded up, and never wrap around", "[config][prices]") {
  Price price;
  price.rates = {money::perToken(0.15), money::perToken(0.0375), money::perToken(0.6)};
  price.request = money::nanoOf(0.001);
  CHECK(config::costOf(price, {0, 0, 0}) == 1'000'000);
  CHECK(config::costOf(price, {1000, 0, 100}) == 1'000'000 + 150'000 + 60'000);
  CHECK(config::costOf(price, {1000, 400, 100}) == 1'000'000 + 90'000 + 15'000 + 60'000);
  CHECK(config::costOf(price, {1, 1, 0}) == 1'000'000 + 38);  // 37.5
  CHECK(config::costOf(price, {10, 20, 0}) == 1'000'000 + 375);
  CHECK(config::costOf(price, {INT64_MAX, 0, INT64_MAX}) == INT64_MAX);
  CHECK(config::worstCost(price, 1000, 100) == 1'210'000);
  price.rates.cached = money::perToken(0.3);  // Dearer than input, as writing to a cache may be.
  CHECK(config::worstCost(price, 1000, 100) >= config::costOf(price, {1000, 1000, 100}));
  price.long_above = 500;
  price.long_rates = {money::perToken(1), money::perToken(0.1), money::perToken(0.5)};
  for (const std::int64_t input : {0, 499, 500, 501, 5000})
    for (const std::int64_t used : {std::int64_t{0}, input / 2, input})
      for (const std::int64_t cached : {std::int64_t{0}, used})
        CHECK(config::worstCost(price, input, 100) >= config::costOf(price, {used, cached, 100}));
}

TEST_CASE("amounts are shown without being made less", "[config][prices]") {
  CHECK(money::usdText(0) == "$0.00");
  CHECK(money::usdText(2'000'000'000) == "$2.00");
  CHECK(money::usdText(1'500'000'000) == "$1.50");
  CHECK(money::usdText(12'345'000) == "$0.012345");
  CHECK(money::usdText(1) == "$0.000001");
  CHECK(money::usdText(999'999'999) == "$1.00");
  CHECK(money::nanoOf(0.1) == 100'000'000);
  CHECK(money::nanoOf(1e30) == INT64_MAX);
}

TEST_CASE("a checked pipeline knows how its providers are paid for and what it may spend", "[config][prices]") {
  const test::TempDir folder;
  const auto file =
      folder.write("prices.json", list(model("api.cloud.example", R"("big-1")", 1, R"(, "max_output": 900)")));
  config::CheckOptions options{"/base", {}, false};
  options.prices = Prices::load({file});
  const auto text =
      R"({ "budget": { "usd": 0.5, "calls": 40, "per_provider": { "cloud": { "tokens": 5000 } } }, "nodes": {
    "genres": { "type": "test.prompts" }, "wren": { "type": "test.provider", "inputs": "genres" },
    "cloud": { "type": "test.cloud", "inputs": "genres" },
    "home": { "type": "test.cloud", "inputs": "genres", "price": { "input": 0, "output": 0 },
              "options": { "base_url": "http://127.0.0.1:8080/v1" } },
    "brief": { "type": "test.cloud", "inputs": "genres", "options": { "max_tokens": 80, "extra": { "max_completion_tokens": 90 } } },
    "craft": { "type": "test.scorer", "inputs": ["wren", "cloud", "home", "brief"] },
    "vote": { "type": "test.selector", "inputs": "craft" } } })";
  const test::TestTypes types;
  const auto pipeline = config::checkPipeline(text, "p.json", types, options);
  CHECK(pipeline.budget.run.usd == 500'000'000);
  CHECK(pipeline.budget.run.calls == 40);
  CHECK_FALSE(pipeline.budget.run.tokens);
  CHECK(pipeline.budget.nodes.at("cloud").tokens == 5000);
  const auto charging = [&](const char* node) { return pipeline.find(node)->charging; };
  CHECK_FALSE(charging("wren").metered);
  CHECK(charging("cloud").max_output == 900);
  CHECK(charging("cloud").price->rates.input == 1'000'000);
  CHECK(charging("home").price->origin == "the pipeline");
  CHECK(charging("home").price->rates.output == 0);
  CHECK(charging("brief").max_output == 90);

  options.overrides = {{"budget.usd", "1.25"}, {"budget.per_provider", "{}"}};
  const auto changed = config::checkPipeline(text, "p.json", types, options);
  CHECK(changed.budget.run.usd == 1'250'000'000);
  CHECK(changed.budget.nodes.empty());
}
