#include <catch2/catch.hpp>

#include "example_bank.hpp"
#include "samples.hpp"

namespace {

using troupe::memory_store::add;
using troupe::memory_store::BankRules;
using troupe::memory_store::Example;
using troupe::test::FakeCall;
using troupe::test::FakeHost;
using troupe::test::FakeNode;
using troupe::test::SampleText;

const troupe_node& plugin() {
  static const troupe::test::PluginFile file(TROUPE_PLUGIN_DIR "/store.memory.troupe");
  return file.node("troupe.store.memory");
}

constexpr const char* kDefaults = R"({"keep":8,"per_genre":0,"max_chars":20000,"policy":"best"})";

/// Examples as "index:quality", with genre "a" for even and "b" for odd indexes, and texts of ten characters.
std::vector<Example> examples(const std::vector<std::pair<int, double>>& list) {
  std::vector<Example> out;
  for (const auto& [index, quality] : list) {
    Example e;
    e.index = index;
    e.quality = quality;
    e.genre = index % 2 == 0 ? "a" : "b";
    e.text = "0123456789";
    out.push_back(e);
  }
  return out;
}

std::vector<int> kept(const std::vector<Example>& list, const BankRules& rules) {
  std::vector<Example> bank;
  for (const auto& e : list) bank = add(bank, e, rules);
  std::vector<int> indexes;
  for (const auto& e : bank) indexes.push_back(static_cast<int>(e.index));
  return indexes;
}

}  // namespace

TEST_CASE("store.memory keeps what its rules say", "[store][memory]") {
  using Policy = BankRules::Policy;
  struct Row {
    std::string name;
    BankRules rules;
    std::vector<int> expected;
  };
  const auto row = GENERATE(values<Row>({
      {"all, best first", {8, 0, 1000, Policy::kBest}, {2, 0, 3, 1, 4}},
      {"the best two; a tie goes to the earlier", {2, 0, 1000, Policy::kBest}, {2, 0}},
      {"one of each genre", {8, 1, 1000, Policy::kBest}, {2, 3}},
      {"as many as fit", {8, 0, 30, Policy::kBest}, {2, 0, 3}},
      {"none fits", {8, 0, 9, Policy::kBest}, {}},
      {"the latest", {3, 0, 1000, Policy::kLatest}, {4, 3, 2}},
      {"the latest of each genre", {3, 1, 1000, Policy::kLatest}, {4, 3}},
  }));
  CAPTURE(row.name);
  CHECK(kept(examples({{0, 8.5}, {1, 8.1}, {2, 9.0}, {3, 8.5}, {4, 8.0}}), row.rules) == row.expected);
}

TEST_CASE("store.memory: adding a sample again changes nothing", "[store][memory]") {
  const BankRules rules;
  CHECK(kept(examples({{0, 8.5}, {1, 8.1}, {0, 8.5}}), rules) == std::vector<int>{0, 1});
  CHECK(kept(examples({{0, 8.0}, {1, 8.1}, {0, 9.5}}), rules) == std::vector<int>{0, 1});
}

TEST_CASE("store.memory counts characters, not bytes", "[store][memory]") {
  BankRules rules;
  rules.max_chars = 3;
  Example e;
  e.text = "\xe2\x98\x83\xe2\x98\x83\xe2\x98\x83";
  CHECK(add({}, e, rules).size() == 1);
  e.text += "x";
  CHECK(add({}, e, rules).empty());
}

TEST_CASE("store.memory emits the next bank and saves nothing", "[store][memory]") {
  FakeHost host;
  FakeNode node(host, plugin(), kDefaults);
  SampleText sample;
  FakeCall first(host, sample.input());
  REQUIRE(node.run(first) == TROUPE_OK);
  const std::string bank = first.value("examples");
  CHECK(bank == R"({"examples":[{"genre":"fantasy","prompt":"Write a fantasy story.","text":"Once there was a lamp.",)"
                R"("quality":8.5,"index":0}]})");
  CHECK(first.values("saved").empty());

  sample.index = 5;
  sample.quality = 9.25;
  sample.genre = "horror";
  FakeCall second(host, R"({"sample":)" + sample.json() + R"(,"previous":)" + bank + "}");
  REQUIRE(node.run(second) == TROUPE_OK);
  CHECK(
      second.value("examples") ==
      R"({"examples":[{"genre":"horror","prompt":"Write a horror story.","text":"Once there was a lamp.","quality":9.25,"index":5},)"
      R"({"genre":"fantasy","prompt":"Write a fantasy story.","text":"Once there was a lamp.","quality":8.5,"index":0}]})");
}

TEST_CASE("store.memory takes a bank that is null for an empty one, and refuses another value", "[store][memory]") {
  FakeHost host;
  FakeNode node(host, plugin(), kDefaults);
  FakeCall fine(host, R"({"previous":null,"sample":)" + SampleText().json() + "}");
  CHECK(node.run(fine) == TROUPE_OK);
  FakeCall wrong(host, R"({"previous":[1],"sample":)" + SampleText().json() + "}");
  CHECK(node.run(wrong) == TROUPE_E_INTERNAL);
  CHECK(wrong.message() == R"("examples" is missing or not an array)");
}
