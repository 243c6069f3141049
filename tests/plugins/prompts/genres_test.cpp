#include <catch2/catch.hpp>

#include <map>
#include <set>

#include "defaults.hpp"
#include "shelf.hpp"
#include "support/fake_host.hpp"

namespace {

using troupe::test::FakeCall;
using troupe::test::FakeHost;
using troupe::test::FakeNode;

const troupe::test::PluginFile& file() {
  static const troupe::test::PluginFile f(TROUPE_PLUGIN_DIR "/prompts.genres.troupe");
  return f;
}

/// A source with these options, and the prompt of a sample.
class Source {
 public:
  explicit Source(const std::string& options)
      : node_(host_, file().node("troupe.prompts.genres"), troupe::test::withDefaults(file().manifest(), options)) {}

  std::string json(int index, int seed, const std::string& examples = "") {
    std::string input =
        R"({"index":)" + std::to_string(index) + R"(,"seed":)" + std::to_string(seed) + R"(,"total":50)";
    if (!examples.empty()) input += R"(,"examples":)" + examples;
    FakeCall call(host_, input + "}");
    node_.run(call);
    if (call.failed()) return "failed: " + call.message();
    return call.value("prompt");
  }
  rapidjson::Document prompt(int index, int seed, const std::string& examples = "") {
    rapidjson::Document document;
    document.Parse(json(index, seed, examples).c_str());
    REQUIRE_FALSE(document.HasParseError());
    return document;
  }
  std::string genre(int index) { return prompt(index, 1)["vars"]["genre"].GetString(); }

 private:
  FakeHost host_;
  FakeNode node_;
};

/// "role: content" of each message.
std::vector<std::string> messages(const rapidjson::Document& prompt) {
  std::vector<std::string> out;
  for (const auto& m : prompt["messages"].GetArray())
    out.push_back(std::string(m["role"].GetString()) + ": " + m["content"].GetString());
  return out;
}

constexpr const char* kPlain =
    R"({"genres":["fantasy","horror","noir"],"order":"in_turn","system":"","templates":["{{number}} {{genre}}"])";

}  // namespace

TEST_CASE("prompts.genres asks for each genre once a round", "[prompts][genres]") {
  const auto order = GENERATE(as<std::string>{}, "in_turn", "shuffled");
  const auto shuffle_seed = GENERATE(as<std::string>{}, "0", "7");
  Source source(R"({"order":")" + order + R"(","shuffle_seed":)" + shuffle_seed + "}");
  const int count = static_cast<int>(troupe::genre_prompts::shelf().size());
  REQUIRE(count >= 16);
  std::vector<std::string> first;
  for (int round = 0; round < 3; ++round) {
    std::vector<std::string> genres;
    for (int i = 0; i < count; ++i) genres.push_back(source.genre(round * count + i));
    CHECK(std::set<std::string>(genres.begin(), genres.end()).size() == troupe::genre_prompts::shelf().size());
    if (round == 0) first = genres;
    if (round > 0) CHECK((genres == first) == (order == "in_turn"));
  }
}

TEST_CASE("prompts.genres gives the same prompt to the same sample, and others to others", "[prompts][genres]") {
  Source source("{}");
  Source resumed("{}");
  std::set<std::string> prompts;
  for (int i = 0; i < 500; ++i) {
    const auto prompt = source.prompt(i, i * 1234567 % 2147483647);
    prompts.insert(messages(prompt).back());
  }
  CHECK(prompts.size() >= 490);
  CHECK(resumed.json(499, 77) == source.json(499, 77));
  CHECK(source.json(499, 77) != source.json(499, 78));
}

