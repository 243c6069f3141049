#include <catch2/catch.hpp>

#include <vector>

#include "host/cli/runs_support.hpp"

using namespace troupe::cli;
using namespace troupe::test;

namespace {

std::string exported(const troupe::journal::Journal& journal, ExportFormat format, const ExportFilters& filters = {},
                     const std::string& run = "last") {
  return printed([&](auto& out) { runsExport(journal, run, format, filters, out); });
}

std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> list;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) list.push_back(line);
  return list;
}

}  // namespace

TEST_CASE("jsonl has a settled sample a line, as it flowed", "[cli]") {
  RunsFixture fixture;
  const auto list = lines(exported(fixture.reader(), ExportFormat::jsonl));
  REQUIRE(list.size() == 3);
  rapidjson::Document sample;
  sample.Parse(list[0]);
  REQUIRE(sample.IsObject());
  CHECK(sample["run"].GetString() == fixture.run.id);
  CHECK(sample["index"].GetInt() == 0);
  CHECK(sample["seed"].GetInt() == 100);
  CHECK(sample["prompt"]["vars"]["genre"] == "fantasy");
  CHECK(sample["winner"] == "0/wren");
  CHECK(sample["quality"].GetDouble() == 9.436);
  CHECK(sample["margin"].GetDouble() == 0.636);
  CHECK(sample["ranking"].Size() == 2);
  CHECK_FALSE(sample.HasMember("qualities"));
  CHECK(sample["candidates"][1]["text"] == "Once, \"here\",\nthere.");
  CHECK(sample["candidates"][1]["quality"].GetDouble() == 9.436);
  CHECK(sample["candidates"][1]["scores"][0]["scorer"] == "craft");
  CHECK(sample["candidates"][1]["latency_ms"].GetInt() == 310);
  CHECK(sample["failures"][0]["node"] == "finch");
  CHECK(sample["failures"][0]["code"] == "transient");
  CHECK(sample["verdicts"][0]["pass"].GetBool() == true);
  CHECK(sample["saved"][0]["id"].GetInt() == 2026);
  CHECK(sample["ok"].GetBool() == true);

  rapidjson::Document failed;
  failed.Parse(list[2]);
  CHECK(failed["ok"].GetBool() == false);
  CHECK(failed["error"] == "no candidate; wren: content: refused");
  CHECK(failed["winner"].IsNull());
  CHECK(failed["quality"].IsNull());
}

TEST_CASE("calls that served a scorer are no candidates", "[cli]") {
  using namespace troupe::journal;
  RunsFixture fixture;
  fixture.journal->append(batch(CallSettled{fixture.run.key, 0, "claude", "hash", true,
                                            R"({"id":"0/claude","node":"claude"})", 0, "", 1, 1, 1, 1}));
  fixture.journal->flush();
  rapidjson::Document sample;
  sample.Parse(lines(exported(*fixture.journal, ExportFormat::jsonl))[0]);
  CHECK(sample["candidates"].Size() == 2);
}

TEST_CASE("filters of an export", "[cli]") {
  RunsFixture fixture;
  const auto [name, filters, expected] = GENERATE(table<std::string, ExportFilters, std::vector<std::string>>({
      {"none", {}, {"0", "1", "2"}},
      {"quality, unrounded", {7.97, false, "", ""}, {"0"}},
      {"quality, met exactly", {7.96, false, "", ""}, {"0", "1"}},
      {"saved only", {std::nullopt, true, "", ""}, {"0"}},
      {"genre", {std::nullopt, false, "mystery", ""}, {"1", "2"}},
      {"node", {std::nullopt, false, "", "quill"}, {"1"}},
      {"model", {std::nullopt, false, "", "teller-wren"}, {"0"}},
      {"all at once", {1.0, true, "mystery", "quill"}, {}},
  }));
  CAPTURE(name);
  std::vector<std::string> found;
  for (const auto& line : lines(exported(*fixture.journal, ExportFormat::jsonl, filters))) {
    rapidjson::Document sample;
    sample.Parse(line);
    found.push_back(std::to_string(sample["index"].GetInt()));
  }
  CHECK(found == expected);
}

