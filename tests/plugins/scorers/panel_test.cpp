// scorer.panel: several judges, every vote kept.
#include "mock_models.hpp"
#include "votes.hpp"

namespace troupe::test {
namespace {

using judging::Method;
using judging::sameModel;
using judging::verdictsOn;
using judging::Vote;

std::vector<Vote> row(std::initializer_list<std::optional<double>> values) {
  std::vector<Vote> votes;
  for (const auto& value : values) votes.push_back({"j" + std::to_string(votes.size()), "m", value, ""});
  return votes;
}

double valueBy(Method method, const std::vector<Vote>& votes, double veto = 4) {
  const auto verdicts = verdictsOn({votes}, method, veto, 1);
  REQUIRE(verdicts[0]);
  return verdicts[0]->value;
}

const troupe_node& panel() {
  static const PluginFile plugin(TROUPE_PLUGIN_DIR "/scorer.panel.troupe");
  return plugin.node("troupe.scorer.panel");
}

std::map<std::string, rapidjson::Document> scoresOf(MockModels& models, const std::vector<std::string>& candidates,
                                                    const std::string& options = "{}") {
  FakeNode node(models.host, panel(), options);
  FakeCall call(models.host, severalInput(candidates));
  const int code = node.run(call);
  INFO(call.message());
  REQUIRE(code == TROUPE_OK);
  std::map<std::string, rapidjson::Document> scores;
  for (const auto& json : call.values("score")) {
    auto score = jsonOf(json);
    const std::string id = score["candidate"].GetString();
    scores.emplace(id, std::move(score));
  }
  return scores;
}

void castThree(MockModels& models) {
  models.cast =
      R"({"roles":{"judges":[{"node":"claude","type":"t","model":"claude-x"},{"node":"gpt","type":"t","model":"gpt-4o"},
          {"node":"plain","type":"t"}]},"candidates":[{"node":"wren","type":"t","model":"w-1"},{"node":"quill","type":"t"}]})";
  models.names = {"claude-x", "gpt-4o-2024-08-06", "plain"};
}

TEST_CASE("votes become a score by the method", "[panel]") {
  const auto votes = row({8, 3, 7, std::nullopt, 6});
  CHECK(valueBy(Method::mean, votes) == 6);
  CHECK(valueBy(Method::median, votes) == 6.5);
  CHECK(valueBy(Method::trimmed_mean, votes) == 6.5);
  CHECK(valueBy(Method::trimmed_mean, row({2, 8})) == 5);
  CHECK(valueBy(Method::veto, votes) == 0);
  CHECK(valueBy(Method::veto, votes, 3) == 6);
  CHECK(valueBy(Method::z_mean, votes) == 6);  // One candidate: nothing to compare scales by.
  CHECK(verdictsOn({votes}, Method::veto, 4, 1)[0]->reason ==
        "vetoed by j1: 3 is below 4 (votes: j0 8, j1 3, j2 7, j4 6)");
  CHECK(verdictsOn({votes}, Method::mean, 4, 1)[0]->reason == "mean of j0 8, j1 3, j2 7, j4 6");
  CHECK_FALSE(verdictsOn({votes}, Method::mean, 4, 5)[0]);
  CHECK_FALSE(verdictsOn({row({std::nullopt})}, Method::mean, 4, 0)[0]);
}

TEST_CASE("a mild and a strict judge weigh the same in the z-mean", "[panel]") {
  // The mild one uses 8 to 9 and prefers the first; the strict one uses 1 to 7 and prefers the second, by as much for
  // its scale.
  const std::vector<std::vector<Vote>> votes{row({9, 1}), row({8, 7})};
  const auto plain = verdictsOn(votes, Method::mean, 0, 1);
  CHECK(plain[1]->value > plain[0]->value);
  const auto scaled = verdictsOn(votes, Method::z_mean, 0, 1);
  CHECK(scaled[0]->value == Approx(scaled[1]->value));
  CHECK(scaled[0]->value == Approx(6.25));  // The panel's mean stays.
  // Who says the same of all tells nothing.
  const auto flat = verdictsOn({row({9, 5}), row({7, 5})}, Method::z_mean, 0, 1);
  CHECK(flat[0]->value - flat[1]->value == Approx(1));
}

TEST_CASE("names of one model are known as such", "[panel]") {
  CHECK(sameModel("gpt-4o", "gpt-4o-2024-08-06"));
  CHECK(sameModel("openai/gpt-4o", "GPT-4o"));
  CHECK(sameModel("gemini-2.0-flash", "gemini-2.0-flash-001"));
  CHECK(sameModel("llama3:latest", "llama3"));
  CHECK_FALSE(sameModel("gpt-4o", "gpt-4o-mini"));
  CHECK_FALSE(sameModel("gpt-4", "gpt-4o"));
  CHECK_FALSE(sameModel("", ""));
  CHECK_FALSE(sameModel("a", "b"));
}

