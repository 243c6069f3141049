#include <catch2/catch.hpp>
#include <regex>
#include <sstream>

#include "api_rig.hpp"
#include "reports/dataset.hpp"
#include "reports/export.hpp"

using namespace troupe;
using namespace troupe::test;

namespace {

std::vector<std::string> linesOf(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

}  // namespace

TEST_CASE("the log is a text file with the fixed lines", "[server][api]") {
  const ApiRig rig;
  const auto id = rig.complete(rig.ensemble()
                                   .samples(600)
                                   .options("source", R"("genres":["fantasy"])")
                                   .options("a", R"("act":"fail","code":7,"on":[3])")
                                   .options("b", R"("act":"fail","code":7,"on":[3])")
                                   .options("c", R"("act":"fail","code":7,"on":[3])"));
  const auto answer = rig.ask("GET", "/api/v1/runs/last/log");
  CHECK(answer.status == 200);
  CHECK(answer.header("content-type") == "text/plain; charset=utf-8");
  CHECK(answer.header("content-disposition") == "attachment; filename=\"" + id + ".log\"");
  CHECK(answer.header("transfer-encoding") == "chunked");
  const std::regex good(
      R"(\[\d{1,2}:\d\d:\d\d [AP]M\] Sample (\d+)/600 - fantasy - Quality: \d+\.\d/10 - Model: [abc])");
  const std::regex bad(R"(\[\d{1,2}:\d\d:\d\d [AP]M\] Sample \d+/600 - fantasy - Failed: .+)");
  int number = 0, failed = 0;
  for (const auto& line : linesOf(answer.body)) {
    std::smatch match;
    if (line.find("] Sample ") == std::string::npos) continue;
    ++number;
    if (std::regex_match(line, bad))
      ++failed;
    else if (std::regex_match(line, match, good))
      CHECK(match[1] == std::to_string(number));
    else
      FAIL(line);
  }
  CHECK(number == 600);
  CHECK(failed == 1);
  CHECK(linesOf(answer.body).back().find("Successfully generated 599 out of 600 examples in ") == 0);
}

TEST_CASE("exports are those of the command, streamed", "[server][api]") {
  const ApiRig rig;
  const auto id = rig.complete(rig.ensemble().samples(700).options("source", R"("genres":["noir","myth"])"));
  const auto expected = [&](reports::ExportFormat format, const reports::SampleFilters& filters) {
    std::ostringstream out;
    reports::writeExport(*rig.journal, rig.journal->findRun(id), format, filters, out);
    return out.str();
  };
  const auto url = "/api/v1/runs/" + id + "/export";
  const auto jsonl = rig.ask("GET", url);
  CHECK(jsonl.header("content-type") == "application/x-ndjson");
  CHECK(jsonl.header("content-disposition") == "attachment; filename=\"" + id + ".jsonl\"");
  CHECK(jsonl.body == expected(reports::ExportFormat::jsonl, {}));
  CHECK(linesOf(jsonl.body).size() == 700);
  CHECK(rig.ask("GET", url + "?format=canonical").body == expected(reports::ExportFormat::canonical, {}));
  const auto csv = rig.ask("GET", url + "?format=csv");
  CHECK(csv.header("content-type") == "text/csv; charset=utf-8; header=present");
  CHECK(csv.body == expected(reports::ExportFormat::csv, {}));
  reports::SampleFilters filters;
  filters.genre = "noir";
  filters.min_quality = 8.5;
  filters.saved_only = true;
  filters.model = "a-1";
  const auto some = rig.ask("GET", url + "?genre=noir&min_quality=8.5&saved&model=a-1").body;
  CHECK(some == expected(reports::ExportFormat::jsonl, filters));
  CHECK(linesOf(some).size() > 5);
  CHECK(linesOf(some).size() < 200);
  CHECK_THAT(rig.problem(400, "GET", url + "?format=jsonI"), Catch::Contains("did you mean \"jsonl\""));
  rig.problem(400, "GET", url + "?min_quality=[]");
  rig.problem(404, "GET", "/api/v1/runs/none/export");
  rig.problem(404, "GET", "/api/v1/runs/none/log");
}

TEST_CASE("data sets are those of the command", "[server][api]") {
  const ApiRig rig;
  const auto id = rig.complete(rig.ensemble().samples(30).options("source", R"("genres":["noir","myth"])"));
  const auto url = "/api/v1/runs/" + id + "/export?format=";
  const auto expected = [&](const reports::DatasetOptions& options) {
    std::ostringstream out;
    reports::writeDataset(*rig.journal, rig.journal->findRun(id), options, out);
    return out.str();
  };
  for (const std::string name : {"sft", "sft-prompt", "sharegpt", "dpo", "kto"}) {
    CAPTURE(name);
    reports::DatasetOptions options;
    options.format = reports::exportFormat(name);
    const auto answer = rig.ask("GET", url + name);
    CHECK(answer.header("content-type") == "application/x-ndjson");
    CHECK(answer.header("content-disposition") == "attachment; filename=\"" + id + ".jsonl\"");
    CHECK(answer.body == expected(options));
    CHECK(linesOf(answer.body).size() >= 10);
  }
  reports::DatasetOptions options;
  options.format = reports::ExportFormat::kto;
  options.filters.min_margin = 0.25;
  options.filters.genre = "noir";
  options.threshold = 8.75;
  options.without_duplicates = true;
  CHECK(rig.ask("GET", url + "kto&min_margin=0.25&genre=noir&threshold=8.75&dedup").body == expected(options));
  CHECK_THAT(rig.problem(400, "GET", url + "parquet"), Catch::Contains("load_dataset"));
  CHECK_THAT(rig.problem(400, "GET", url + "dpo&min_margin=much"), Catch::Contains("it takes a number such as 8.5"));
  rig.problem(400, "GET", url + "kto&threshold=");
}

TEST_CASE("a reader who leaves in the middle of an export disturbs nobody", "[server][api]") {
  const ApiRig rig;
  rig.complete(rig.ensemble().samples(20).options("a", R"("act":"huge")"));
  {
    auto client = rig.http->connect();
    client.send("GET /api/v1/runs/last/export HTTP/1.1\r\nHost: " + rig.http->host() + "\r\n\r\n");
    REQUIRE(client.fill());
  }
  CHECK(rig.ask("GET", "/api/v1/runs/last").status == 200);
}
