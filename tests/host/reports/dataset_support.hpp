#pragma once

#include <rapidjson/document.h>

#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "host/journal/journal_support.hpp"
#include "reports/dataset.hpp"
#include "support/temp_dir.hpp"

namespace troupe::test {

/// One call of a sample. Texts are JSON without quotes, so that escapes are written as the journal has them.
struct Answer {
  std::string node, text;
  std::optional<double> quality;  ///< none: every scorer abstained
  std::string finish = "stop";
  std::string more = R"("usage":{"input":10,"output":20},"cost":{"usd":0.25,"source":"reported"})";
  bool failed = false;
};

inline std::string user(const std::string& content) { return R"([{"role":"user","content":")" + content + R"("}])"; }

/// A journal with one run; samples are appended as a run leaves them.
class DatasetFixture {
 public:
  DatasetFixture() : journal(std::make_unique<journal::Journal>(writing(folder / "j.db"))) {
    run = journal->createRun(newRun());
    source_ = journal->plugin("troupe.prompts.genres", "0.1.0", std::string(64, '1'));
    provider_ = journal->plugin("troupe.provider.storyteller", "0.2.0", std::string(64, '2'));
    selector_ = journal->plugin("troupe.selector.best", "0.1.0", std::string(64, '4'));
    store_ = journal->plugin("troupe.store.sqlite", "0.1.0", std::string(64, '6'));
  }

  /// An empty `winner`: the sample failed.
  void add(std::int64_t index, const std::string& genre, const std::string& messages, const std::string& winner,
           const std::vector<Answer>& answers, const std::string& margin = "null", bool saved = false) {
    using namespace journal;
    const auto key = run.key;
    const auto id = std::to_string(index);
    auto rows = batch(SampleStarted{
        key, index, 100 + index,
        R"({"id":")" + id + R"(","index":)" + id + R"(,"seed":5,"messages":)" + messages + R"(,"vars":{}})", genre,
        source_});
    std::string qualities;
    double best = 0;
    for (const auto& answer : answers) {
      const auto json = R"({"id":")" + id + "/" + answer.node + R"(","node":")" + answer.node +
                        R"(","model":"teller-)" + answer.node + R"(","text":")" + answer.text + R"(","finish":")" +
                        answer.finish + "\"," + answer.more + R"(,"latency_ms":3,"attempts":1})";
      rows.emplace_back(CallSettled{key, index, answer.node, "", !answer.failed, answer.failed ? "" : json,
                                    answer.failed ? 7 : 0, answer.failed ? "refused" : "", 1, 3, 3, provider_});
      if (answer.failed) continue;
      qualities += (qualities.empty() ? "\"" : ",\"") + answer.node +
                   "\":" + (answer.quality ? std::to_string(*answer.quality) : "null");
      if (answer.node == winner) best = answer.quality.value_or(0);
    }
    const bool ok = !winner.empty();
    rows.emplace_back(SampleDecided{key, index, ok, winner, best,
                                    "{\"qualities\":{" + qualities + "}" +
                                        (ok ? R"(,"winner":")" + id + "/" + winner + R"(","margin":)" + margin : "") +
                                        "}",
                                    ok ? "" : "no candidate", ok ? selector_ : 0});
    if (saved) rows.emplace_back(SampleSaved{key, index, "stories", R"({"id":1})", store_});
    rows.emplace_back(SampleSettled{key, index});
    journal->append(std::move(rows));
  }

  /// Samples with all that can be the case:
  ///   0 fantasy, a pair and a refusal, saved    1 mystery, a pair, one text as that of 0    2 failed    3 a tie
  ///   4 the same text twice    5 an abstention, and a text cut at a length    6 an empty winner    7 a winner that a
  ///   content filter cut    8 a prompt that ends with the assistant    9 a prompt of several turns    10 begun only
  void fill() {
    const std::string system = R"([{"role":"system","content":"You write."},{"role":"user","content":"Fantasy?"}])";
    add(0, "fantasy", system, "wren",
        {{"finch", "", {}, "stop", "", true}, {"quill", "Once.", 7.25}, {"wren", R"(\"Grüße\",\u2028日本 😀\n)", 9.5}},
        "2.25", true);
    add(1, "mystery", user("Mystery?"), "quill",
        {{"quill", R"( \"GRüße\",\u2028日本\t😀)", 8.5}, {"wren", "Who?", 8.25}}, "0.25");
    add(2, "mystery", user("Mystery?"), "", {{"wren", "", {}, "stop", "", true}});
    add(3, "mystery", user("A tie?"), "wren", {{"quill", "One.", 8}, {"wren", "Two.", 8}}, "0");
    add(4, "noir", user("The same?"), "wren", {{"quill", "same.", 6}, {"wren", " Same.", 9}}, "3");
    add(5, "noir", user("Alone?"), "wren", {{"quill", "Silent.", {}}, {"wren", "Alone.", 7.5, "length"}});
    add(6, "noir", user("Empty?"), "wren", {{"quill", "Full.", 5}, {"wren", R"( \n)", 9}}, "4");
    add(7, "noir", user("Cut?"), "wren", {{"quill", "Whole.", 5}, {"wren", "Half", 9, "content"}}, "4");
    add(8, "noir", R"([{"role":"user","content":"Go"},{"role":"assistant","content":"Well,"}])", "wren",
        {{"quill", "no", 1}, {"wren", "on", 9}}, "8");
    add(9, "sci-fi",
        R"([{"role":"user","content":"Hi"},{"role":"assistant","content":"Hello"},{"role":"user","content":"Mars?"}])",
        "wren",
        {{"quill", "Dust.", 2}, {"wren", "Red.", 8, "stop", R"("usage":{},"cost":{"usd":0,"source":"unknown"})"}}, "6");
    journal->append(batch(started(run.key, 10)));
    journal->flush();
  }

  reports::DatasetSummary write(const reports::DatasetOptions& options, std::string& training,
                                std::string* validation = nullptr,
                                reports::DatasetStatistics* statistics = nullptr) const {
    std::ostringstream one, two;
    const auto summary =
        reports::writeDataset(*journal, run, options, one, validation != nullptr ? &two : nullptr, statistics);
    training = one.str();
    if (validation != nullptr) *validation = two.str();
    return summary;
  }
  std::string text(const reports::DatasetOptions& options) const {
    std::string training;
    write(options, training);
    return training;
  }
  std::string text(reports::ExportFormat format) const { return text(options(format)); }

  static reports::DatasetOptions options(reports::ExportFormat format) {
    reports::DatasetOptions options;
    options.format = format;
    return options;
  }

  TempDir folder;
  std::unique_ptr<journal::Journal> journal;
  journal::Run run;

 private:
  journal::PluginKey source_ = 0, provider_ = 0, selector_ = 0, store_ = 0;
};

inline std::vector<std::string> linesOf(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

inline std::vector<rapidjson::Document> rowsOf(const std::string& text) {
  std::vector<rapidjson::Document> rows;
  for (const auto& line : linesOf(text)) {
    rows.emplace_back();
    rows.back().Parse<rapidjson::kParseFullPrecisionFlag | rapidjson::kParseValidateEncodingFlag>(line.c_str());
    if (!rows.back().IsObject()) throw std::runtime_error("no object: " + line);
  }
  return rows;
}

}  // namespace troupe::test
