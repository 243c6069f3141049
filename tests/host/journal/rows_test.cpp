#include <catch2/catch.hpp>

#include <limits>

#include "host/journal/journal_support.hpp"
#include "journal/sqlite.hpp"
#include "support/temp_dir.hpp"

using namespace troupe::journal;
using namespace troupe::test;

TEST_CASE("a run reads back as it was begun and changed", "[journal]") {
  TempDir folder;
  Journal journal(writing(folder / "j.db"));
  const auto made = journal.createRun(newRun());
  CHECK(made.id.substr(0, 8) == "stories-");
  CHECK(made.id.size() == 14);

  const auto read = journal.run(made.key);
  REQUIRE(read);
  CHECK(read->id == made.id);
  CHECK(read->state == "running");
  CHECK(read->created_at == made.created_at);
  CHECK(read->ended_at == 0);
  CHECK(read->pipeline_text == newRun().pipeline_text);
  CHECK(read->pipeline_effective == newRun().pipeline_effective);
  CHECK(read->pipeline_hash == "abc123");
  CHECK(read->file == "config/stories.json");
  CHECK(read->base == "/work");
  CHECK(read->overrides_json == newRun().overrides_json);
  CHECK(read->user_id == "anna");
  CHECK(read->seed == 7);
  CHECK(read->samples == 50);
  CHECK(read->in_flight == 8);

  journal.changeRun(made.key, 80, 2, "[]", "text", "effective", "hash");
  journal.append(batch(RunStateChanged{made.key, "complete", "done", 61200, 3, 79, R"({"run":"x"})", 1234},
                       RunStateChanged{made.key, "complete", "still", 61200, 3, 79, "", 1235}));
  journal.flush();
  const auto changed = journal.run(made.key);
  REQUIRE(changed);
  CHECK(changed->samples == 79);
  CHECK(changed->in_flight == 2);
  CHECK(changed->overrides_json == "[]");
  CHECK(changed->pipeline_text == "text");
  CHECK(changed->pipeline_effective == "effective");
  CHECK(changed->pipeline_hash == "hash");
  CHECK(changed->state == "complete");
  CHECK(changed->reason == "still");
  CHECK(changed->active_ms == 61200);
  CHECK(changed->repeated == 3);
  CHECK(changed->ended_at == 1235);
  CHECK(changed->result_json == R"({"run":"x"})");

  journal.append(batch(RunStateChanged{made.key, "running", "resumed", 61200, 3, 90, "", 1236}));
  journal.flush();
  CHECK(journal.run(made.key)->ended_at == 0);
}

