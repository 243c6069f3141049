#pragma once

#include <rapidjson/document.h>

#include <memory>
#include <sstream>
#include <string>

#include "cli/runs_commands.hpp"
#include "host/journal/journal_support.hpp"
#include "support/temp_dir.hpp"

namespace troupe::test {

/// A journal with one run, "stories-…":
///   sample 0  fantasy, wren won with 9.436 and was saved; quill came second, with an abstention; finch failed after
///   three attempts sample 1  mystery, quill won with 7.96 and was dropped by the filter sample 2  mystery, failed
///   sample 3  sci-fi, begun and held by "review"
class RunsFixture {
 public:
  RunsFixture() : journal(std::make_unique<journal::Journal>(writing(folder / "j.db"))) {
    run = journal->createRun(newRun());
    fill(run.key, 310, "2026");
  }

  /// The same samples; what may differ between equal runs is taken from the arguments.
  void fill(journal::RunKey key, std::int64_t latency_ms, const std::string& store_id) const {
    using namespace journal;
    auto& to = *journal;
    const auto source = to.plugin("troupe.prompts.genres", "0.1.0", std::string(64, '1'));
    const auto provider = to.plugin("troupe.provider.storyteller", "0.1.0", std::string(64, '2'));
    const auto text = to.plugin("troupe.scorer.text", "0.1.0", std::string(64, '3'));
    const auto vote = to.plugin("troupe.selector.best", "0.1.0", std::string(64, '4'));
    const auto filter = to.plugin("troupe.filter.threshold", "0.1.0", std::string(64, '5'));
    const auto store = to.plugin("troupe.store.sqlite", "0.1.0", std::string(64, '6'));

    const auto prompt = [](int index, const std::string& genre) {
      return R"({"id":")" + std::to_string(index) + R"(","index":)" + std::to_string(index) +
             R"(,"seed":5,"messages":[{"role":"system","content":"You write."},{"role":"user","content":"A story, please: \")" +
             genre + R"(\""}],"vars":{"genre":")" + genre + R"("}})";
    };
    const auto candidate = [&](int index, const std::string& node, const std::string& words) {
      const auto json =
          R"({"id":")" + std::to_string(index) + "/" + node + R"(","node":")" + node + R"(","model":"teller-)" + node +
          R"(","text":")" + words +
          R"(","finish":"stop","usage":{"input":12,"output":3e1},"cost":{"usd":0,"source":"unknown"},"latency_ms":)" +
          std::to_string(latency_ms) + R"(,"attempts":1})";
      return CallSettled{key, index, node, "", true, json, 0, "", 1, latency_ms, latency_ms, provider};
    };
    const auto score = [&](int index, const std::string& node, const std::string& scorer, std::optional<double> value,
                           const std::string& more) {
      const auto json =
          R"({"candidate":")" + std::to_string(index) + "/" + node + R"(","scorer":")" + scorer + "\"" +
          (value ? ",\"value\":" + std::to_string(*value) + ",\"abstained\":false" : ",\"abstained\":true") + more +
          "}";
      return ScoreSettled{key, index, node, scorer, value, json, text};
    };

    to.append(batch(
        SampleStarted{key, 0, 100, prompt(0, "fantasy"), "fantasy", source},
        Attempt{key, 0, "finch", 1, 6, "connection reset", latency_ms, 1},
        Attempt{key, 0, "finch", 2, 5, "busy", latency_ms, 2}, candidate(0, "wren", "Once, \\\"here\\\",\\nthere."),
        candidate(0, "quill", "Once."),
        CallSettled{key, 0, "finch", "", false, "", 6, "connection reset", 3, latency_ms, 3, provider},
        score(
            0, "wren", "craft", 9.4,
            R"(,"reason":"few repeated words","parts":[{"name":"repetition","value":9.1,"weight":1,"reason":"0.4 % repeated"}])"),
        score(0, "wren", "length", 9.5, R"(,"reason":"210 words")"), score(0, "quill", "craft", 8.8, ""),
        score(0, "quill", "length", std::nullopt, R"(,"reason":"too short to say")"),
        SampleDecided{
            key, 0, true, "wren", 9.436,
            R"({"qualities":{"wren":9.436,"quill":8.8},"winner":"0/wren","ranking":["0/wren","0/quill"],"margin":0.636,"ties":[],"abstained":["length on 0/quill"],"reason":"highest weighted mean","votes":[{"scorer":"craft","for":"0/wren","margin":0.6}]})",
            "", vote},
        VerdictGiven{key, 0, "good", true, "quality 9.43 >= 8", filter},
        SampleSaved{key, 0, "stories", R"({"id":)" + store_id + R"(,"where":"stories.db"})", store},
        SampleSettled{key, 0}));
    to.append(
        batch(SampleStarted{key, 1, 101, prompt(1, "mystery"), "mystery", source}, candidate(1, "quill", "=1+1"),
              score(1, "quill", "craft", 7.96, ""),
              SampleDecided{key, 1, true, "quill", 7.96,
                            R"({"qualities":{"quill":7.96},"winner":"1/quill","margin":null,"reason":"the only one"})",
                            "", vote},
              VerdictGiven{key, 1, "good", false, "quality 7.96 < 8", filter}, SampleSettled{key, 1}));
    to.append(batch(
        SampleStarted{key, 2, 102, prompt(2, "mystery"), "mystery", source},
        CallSettled{key, 2, "wren", "", false, "", 7, "refused", 1, latency_ms, 3, provider},
        SampleDecided{key, 2, false, "", 0, R"({"qualities":{}})", "no candidate; wren: content: refused", 0},
        SampleSettled{key, 2},
        EventAppended{key, "sample",
                      R"("number":3,"progress":{"current":3,"total":50,"successful":2,"failed":1,"stories_saved":1})",
                      1700000000000}));
    to.append(
        batch(SampleStarted{key, 3, 103, prompt(3, "sci-fi"), "sci-fi", source}, candidate(3, "wren", "Mars."),
              SampleDecided{key, 3, true, "wren", 8.5, R"({"qualities":{"wren":8.5},"winner":"3/wren"})", "", vote},
              SampleHeld{key, 3, "review", std::nullopt, false, "a person looks at it", filter}));
    to.flush();
  }

  /// Ends the run as an interrupted or paused one, and gives the journal's lock back.
  const journal::Journal& reader() {
    journal.reset();
    if (!reader_) reader_ = std::make_unique<journal::Journal>(reading(folder / "j.db"));
    return *reader_;
  }

  TempDir folder;
  std::unique_ptr<journal::Journal> journal;
  journal::Run run;

 private:
  std::unique_ptr<journal::Journal> reader_;
};

/// What `command` prints.
template <typename Command>
std::string printed(Command&& command) {
  std::ostringstream out;
  command(out);
  return out.str();
}

inline bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace troupe::test
