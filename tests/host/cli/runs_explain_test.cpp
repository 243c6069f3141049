#include <catch2/catch.hpp>

#include "host/cli/runs_support.hpp"

using namespace troupe::cli;
using namespace troupe::test;

namespace {

std::string explain(const troupe::journal::Journal& journal, std::optional<std::int64_t> index) {
  return printed([&](auto& out) { runsExplain(journal, "last", index, false, out); });
}

}  // namespace

TEST_CASE("explain says why the best saved sample won", "[cli]") {
  RunsFixture fixture;
  const auto text = explain(fixture.reader(), std::nullopt);
  const std::string expected = fixture.run.id +
                               ", sample 0 (fantasy): wren won with 9.43\n"
                               "the best of the run; another one: troupe runs explain " +
                               fixture.run.id +
                               " --sample INDEX\n"
                               "\n"
                               "Prompt\n"
                               "  system:\n"
                               "    You write.\n"
                               "  user:\n"
                               "    A story, please: \"fantasy\"\n"
                               "\n"
                               "Candidates\n"
                               "  wren (teller-wren): quality 9.43, the winner\n"
                               "    craft: 9.40, few repeated words\n"
                               "      repetition: 9.10, 0.4 % repeated\n"
                               "    length: 9.50, 210 words\n"
                               "  quill (teller-quill): quality 8.80\n"
                               "    craft: 8.80\n"
                               "    length: abstained, too short to say\n"
                               "  finch: failed after 3 attempts: transient: connection reset\n"
                               "    attempt 1 failed: transient: connection reset\n"
                               "    attempt 2 failed: overloaded: busy\n"
                               "\n"
                               "Vote\n"
                               "  highest weighted mean\n"
                               "  ahead by 0.63\n"
                               "  ties: none\n"
                               "  abstained: length on 0/quill\n"
                               "  craft was for 0/wren, by 0.60\n"
                               "  quality from text signals only: craft, length (no judge took part)\n"
                               "\n"
                               "Filters\n"
                               "  good: passed, quality 9.43 >= 8\n"
                               "\n"
                               "Saved\n"
                               "  stories: #2026 in stories.db\n"
                               "\n"
                               "Text\n"
                               "  Once, \"here\",\n"
                               "  there.\n"
                               "\n"
                               "Made by\n"
                               "  NODE       PLUGIN                       VERSION  SHA256\n"
                               "  (prompts)  troupe.prompts.genres        0.1.0    111111111111\n"
                               "  (vote)     troupe.selector.best         0.1.0    444444444444\n"
                               "  craft      troupe.scorer.text           0.1.0    333333333333\n"
                               "  finch      troupe.provider.storyteller  0.1.0    222222222222\n"
                               "  good       troupe.filter.threshold      0.1.0    555555555555\n"
                               "  length     troupe.scorer.text           0.1.0    333333333333\n"
                               "  quill      troupe.provider.storyteller  0.1.0    222222222222\n"
                               "  stories    troupe.store.sqlite          0.1.0    666666666666\n"
                               "  wren       troupe.provider.storyteller  0.1.0    222222222222\n";
  CHECK(text == expected);
}

TEST_CASE("explain shows what was not saved, failed or is held", "[cli]") {
  RunsFixture fixture;
  const auto& journal = fixture.reader();
  const auto dropped = explain(journal, 1);
  CHECK(has(dropped, "quill won with 7.96\n\nPrompt"));
  CHECK(has(dropped, "good: not passed, quality 7.96 < 8"));
  CHECK(has(dropped, "Saved\n  nowhere\n"));
  const auto failed = explain(journal, 2);
  CHECK(has(failed, "sample 2 (mystery): failed\n"));
  CHECK(has(failed, "wren: failed after 1 attempt: content: refused"));
  CHECK(has(failed, "Vote\n  failed: no candidate; wren: content: refused\n"));
  CHECK(has(explain(journal, 3), "Held by review: a person looks at it"));
}

TEST_CASE("explain names what is not there", "[cli]") {
  RunsFixture fixture;
  CHECK(messageOf([&] { explain(*fixture.journal, 99); }, troupe::ExitCode::usage) ==
        fixture.run.id + " has no sample 99; it has 0 to 3");
  const auto empty = fixture.journal->createRun(newRun("empty"));
  CHECK(messageOf([&] { explain(*fixture.journal, 0); }, troupe::ExitCode::usage) ==
        empty.id + " has no sample 0; none has begun");
  CHECK(messageOf([&] { explain(*fixture.journal, std::nullopt); }, troupe::ExitCode::usage) ==
        "no sample of " + empty.id + " has a winner yet; troupe runs show " + empty.id);
}

TEST_CASE("a judge is named", "[cli]") {
  using namespace troupe::journal;
  RunsFixture fixture;
  const auto id = GENERATE(as<std::string>{}, "troupe.scorer.judge", "acme.panel_of_three");
  const auto judge = fixture.journal->plugin(id, "1", "x");
  fixture.journal->append(batch(ScoreSettled{fixture.run.key, 0, "wren", "critic", 9.0,
                                             R"({"candidate":"0/wren","scorer":"critic","value":9})", judge}));
  fixture.journal->flush();
  CHECK(has(explain(*fixture.journal, 0), "quality from craft, critic, length (judged by a model: critic)"));
}