TEST_CASE("a sample reads back with everything", "[journal]") {
  TempDir folder;
  const std::string odd = std::string("a\0b", 3) + "\"'\n\xF0\x9F\x93\x9A";
  RunKey run = 0;
  PluginKey plugin = 0;
  {
    Journal journal(writing(folder / "j.db"));
    run = journal.createRun(newRun()).key;
    plugin = journal.plugin("troupe.provider.storyteller", "1.2.0", "ffee");
    CHECK(journal.plugin("troupe.provider.storyteller", "1.2.0", "ffee") == plugin);
    CHECK(journal.plugin("troupe.provider.storyteller", "1.2.0", "ffef") != plugin);
    journal.append(
        batch(SampleStarted{run, 17, 4242, odd, "sci-fi", plugin}, Attempt{run, 17, "wren", 1, 6, "cut", 12, 100},
              Attempt{run, 17, "wren", 2, 5, "busy", 13, 101}, Attempt{run, 17, "wren", 1, 6, "again", 14, 102},
              CallSettled{run, 17, "wren", "", true, odd, 0, "", 3, 15, 103, plugin},
              CallSettled{run, 17, "quill", "beef", false, "", 6, "gone", 2, 16, 104, plugin},
              ScoreSettled{run, 17, "wren", "craft", 7.25, R"({"value":7.25})", plugin},
              ScoreSettled{run, 17, "wren", "judge", std::nullopt, R"({"abstained":true})", plugin},
              SampleDecided{run, 17, true, "wren", 8.43, R"({"winner":"17/wren"})", "", plugin},
              SampleHeld{run, 17, "review", 999, true, "look at it", plugin},
              SampleHeld{run, 17, "second", std::nullopt, false, "and this", plugin},
              HoldDecided{run, 17, "review", true, "anna", 105},
              VerdictGiven{run, 17, "good", true, "quality 8.43 >= 8", plugin},
              SampleSaved{run, 17, "stories", R"({"id":123})", plugin}));
    journal.flush();
    CHECK_FALSE(journal.sample(run, 17)->settled);
    journal.append(batch(SampleSettled{run, 17}));
  }
  const Journal journal(reading(folder / "j.db"));
  CHECK_FALSE(journal.sample(run, 16));
  const auto record = journal.sample(run, 17);
  REQUIRE(record);
  CHECK(record->index == 17);
  CHECK(record->seed == 4242);
  CHECK(record->prompt == odd);
  CHECK(record->genre == "sci-fi");
  CHECK(record->source_plugin == plugin);
  CHECK(record->selector_plugin == plugin);
  CHECK(record->decided);
  CHECK(record->settled);
  CHECK(record->ok);
  CHECK(record->winner == "wren");
  CHECK(record->quality == 8.43);
  CHECK(record->decision == R"({"winner":"17/wren"})");

  REQUIRE(record->attempts.size() == 3);  // both first attempts, of before and after a crash
  CHECK(record->attempts[0].message == "cut");
  CHECK(record->attempts[1].code == 5);
  CHECK(record->attempts[2].attempt == 1);
  CHECK(record->attempts[2].latency_ms == 14);
  CHECK(record->attempts[2].at == 102);

  REQUIRE(record->calls.size() == 2);
  CHECK(record->calls[0].node == "quill");
  CHECK(record->calls[0].request_hash == "beef");
  CHECK_FALSE(record->calls[0].ok);
  CHECK(record->calls[0].code == 6);
  CHECK(record->calls[0].message == "gone");
  CHECK(record->calls[0].attempts == 2);
  CHECK(record->calls[1].answer == odd);
  CHECK(record->calls[1].latency_ms == 15);
  CHECK(record->calls[1].at == 103);
  CHECK(record->calls[1].plugin == plugin);

  REQUIRE(record->scores.size() == 2);
  CHECK(record->scores[0].scorer == "craft");
  CHECK(record->scores[0].value == 7.25);
  CHECK(record->scores[0].json == R"({"value":7.25})");
  CHECK_FALSE(record->scores[1].value);

  REQUIRE(record->holds.size() == 2);
  CHECK(record->holds[0].until == 999);
  CHECK(record->holds[0].pass_by_default);
  CHECK(record->holds[0].why == "look at it");
  CHECK_FALSE(record->holds[1].until);
  REQUIRE(record->decisions.size() == 1);
  CHECK(record->decisions[0].by == "anna");
  CHECK(record->decisions[0].pass);
  CHECK(record->decisions[0].at == 105);
  REQUIRE(record->verdicts.size() == 1);
  CHECK(record->verdicts[0].reason == "quality 8.43 >= 8");
  REQUIRE(record->saves.size() == 1);
  CHECK(record->saves[0].json == R"({"id":123})");

  const auto row = journal.plugin(plugin);
  REQUIRE(row);
  CHECK(row->id == "troupe.provider.storyteller");
  CHECK(row->version == "1.2.0");
  CHECK(row->sha256 == "ffee");
  CHECK_FALSE(journal.plugin(999));
}

