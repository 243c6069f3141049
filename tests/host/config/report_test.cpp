#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "config/pipeline_config.hpp"
#include "host/config/test_types.hpp"
#include "support/temp_dir.hpp"

using namespace troupe;

namespace {

namespace fs = std::filesystem;

std::string contentOf(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

void replaceAll(std::string& text, const std::string& what, const std::string& with) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size()))
    text.replace(at, what.size(), with);
}

std::vector<fs::path> defects() {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(TROUPE_TEST_DATA "/config"))
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

// TROUPE_WRITE_EXPECTED=1 writes the reports instead of comparing them; look at each one before you commit it.
TEST_CASE("each defective pipeline gets exactly the report beside it", "[config]") {
  const test::TempDir base;
  base.write("prompts.txt", "one\n");
  base.write("folder/file", "x");
  const auto user = base.write("user/troupe/none", "").parent_path().parent_path();
  base.write("user/troupe/prices.json", R"({ "models": [
    { "host": "api.cloud.example", "model": ["big-1", "big-2-*"], "input": 1, "output": 4, "as_of": "2026-11-24", "source": "test" },
    { "host": "*.cloud.example", "model": "small-1", "input": 1, "output": 4, "max_output": 1000, "as_of": "2026-11-24", "source": "test" }
  ] })");
  ::setenv("XDG_CONFIG_HOME", user.c_str(), 1);
  ::setenv("TEST_SECRET", "s3cr3t", 1);
  ::unsetenv("TEST_ABSENT");
  const test::TestTypes types;

  const auto files = defects();
  REQUIRE(files.size() > 70);
  for (const auto& file : files) {
    CAPTURE(file.filename().string());
    std::string report = "accepted";
    try {
      config::checkPipeline(contentOf(file), file.filename().string(), types, {base.path(), {}, true});
    } catch (const Problems& problems) {
      report = problems.what();
      CHECK(problems.code() == ExitCode::invalid_pipeline);
    }
    replaceAll(report, base.path().string(), "{base}");
    const auto expected = fs::path(file).replace_extension(".expected");
    if (std::getenv("TROUPE_WRITE_EXPECTED") != nullptr) std::ofstream(expected) << report << '\n';
    CHECK(report + '\n' == contentOf(expected));
    CHECK(report.find("s3cr3t") == std::string::npos);
  }
  ::unsetenv("XDG_CONFIG_HOME");
}
