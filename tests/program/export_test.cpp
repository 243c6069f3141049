// `troupe runs export` for training, as a user runs it.
#include <rapidjson/document.h>
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <filesystem>

#include "program/database.hpp"
#include "program/sandbox.hpp"

namespace {

using namespace troupe::test;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;
namespace fs = std::filesystem;

// A finished run of the demo's pipeline; tests write beside it, each under names of its own.
const Sandbox& finished() {
  static const Sandbox sandbox;
  static const bool made = [] {
    fs::copy(TROUPE_SOURCE_DIR "/config", sandbox / "config", fs::copy_options::recursive);
    std::vector<std::string> arguments = {"run", "config/stories.json", "--samples", "40", "--quiet"};
    for (const std::string node : {"marlow", "wren", "quill"})
      arguments.insert(arguments.end(), {"--set", "nodes." + node + ".options.pace_ms=0"});
    const auto result = sandbox.run(arguments);
    INFO(result.err);
    REQUIRE(result.code == 0);
    return true;
  }();
  (void)made;
  return sandbox;
}

Result exported(std::vector<std::string> arguments, const ProcessOptions& options = finished().options()) {
  arguments.insert(arguments.begin(), {"runs", "export"});
  return finished().run(arguments, options);
}

std::string contentOf(const std::string& name) { return readFile(finished() / name); }

std::size_t leftovers() {
  std::size_t count = 0;
  for (const auto& entry : fs::directory_iterator(finished().work()))
    count += entry.path().extension() == ".tmp" ? 1 : 0;
  return count;
}

}  // namespace

TEST_CASE("a data set on standard output is that in a file, twice the same", "[program][export]") {
  const auto format = GENERATE(as<std::string>(), "sft", "sft-prompt", "sharegpt", "dpo", "kto");
  CAPTURE(format);
  const auto printed = exported({"--format", format});
  CHECK(printed.code == 0);
  CHECK_THAT(printed.err, StartsWith(format + ": "));
  CHECK_THAT(printed.err, Contains(" of 40 samples"));
  rapidjson::Document row;
  row.Parse(printed.out.substr(0, printed.out.find('\n')).c_str());
  CHECK(row.IsObject());
  const auto name = format + ".jsonl";
  for (int i = 0; i < 2; ++i) {
    const auto written = exported({"last", "--format", format, "--out", name});
    CHECK(written.code == 0);
    CHECK(written.out.empty());
    CHECK(written.err == printed.err);
    CHECK(contentOf(name) == printed.out);
  }
}

TEST_CASE("a split with a card, twice the same", "[program][export]") {
  const std::vector<std::string> arguments = {"--format", "dpo",   "--split",     "0.25",   "--dedup", "--min-margin",
                                              "0.5",      "--out", "pairs.jsonl", "--card", "pairs.md"};
  const auto result = exported(arguments);
  INFO(result.err);
  REQUIRE(result.code == 0);
  CHECK_FALSE(fs::exists(finished() / "pairs.jsonl"));
  const auto training = contentOf("pairs.train.jsonl"), validation = contentOf("pairs.validation.jsonl"),
             card = contentOf("pairs.md");
  CHECK_FALSE(training.empty());
  CHECK_FALSE(validation.empty());
  CHECK_THAT(card, StartsWith("# Data card: dpo of `stories-"));
  CHECK_THAT(card, Contains("| `pairs.train.jsonl` | "));
  CHECK_THAT(card, Contains(" | " + std::to_string(validation.size()) + " | `"));
  CHECK_THAT(card, Contains("| `troupe.selector.best` | 0.1.0 | `"));
  CHECK(card.find(finished().work().string()) == std::string::npos);
  CHECK(exported(arguments).code == 0);
  CHECK(contentOf("pairs.train.jsonl") == training);
  CHECK(contentOf("pairs.validation.jsonl") == validation);
  CHECK(contentOf("pairs.md") == card);
  CHECK(leftovers() == 0);
}

