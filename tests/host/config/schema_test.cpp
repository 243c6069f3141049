#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "config/json_text.hpp"
#include "config/pipeline_config.hpp"
#include "host/config/test_types.hpp"
#include "support/json_schema.hpp"

using namespace troupe;

namespace {

namespace fs = std::filesystem;

std::string contentOf(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

/// The node types of all plugins of the source tree, as their manifests describe them.
class SourceTypes final : public loader::TypeLookup {
 public:
  SourceTypes() {
    for (const auto& entry : fs::recursive_directory_iterator(TROUPE_SOURCE_DIR "/plugins")) {
      if (entry.path().filename() != "plugin.json") continue;
      std::vector<Problem> problems;
      auto manifest = loader::parseManifest(contentOf(entry.path()), problems);
      INFO(entry.path() << ": " << (problems.empty() ? "" : problems[0].fact));
      REQUIRE(manifest.has_value());
      for (auto& type : manifest->nodes) types_.emplace(type.id, std::move(type));
    }
  }
  const loader::NodeType* find(std::string_view id) const override {
    const auto found = types_.find(id);
    return found == types_.end() ? nullptr : &found->second;
  }
  std::vector<std::string> nodeTypes() const override {
    std::vector<std::string> ids;
    for (const auto& [id, type] : types_) ids.push_back(id);
    return ids;
  }
  std::string whyMissing(std::string_view) const override { return {}; }

 private:
  std::map<std::string, loader::NodeType, std::less<>> types_;
};

std::string misfits(const loader::TypeLookup& types, const std::string& pipeline) {
  std::vector<Problem> problems;
  const auto schema = JsonSchema::compile(config::pipelineSchema(types), problems);
  for (const auto& problem : problems) UNSCOPED_INFO(format("schema", problem));
  REQUIRE(schema.has_value());
  const auto json = config::JsonText::parse(pipeline, problems);
  REQUIRE(json.has_value());
  std::string text;
  for (const auto& problem : schema->check(json->document())) text += format("", problem) + "\n";
  return text;
}

}  // namespace

TEST_CASE("the pipeline schema takes what the checker takes", "[config]") {
  const test::TestTypes types;
  for (const auto& entry : fs::directory_iterator(TROUPE_TEST_DATA "/config/valid")) {
    CAPTURE(entry.path().string());
    CHECK(misfits(types, contentOf(entry.path())).empty());
  }
}

TEST_CASE("the pipeline schema knows the options of each node type", "[config]") {
  const test::TestTypes types;
  const auto [options, expected] = GENERATE(table<std::string, std::string>({
      {R"({})", ""},
      {R"({ "temperature": 3 })", "/nodes/a/options/temperature: \"temperature\" is 3, more than its maximum 2\n"},
      {R"({ "modell": "x" })", "/nodes/a/options/modell: unknown key \"modell\"; did you mean \"model\"?\n"},
      {R"({ "api_key": { "secret": "KEY" } })", ""},
      {R"({ "api_key": "sk-1234" })", "/nodes/a/options/api_key: \"api_key\" is \"sk-1234\", not an object\n"},
      {R"({ "headers": { "x": { "secret": "KEY" }, "y": "plain" } })", ""},
  }));
  CAPTURE(options);
  CHECK(misfits(types, R"({ "nodes": { "a": { "type": "test.provider", "options": )" + options + "} } }") == expected);
}

TEST_CASE("the pipeline schema offers only what this version does", "[config]") {
  const test::TestTypes types;
  const std::string node = R"("nodes": { "a": { "type": "test.sink" } } })";
  CHECK(misfits(types, "{" + node).empty());
  CHECK_THAT(misfits(types, R"({ "budget": { "eur": 1 }, )" + node),
             Catch::StartsWith("/budget/eur: unknown key \"eur\""));
  CHECK_THAT(misfits(types, R"({ "ensemble": { "policy": "bandits" }, )" + node),
             Catch::StartsWith("/ensemble/policy:"));
  CHECK_THAT(misfits(types, R"({ "nodes": { "a": { "type": "test.sink", "isolation": "process" } } })"),
             Catch::StartsWith("/nodes/a/isolation:"));
  CHECK_THAT(misfits(types, R"({ "nodes": { "a": { "type": "test.sinc" } } })"), Catch::StartsWith("/nodes/a/type:"));
}

TEST_CASE("the bundled plugins make one schema, and the shipped pipelines fit it and check", "[config]") {
  const SourceTypes types;
  REQUIRE_FALSE(types.nodeTypes().empty());
  CHECK(misfits(types, R"({ "nodes": { "a": { "type": "troupe.sink.log_file" } } })").find("/nodes/a/type") ==
        std::string::npos);
  if (!fs::is_directory(TROUPE_SOURCE_DIR "/config")) return;
  for (const auto& entry : fs::directory_iterator(TROUPE_SOURCE_DIR "/config")) {
    if (entry.path().extension() != ".json" || entry.path().filename() == "prices.json") continue;
    CAPTURE(entry.path().string());
    CHECK(misfits(types, contentOf(entry.path())).empty());
    CHECK_NOTHROW(config::loadPipeline(entry.path(), types, {TROUPE_SOURCE_DIR, {}, false}));
  }
}