TEST_CASE("csv is RFC 4180", "[cli]") {
  RunsFixture fixture;
  const auto text = exported(fixture.reader(), ExportFormat::csv);
  const auto& id = fixture.run.id;
  CHECK(text ==
        "run,index,seed,genre,ok,winner,model,quality,margin,saved,system,prompt,text,reason\r\n" + id +
            ",0,100,fantasy,true,wren,teller-wren,9.436,0.636,stories,You write.,\"A story, please: \"\"fantasy\"\"\","
            "\"Once, \"\"here\"\",\nthere.\",highest weighted mean\r\n" +
            id +
            ",1,101,mystery,true,quill,teller-quill,7.96,,,You write.,\"A story, please: \"\"mystery\"\"\",=1+1,the "
            "only one\r\n" +
            id +
            ",2,102,mystery,false,,,,,,You write.,\"A story, please: \"\"mystery\"\"\",,no candidate; wren: content: "
            "refused\r\n");
}

TEST_CASE("canonical exports of equal runs are equal", "[cli]") {
  RunsFixture fixture;
  const auto second = fixture.journal->createRun(newRun());
  fixture.fill(second.key, 999, "7");
  const auto first_text = exported(*fixture.journal, ExportFormat::canonical, {}, fixture.run.id);
  CHECK(first_text == exported(*fixture.journal, ExportFormat::canonical, {}, second.id));
  CHECK(exported(*fixture.journal, ExportFormat::jsonl, {}, fixture.run.id) !=
        exported(*fixture.journal, ExportFormat::jsonl, {}, second.id));
  const auto list = lines(first_text);
  REQUIRE(list.size() == 3);
  CHECK(list[1] ==
        R"({"candidates":[{"finish":"stop","id":"1/quill","model":"teller-quill","node":"quill","quality":7.96,)"
        R"("scores":[{"abstained":false,"candidate":"1/quill","scorer":"craft","value":7.96}],"text":"=1+1",)"
        R"("usage":{"input":12,"output":30}}],"failures":[],"index":1,"margin":null,"ok":true,)"
        R"("prompt":{"id":"1","index":1,"messages":[{"content":"You write.","role":"system"},)"
        R"({"content":"A story, please: \"mystery\"","role":"user"}],"seed":5,"vars":{"genre":"mystery"}},)"
        R"("quality":7.96,"reason":"the only one","saved":[],"seed":101,)"
        R"("verdicts":[{"node":"good","pass":false,"reason":"quality 7.96 < 8"}],"winner":"1/quill"})");

  using namespace troupe::journal;
  fixture.journal->append(batch(CallSettled{second.key, 1, "quill", "", true,
                                            R"({"id":"1/quill","node":"quill","model":"teller-quill","text":"other"})",
                                            0, "", 1, 1, 1, 1}));
  fixture.journal->flush();
  CHECK(first_text != exported(*fixture.journal, ExportFormat::canonical, {}, second.id));
}

TEST_CASE("an export goes over all pages, and says when it cannot be written", "[cli]") {
  using namespace troupe::journal;
  RunsFixture fixture;
  const auto run = fixture.journal->createRun(newRun("big"));
  for (int i = 0; i < 1300; ++i) {
    fixture.journal->append(batch(started(run.key, i), SampleDecided{run.key, i, false, "", 0, "{}", "none", 0},
                                  SampleSettled{run.key, i}));
  }
  fixture.journal->flush();
  CHECK(lines(exported(*fixture.journal, ExportFormat::canonical)).size() == 1300);

  std::ostringstream full;
  full.setstate(std::ios::badbit);
  CHECK(messageOf([&] {
          runsExport(*fixture.journal, "last", ExportFormat::jsonl, {}, full);
        }).find("cannot be written") != std::string::npos);
}

TEST_CASE("export formats by name", "[cli]") {
  CHECK(exportFormat("csv") == ExportFormat::csv);
  CHECK(exportFormat("jsonl") == ExportFormat::jsonl);
  CHECK(exportFormat("canonical") == ExportFormat::canonical);
  CHECK(messageOf([] { exportFormat("jsonI"); }, troupe::ExitCode::usage) ==
        "there is no export format \"jsonI\"; did you mean \"jsonl\"?");
}