TEST_CASE("a card beside standard output", "[program][export]") {
  const auto result = exported({"--format", "kto", "--threshold", "7.5", "--card", "alone.md"});
  CHECK(result.code == 0);
  CHECK_THAT(result.out, StartsWith("{\"prompt\":"));
  CHECK_THAT(contentOf("alone.md"), Contains("| label is true from quality | 7.5 |"));
}

TEST_CASE("what an export does not take", "[program][export]") {
  using Row = std::tuple<std::vector<std::string>, std::string>;
  const auto [arguments, part] = GENERATE(values<Row>({
      {{"--format", "parquet"}, "datasets.load_dataset(\"json\", data_files=…)"},
      {{"--format", "sft", "--split", "0.1"}, "say where: --out NAME.jsonl makes NAME.train.jsonl and "},
      {{"--format", "sft", "--split", "1", "--out", "x"}, "--split is \"1\"; it takes the share"},
      {{"--format", "sft", "--split", "nan", "--out", "x"}, "--split is \"nan\"; it takes the share"},
      {{"--format", "dpo", "--min-margin", "-1"}, "--min-margin is \"-1\"; it takes a number from 0 to 10"},
      {{"--format", "dpo", "--min-margin", "nan"}, "--min-margin is \"nan\"; it takes a number from 0 to 10"},
      {{"--format", "dpo", "--threshold", "8"}, "--threshold goes with --format kto"},
      {{"--format", "kto", "--threshold", "11"}, "--threshold is \"11\""},
      {{"--dedup"}, "--dedup goes with a data set: --format sft, "},
      {{"--format", "csv", "--split", "0.1", "--out", "x"}, "--split goes with a data set"},
      {{"--canonical", "--card", "x"}, "--card goes with a data set"},
      {{"--format", "sft", "--out", "x", "--card", "./x"}, "--card and --out name the same file"},
  }));
  CAPTURE(arguments);
  const auto result = exported(arguments);
  CHECK(result.code == 2);
  CHECK(result.out.empty());
  CHECK_THAT(result.err, StartsWith("troupe: ") && Contains(part));
  CHECK_FALSE(fs::exists(finished() / "x"));
}

TEST_CASE("an export that cannot be written says why, and leaves what is there", "[program][export]") {
  const auto format = GENERATE(as<std::string>(), "sft", "jsonl");
  CAPTURE(format);
  const auto lost = exported({"--format", format, "--out", "missing/x.jsonl"});
  CHECK(lost.code == 6);
  CHECK_THAT(lost.err, Contains("cannot write missing/x.jsonl: No such file or directory; make its folder first"));
  fs::create_directories(finished() / "folder");
  CHECK_THAT(exported({"--format", format, "--out", "folder"}).err, Contains("cannot write folder: Is a directory"));
  CHECK_THAT(exported({"--format", format, "--out", "/dev/full"}).err, Contains("troupe: "));
  CHECK(exported({"--format", format, "--out", "/dev/full"}).code == 6);
  CHECK(exported({"--format", format, "--out", "/dev/null"}).code == 0);

  finished().write("kept.jsonl", "as it was");
  auto options = finished().options();
  options.file_size = 8 << 10;
  const auto full = exported({"--format", format, "--out", "kept.jsonl"}, options);
  CHECK(full.code == 6);
  CHECK(contentOf("kept.jsonl") == "as it was");
  CHECK(leftovers() == 0);
}

TEST_CASE("a file that is replaced keeps its permissions, a link stays one", "[program][export]") {
  const auto file = finished().write("mine.jsonl", "old");
  REQUIRE(::chmod(file.c_str(), 0640) == 0);
  fs::create_symlink("mine.jsonl", finished() / "link.jsonl");
  CHECK(exported({"--format", "sft", "--out", "link.jsonl"}).code == 0);
  CHECK(fs::is_symlink(finished() / "link.jsonl"));
  CHECK_THAT(contentOf("mine.jsonl"), StartsWith("{\"messages\":"));
  struct stat status {};
  REQUIRE(::stat(file.c_str(), &status) == 0);
  CHECK((status.st_mode & 07777U) == 0640U);
}