TEST_CASE("what a judge asked stands below its score", "[cli]") {
  using namespace troupe::journal;
  RunsFixture fixture;
  const auto run = fixture.run.key;
  const ModelCallKey key{run, 0, "craft", "wren", "claude", "beef", 0};
  const ModelCallKey joint{run, 0, "panel", "", "claude", "f00d", 0};
  fixture.journal->append(
      batch(ModelAttempt{key, 1, 5, "busy", 9, 1},
            ModelCallSettled{key, "judge", true,
                             R"({"model":"claude-x","text":"It is\n[[9]]","usage":{"input":800,"output":20}})", 0, "",
                             2, 812, 2, 1},
            ModelCallSettled{joint, "judges", false, "", 6, "connection reset", 3, 5, 3, 1}));
  fixture.journal->flush();
  const auto text = explain(*fixture.journal, 0);
  CHECK(has(text, "    craft: 9.40, few repeated words\n"));
  CHECK(has(text,
            "      asked claude (claude-x): \"It is\\n[[9]]\", in 812 ms, 800 input + 20 output tokens\n"
            "      attempt 1 of claude failed: overloaded: busy\n"
            "    length: 9.50"));
  CHECK(has(text,
            "\npanel on all of them\n"
            "      asked claude: failed after 3 attempts: transient: connection reset\n"));
  const auto json = printed([&](auto& out) { runsExplain(*fixture.journal, "last", 0, true, out); });
  CHECK(has(json, R"("model_calls":[{"caller":"craft","about":"wren","node":"claude","role":"judge")"));
  CHECK(has(json, R"("about":null)"));
}

TEST_CASE("explain says whom a policy asked, and whom it did not", "[cli]") {
  using namespace troupe::journal;
  RunsFixture fixture;
  const auto add = [&](std::int64_t index, const std::string& ensemble) {
    const auto id = std::to_string(index);
    fixture.journal->append(
        batch(SampleStarted{fixture.run.key, index, 1, R"({"id":"0","messages":[]})", "noir", 0},
              CallSettled{fixture.run.key, index, "wren", "", true,
                          R"({"id":")" + id + R"(/wren","node":"wren","text":"x"})", 0, "", 1, 9, 9, 0},
              SampleDecided{fixture.run.key, index, true, "wren", 9,
                            R"({"qualities":{"wren":9},"ensemble":)" + ensemble + R"(,"winner":")" + id + R"(/wren"})",
                            "", 0},
              SampleSettled{fixture.run.key, index}));
  };
  add(4,
      R"({"policy":"bandit","order":["wren","quill"],"explored":true,"reached":["wren"],"skipped":["quill","finch"]})");
  add(5, R"({"policy":"cascade","order":["wren"],"explored":false,"reached":[],"skipped":[]})");
  const auto& journal = fixture.reader();
  CHECK(has(
      explain(journal, 4),
      "wren: quality 9.00, the winner\n  not asked: quill, finch\n  bandit: the order was wren, quill (the first one "
      "drawn at random); good enough to stop: wren\n"));
  CHECK(has(explain(journal, 5), "the winner\n  cascade: the order was wren; none was good enough to stop\n\nVote\n"));
  CHECK_FALSE(has(explain(journal, 0), "order was"));
  const auto shown = printed([&](auto& out) { runsShow(journal, "last", false, out); });
  CAPTURE(shown);
  CHECK(has(shown, "  MODEL  WINS  REACHED  SKIPPED  CANDIDATES  FAILURES  RETRIES  MEAN QUALITY  MEAN TIME\n"));
  CHECK(has(shown, "  quill     1        0        1           2"));
  rapidjson::Document json;
  json.Parse(printed([&](auto& out) { runsShow(journal, "last", true, out); }));
  REQUIRE(json.IsObject());
  CHECK(json["coverage"]["noir"]["samples"].GetInt() == 2);
  CHECK(json["coverage"]["noir"]["reached"].GetInt() == 1);
  CHECK(json["models"][0]["node"] == "wren");
  CHECK(json["models"][0]["reached"].GetInt() == 1);
  CHECK(json["models"][1]["skipped"].GetInt() == 1);
}

TEST_CASE("explain as JSON is the sample with its plugins", "[cli]") {
  RunsFixture fixture;
  rapidjson::Document json;
  json.Parse(printed([&](auto& out) { runsExplain(fixture.reader(), "last", 0, true, out); }));
  REQUIRE(json.IsObject());
  CHECK(json["winner"] == "0/wren");
  CHECK(json["quality"].GetDouble() == 9.436);
  CHECK(json["candidates"].Size() == 2);
  CHECK(json["attempts"].Size() == 2);
  CHECK(json["attempts"][1]["code"] == "overloaded");
  CHECK(json["quality_from"]["text_signals_only"].GetBool() == true);
  CHECK(json["quality_from"]["scorers"].Size() == 2);
  CHECK(json["plugins"]["craft"]["id"] == "troupe.scorer.text");
}