TEST_CASE("model calls read back apart from the candidates' calls", "[journal]") {
  TempDir folder;
  Journal journal(writing(folder / "j.db"));
  const auto run = journal.createRun(newRun()).key;
  const auto key = [&](const char* about, int nth) {
    return ModelCallKey{run, 4, "judge", about, "claude", "beef", nth};
  };
  journal.append(batch(started(run, 4), CallSettled{run, 4, "claude", "", true, "{}", 0, "", 1, 1, 1, 1},
                       ModelAttempt{key("wren", 0), 1, 6, "cut", 12, 100},
                       ModelAttempt{key("wren", 0), 1, 5, "busy", 13, 101},
                       ModelCallSettled{key("wren", 0), "judge", true, R"({"text":"7"})", 0, "", 2, 14, 102, 1},
                       ModelCallSettled{key("wren", 1), "judge", false, "", 6, "gone", 3, 15, 103, 1},
                       ModelCallSettled{key("quill", 0), "judge", true, "{}", 0, "", 1, 16, 104, 1},
                       ModelCallSettled{key("wren", 1), "judge", true, R"({"text":"8"})", 0, "", 1, 17, 105, 1}));
  journal.flush();
  const auto record = journal.sample(run, 4);
  REQUIRE(record);
  REQUIRE(record->calls.size() == 1);
  REQUIRE(record->model_calls.size() == 3);
  CHECK(record->model_calls[0].about == "quill");
  const auto& call = record->model_calls[1];
  CHECK(call.caller == "judge");
  CHECK(call.about == "wren");
  CHECK(call.node == "claude");
  CHECK(call.request_hash == "beef");
  CHECK(call.nth == 0);
  CHECK(call.role == "judge");
  CHECK(call.ok);
  CHECK(call.answer == R"({"text":"7"})");
  CHECK(call.attempts == 2);
  CHECK(call.latency_ms == 14);
  CHECK(call.at == 102);
  CHECK(call.plugin == 1);
  CHECK(record->model_calls[2].answer == R"({"text":"8"})");  // the one that came again
  REQUIRE(record->model_attempts.size() == 2);
  CHECK(record->model_attempts[0].message == "cut");
  CHECK(record->model_attempts[1].code == 5);
  CHECK(record->model_attempts[1].about == "wren");
  CHECK(journal.totals(run).nodes.size() == 0);  // nothing has settled, and a judge is no candidate

  journal.deleteRun(run);
  CHECK_FALSE(journal.sample(run, 4));
  sqlite::Connection connection(folder / "j.db", sqlite::Open::read);
  CHECK(connection.number("SELECT count(*) FROM model_calls") == 0);
  CHECK(connection.number("SELECT count(*) FROM model_attempts") == 0);
}

TEST_CASE("rows that come again keep one truth", "[journal]") {
  TempDir folder;
  Journal journal(writing(folder / "j.db"));
  const auto run = journal.createRun(newRun()).key;
  journal.append(batch(started(run, 0), CallSettled{run, 0, "wren", "", false, "", 6, "cut", 1, 1, 1, 1}));
  journal.append(batch(CallSettled{run, 0, "wren", "", true, "{}", 0, "", 2, 1, 1, 1},
                       SampleHeld{run, 0, "review", 10, false, "first", 1},
                       SampleHeld{run, 0, "review", 20, true, "second", 1},
                       HoldDecided{run, 0, "review", false, "a", 1}, HoldDecided{run, 0, "review", true, "b", 2}));
  journal.flush();
  const auto record = journal.sample(run, 0);
  REQUIRE(record);
  REQUIRE(record->calls.size() == 1);
  CHECK(record->calls[0].ok);
  REQUIRE(record->holds.size() == 1);
  CHECK(record->holds[0].until == 10);
  REQUIRE(record->decisions.size() == 1);
  CHECK(record->decisions[0].by == "a");
}

TEST_CASE("numbers that JSON does not know are none", "[journal]") {
  TempDir folder;
  Journal journal(writing(folder / "j.db"));
  const auto run = journal.createRun(newRun()).key;
  journal.append(
      batch(started(run, 0), ScoreSettled{run, 0, "wren", "craft", std::numeric_limits<double>::quiet_NaN(), "{}", 1}));
  journal.flush();
  CHECK_FALSE(journal.sample(run, 0)->scores.at(0).value);
}

TEST_CASE("plugin keys last across processes", "[journal]") {
  TempDir folder;
  PluginKey first = 0;
  {
    Journal journal(writing(folder / "j.db"));
    first = journal.plugin("a", "1", "x");
  }
  Journal journal(writing(folder / "j.db"));
  CHECK(journal.plugin("b", "1", "x") != first);
  CHECK(journal.plugin("a", "1", "x") == first);
}