TEST_CASE("a panel keeps every vote", "[panel]") {
  MockModels models([](const Asked& asked) -> std::string {
    if (asked.at == 2) throw Error(TROUPE_E_OVERLOADED, "busy");
    return asked.at == 0 ? R"({"reason":"good","rating":10})" : "[[5.5]]";
  });
  castThree(models);
  const auto scores = scoresOf(models, {candidateJson("wren", "One."), candidateJson("quill", "Two.")});
  REQUIRE(scores.size() == 2);
  const auto& score = scores.at("0/wren");
  CHECK(score["value"].GetDouble() == Approx(7.5));
  CHECK(std::string(score["reason"].GetString()) == "mean of claude 10, gpt 5");
  REQUIRE(score["votes"].Size() == 3);
  CHECK(score["votes"][0]["judge"] == "claude");
  CHECK(score["votes"][0]["model"] == "claude-x");
  CHECK(score["votes"][0]["value"].GetDouble() == 10);
  CHECK(score["votes"][0]["reason"] == "good");
  CHECK_FALSE(score["votes"][0]["abstained"].GetBool());
  CHECK(score["votes"][1]["model"] == "gpt-4o-2024-08-06");
  CHECK(score["votes"][2]["abstained"].GetBool());
  CHECK_FALSE(score["votes"][2].HasMember("value"));
  CHECK(std::string(score["votes"][2]["reason"].GetString()) == "could not be asked: busy");
}

TEST_CASE("nobody judges a candidate of its own model", "[panel]") {
  MockModels models([](const Asked& asked) { return asked.at == 0 ? "[[10]]" : "[[1]]"; });
  castThree(models);
  // By the node, by the model that answered, and by the one that answered only now.
  const std::vector<std::string> candidates{candidateJson("plain", "One.", "p-1"),
                                            candidateJson("quill", "Two.", "anthropic/claude-x-20250101"),
                                            candidateJson("wren", "Three.", "plain")};
  const auto scores = scoresOf(models, candidates);
  const auto left = [&](const char* id, rapidjson::SizeType judge) {
    return scores.at(id)["votes"][judge]["abstained"].GetBool();
  };
  CHECK(left("0/plain", 2));
  CHECK_FALSE(left("0/plain", 0));
  CHECK(left("0/quill", 0));
  CHECK_FALSE(left("0/quill", 1));
  CHECK(left("0/wren", 2));
  CHECK(std::string(scores.at("0/wren")["votes"][2]["reason"].GetString()).find("own model answered") !=
        std::string::npos);
  CHECK(models.asked().size() == 7);  // Two of nine were never asked.

  const auto all = scoresOf(models, candidates, R"({"own_model":"count"})");
  for (const auto& [id, score] : all)
    for (const auto& vote : score["votes"].GetArray()) CHECK_FALSE(vote["abstained"].GetBool());
}

TEST_CASE("a panel without enough votes abstains and one without any answer fails", "[panel]") {
  MockModels models([](const Asked& asked) { return asked.at == 0 ? "[[10]]" : "no idea"; });
  castThree(models);
  const auto scores = scoresOf(models, {candidateJson("wren", "One.")}, R"({"min_votes":2})");
  CHECK(scores.at("0/wren")["abstained"].GetBool());
  CHECK(std::string(scores.at("0/wren")["reason"].GetString()).find("too few votes: gpt: ") == 0);
  CHECK(scores.at("0/wren")["votes"].Size() == 3);

  MockModels dead([](const Asked&) -> std::string { throw Error(TROUPE_E_TRANSIENT, "cut"); });
  castThree(dead);
  FakeNode node(dead.host, panel());
  FakeCall call(dead.host, severalInput({candidateJson("wren", "One.")}));
  CHECK(node.run(call) == TROUPE_E_TRANSIENT);
}

TEST_CASE("a cancelled panel ends as cancelled", "[panel]") {
  MockModels models([](const Asked& asked) -> std::string {
    if (asked.at == 1) throw Error(TROUPE_E_CANCELLED, "the run pauses");
    return "[[5]]";
  });
  castThree(models);
  FakeNode node(models.host, panel());
  FakeCall call(models.host, severalInput({candidateJson("wren", "One.")}));
  CHECK(node.run(call) == TROUPE_E_CANCELLED);
  CHECK(call.values("score").empty());
}

}  // namespace
}  // namespace troupe::test