TEST_CASE("prompts.genres uses each built-in template, theme and length", "[prompts][genres]") {
  Source source(R"({"genres":["fantasy"],"min_words":100,"max_words":140})");
  std::map<std::string, int> templates;
  std::map<std::string, int> words;
  std::set<std::string> themes;
  for (int i = 0; i < 600; ++i) {
    const auto prompt = source.prompt(i, i);
    ++templates[prompt["vars"]["template"].GetString()];
    ++words[prompt["vars"]["words"].GetString()];
    themes.insert(prompt["vars"]["theme"].GetString());
    CHECK(messages(prompt).size() == 2);
    CHECK(messages(prompt)[1].find("{{") == std::string::npos);
    CHECK(messages(prompt)[1].find("fantasy") != std::string::npos);
  }
  CHECK(templates.size() == 6);
  for (const auto& [number, count] : templates) CHECK(count > 60);
  CHECK(words.size() == 5);
  CHECK(words.begin()->first == "100");
  CHECK(themes.size() == 6);
}

TEST_CASE("prompts.genres takes genres, templates and a system message of one's own", "[prompts][genres]") {
  Source source(
      R"({"genres":["cook book"],"templates":["{{theme}} for {{genre}}, no. {{number}}"],"system":"Write {{genre}}."})");
  const auto prompt = source.prompt(4, 1);
  const auto list = messages(prompt);
  REQUIRE(list.size() == 2);
  CHECK(list[0] == "system: Write cook book.");
  CHECK(list[1] == "user: " + std::string(prompt["vars"]["theme"].GetString()) + " for cook book, no. 5");
  CHECK(prompt["vars"]["template"] == "1");
  CHECK_FALSE(prompt["vars"].HasMember("place"));
}

TEST_CASE("prompts.genres shows examples, those of the same genre first", "[prompts][genres]") {
  const std::string a = R"({"genre":"horror","prompt":"pa","text":"ta","quality":9,"index":1})";
  const std::string b = R"({"genre":"noir","prompt":"pb","text":"tb","quality":8.5,"index":2})";
  const std::string c = R"({"genre":"fantasy","prompt":"pc","text":"tc","quality":8.1,"index":3})";
  using Strings = std::vector<std::string>;
  const auto [bank, max, expected] = GENERATE_COPY(table<std::string, int, Strings>({
      {"", 2, {"user: 1 fantasy"}},
      {"null", 2, {"user: 1 fantasy"}},
      {R"({"examples":[]})", 2, {"user: 1 fantasy"}},
      {R"({"examples":[)" + a + "," + b + "," + c + "]}",
       2,
       {"user: pc", "assistant: tc", "user: pa", "assistant: ta", "user: 1 fantasy"}},
      {"[" + b + "]", 2, {"user: pb", "assistant: tb", "user: 1 fantasy"}},
      {"[" + a + "," + b + "]", 1, {"user: pa", "assistant: ta", "user: 1 fantasy"}},
      {"[" + a + "]", 0, {"user: 1 fantasy"}},
  }));
  CAPTURE(bank, max);
  Source source(std::string(kPlain) + R"(,"max_examples":)" + std::to_string(max) + "}");
  CHECK(messages(source.prompt(0, 1, bank)) == expected);
}

TEST_CASE("prompts.genres refuses what it cannot use", "[prompts][genres]") {
  const auto [options, message] = GENERATE(table<std::string, std::string>({
      {R"({"templates":["fine","{{gerne}}"]})", R"(templates/1: unknown placeholder "gerne"; did you mean "genre"?)"},
      {R"({"system":"{{colour}}"})", R"(system: unknown placeholder "colour"; known: genre, theme, words,)"},
      {R"({"min_words":200,"max_words":100})", "min_words is larger than max_words"},
  }));
  CHECK_THROWS_WITH(Source(options), Catch::Contains(message));
}

TEST_CASE("prompts.genres says what is wrong with its input", "[prompts][genres]") {
  Source source("{}");
  CHECK(source.json(-1, 1) == R"(failed: "index" is negative)");
  CHECK(source.json(0, 1, R"({"bank":[]})") == R"(failed: "examples" is missing or not an array)");
  CHECK(source.json(0, 1, R"([{"text":"t"}])") == R"(failed: "prompt" is missing or not a string)");
}
