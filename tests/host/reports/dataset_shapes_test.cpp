#include <catch2/catch.hpp>

#include "dataset_support.hpp"
#include "reports/sample_json.hpp"

using namespace troupe;
using namespace troupe::reports;
using namespace troupe::test;

namespace {

// The second line of each: a prompt of several turns, and an answer without anything odd.
constexpr auto kTurns =
    R"({"role":"user","content":"Hi"},{"role":"assistant","content":"Hello"},{"role":"user","content":"Mars?"})";
constexpr auto kFantasy = R"({"role":"system","content":"You write."},{"role":"user","content":"Fantasy?"})";
constexpr auto kOdd = R"({"role":"assistant","content":"\"Grüße\",\u2028日本 😀\n"})";
constexpr auto kRed = R"({"role":"assistant","content":"Red."})";

std::string joined(std::initializer_list<std::string_view> parts) {
  std::string text;
  for (const auto part : parts) text += part;
  return text;
}

std::string assistant(const std::string& text) { return R"({"role":"assistant","content":")" + text + "\"}"; }

// Two samples are enough for the bytes.
struct Two : DatasetFixture {
  Two() {
    fill();
    for (auto* const kept : {"fantasy", "sci-fi"}) genres.emplace_back(kept);
  }
  std::string of(ExportFormat format) const {
    std::string all;
    for (const auto& genre : genres) {
      auto options = DatasetFixture::options(format);
      options.filters.genre = genre;
      all += text(options);
    }
    return all;
  }
  std::vector<std::string> genres;
};

}  // namespace

TEST_CASE("sft has messages with the winner last", "[reports]") {
  CHECK(Two().of(ExportFormat::sft) ==
        joined({R"({"messages":[)", kFantasy, ",", kOdd, "]}\n", R"({"messages":[)", kTurns, ",", kRed, "]}\n"}));
}

TEST_CASE("sft-prompt has prompt and completion as messages", "[reports]") {
  CHECK(Two().of(ExportFormat::sft_prompt) == joined({R"({"prompt":[)", kFantasy, R"(],"completion":[)", kOdd, "]}\n",
                                                      R"({"prompt":[)", kTurns, R"(],"completion":[)", kRed, "]}\n"}));
}

TEST_CASE("sharegpt has conversations of system, human and gpt", "[reports]") {
  CHECK(Two().of(ExportFormat::sharegpt) ==
        R"({"conversations":[{"from":"system","value":"You write."},{"from":"human","value":"Fantasy?"},)"
        R"({"from":"gpt","value":"\"Grüße\",\u2028日本 😀\n"}]})"
        "\n"
        R"({"conversations":[{"from":"human","value":"Hi"},{"from":"gpt","value":"Hello"},)"
        R"({"from":"human","value":"Mars?"},{"from":"gpt","value":"Red."}]})"
        "\n");
}

TEST_CASE("dpo has the best and the worst answer with scores and margin", "[reports]") {
  CHECK(Two().of(ExportFormat::dpo) ==
        joined({R"({"prompt":[)", kFantasy, R"(],"chosen":[)", kOdd, R"(],"rejected":[)", assistant("Once."),
                R"(],"score_chosen":9.5,"score_rejected":7.25,"margin":2.25})", "\n", R"({"prompt":[)", kTurns,
                R"(],"chosen":[)", kRed, R"(],"rejected":[)", assistant("Dust."),
                R"(],"score_chosen":8.0,"score_rejected":2.0,"margin":6.0})", "\n"}));
}

TEST_CASE("kto has a row an answer, labelled by its quality", "[reports]") {
  CHECK(Two().of(ExportFormat::kto) ==
        joined({R"({"prompt":[)",      kFantasy, R"(],"completion":[)", assistant("Once."),
                R"(],"label":false})", "\n",     R"({"prompt":[)",      kFantasy,
                R"(],"completion":[)", kOdd,     R"(],"label":true})",  "\n",
                R"({"prompt":[)",      kTurns,   R"(],"completion":[)", assistant("Dust."),
                R"(],"label":false})", "\n",     R"({"prompt":[)",      kTurns,
                R"(],"completion":[)", kRed,     R"(],"label":true})",  "\n"}));
}

TEST_CASE("every line end of Unicode is escaped, and reads back", "[reports]") {
  DatasetFixture fixture;
  fixture.add(0, "g", user("a\xE2\x80\xA8z"), "wren", {{"wren", "\xC2\x85\xE2\x80\xA9 é\xE2\x80\xA8", 9}});
  fixture.journal->flush();
  const auto text = fixture.text(ExportFormat::sft);
  CHECK(text ==
        R"({"messages":[{"role":"user","content":"a\u2028z"},{"role":"assistant","content":"\u0085\u2029 é\u2028"}]})"
        "\n");
  CHECK(rowsOf(text)[0]["messages"][1]["content"] == "\xC2\x85\xE2\x80\xA9 é\xE2\x80\xA8");
}

TEST_CASE("every row of a format has the same columns, and no null", "[reports]") {
  DatasetFixture fixture;
  fixture.fill();
  const auto format = GENERATE(ExportFormat::sft, ExportFormat::sft_prompt, ExportFormat::sharegpt, ExportFormat::dpo,
                               ExportFormat::kto);
  CAPTURE(nameOf(format));
  const auto columns = [](const rapidjson::Document& row) {
    std::string names;
    for (const auto& member : row.GetObject())
      names += std::string(member.name.GetString()) + ":" + std::to_string(member.value.IsDouble()) + " ";
    return names;
  };
  const auto text = fixture.text(format);
  CHECK(text.find("null") == std::string::npos);
  const auto rows = rowsOf(text);
  REQUIRE(rows.size() > 2);
  for (const auto& row : rows) CHECK(columns(row) == columns(rows[0]));
}

TEST_CASE("dpo read back is what the journal has", "[reports]") {
  DatasetFixture fixture;
  fixture.fill();
  const auto rows = rowsOf(fixture.text(ExportFormat::dpo));
  const std::vector<std::int64_t> samples = {0, 1, 9};
  REQUIRE(rows.size() == samples.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    CAPTURE(samples[i]);
    const auto record = fixture.journal->sample(fixture.run.key, samples[i]);
    REQUIRE(record);
    const auto sample = sampleJson(fixture.run, *record);
    const auto& row = rows[i];
    CHECK(row["prompt"] == sample["prompt"]["messages"]);
    const auto has = [&](const char* side, const char* score) {
      bool found = false;
      for (const auto& candidate : sample["candidates"].GetArray())
        found = found || (candidate["text"] == row[side][0]["content"] && candidate["quality"] == row[score]);
      return found;
    };
    CHECK(has("chosen", "score_chosen"));
    CHECK(has("rejected", "score_rejected"));
    CHECK(row["chosen"].Size() == 1);
    CHECK(row["chosen"][0]["role"] == "assistant");
    CHECK(row["score_chosen"].GetDouble() == record->quality);
    CHECK(row["margin"].GetDouble() == row["score_chosen"].GetDouble() - row["score_rejected"].GetDouble());
    for (const auto& candidate : sample["candidates"].GetArray()) {
      CHECK(candidate["quality"].GetDouble() <= row["score_chosen"].GetDouble());
      CHECK(candidate["quality"].GetDouble() >= row["score_rejected"].GetDouble());
    }
  }
}
