#include "cli/plugins_commands.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include "loader/validator.hpp"
#include "support/json_text.hpp"
#include "support/sha256.hpp"
#include "support/temp_dir.hpp"

using namespace troupe;
namespace fs = std::filesystem;

namespace {

const fs::path kPlugins = TROUPE_TEST_PLUGIN_DIR;
#ifdef TROUPE_SANITIZED
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif

struct Answer {
  int code;
  std::string text;
};

Answer validate(const std::string& plugin, const std::string& filter = "", bool json = false) {
  std::ostringstream out;
  const int code = cli::pluginsValidate(kPlugins / (plugin + ".troupe"), {json, filter, TROUPE_PLUGINS_ONLY}, out);
  return {code, out.str()};
}

// The names of the checks that failed, in order.
std::vector<std::string> failedChecks(const std::string& plugin) {
  std::vector<std::string> names;
  for (const auto& result : loader::validate(kPlugins / (plugin + ".troupe"), TROUPE_PLUGINS_ONLY, ""))
    if (result.outcome == loader::CheckResult::Outcome::failed) names.push_back(result.name);
  return names;
}

loader::CatalogOptions options(const test::TempDir& dir, std::initializer_list<const char*> plugins) {
  fs::create_directories(dir / "plugins");
  for (const auto* plugin : plugins)
    fs::copy_file(kPlugins / (std::string(plugin) + ".troupe"), dir / ("plugins/" + std::string(plugin) + ".troupe"));
  loader::CatalogOptions options;
  options.folders = {dir / "plugins"};
  options.cache = dir / "cache";
  return options;
}

}  // namespace

TEST_CASE("a good plugin passes every check", "[validate]") {
  const auto plugin = GENERATE(as<std::string>(), "plain_c", "echo", "echo_static_runtime", "throws");
  const auto answer = validate(plugin);
  INFO(answer.text);
  CHECK(answer.code == 0);
  CHECK(answer.text.find("ok exports-exactly-one\n") != std::string::npos);
  CHECK(answer.text.find(
            "\nskipped static-and-dynamic-refused-together: plugins cannot be linked into this host yet\n") !=
        std::string::npos);
  CHECK(answer.text.find(" 0 failed, ") != std::string::npos);
}

TEST_CASE("each bad plugin is caught by the check that is named for it", "[validate]") {
  using Row = std::tuple<std::string, std::vector<std::string>>;
  const std::vector<std::string> all_loads = {"rtld-now-local",  "probe-time",         "init-deinit-100",
                                              "example-creates", "create-destroy-100", "unknown-node-id-absent"};
  auto [plugin, checks] = GENERATE_COPY(values<Row>({
      {"exports_more", {"exports-exactly-one"}},
      {"broken_manifest",
       {"manifest-valid", "rtld-now-local", "probe-time", "init-deinit-100", "example-creates", "create-destroy-100",
        "unknown-node-id-absent"}},
      {"manifest_differs",
       {"rtld-now-local", "manifest-section-equals-runtime", "probe-time", "init-deinit-100", "example-creates",
        "create-destroy-100", "unknown-node-id-absent"}},
      {"missing_symbol",
       {"no-undefined-host-symbols", "rtld-now-local", "probe-time", "init-deinit-100", "example-creates",
        "create-destroy-100", "unknown-node-id-absent"}},
      {"two_nodes_same_id", all_loads},
      {"silent_on_create", {"example-creates"}},
      {"throws_on_create", {"example-creates"}},
      {"aborts_on_create", {"example-creates", "create-destroy-100"}},
      {"leaks_files", {"create-destroy-100"}},
      {"leaks_threads", {"create-destroy-100"}},
      {"leaks_heap", {"create-destroy-100"}},
  }));
  if (kSanitized) checks.erase(std::remove(checks.begin(), checks.end(), "probe-time"), checks.end());
  CAPTURE(plugin);
  if (kSanitized && plugin == "leaks_heap") return;  // a sanitizer's heap does not count
  CHECK(failedChecks(plugin) == checks);
}

TEST_CASE("a failed check says fact and repair, and the exit code is 7", "[validate]") {
  const auto answer = validate("exports_more", "exports");
  CHECK(answer.code == 7);
  CHECK(answer.text ==
        "failed exports-exactly-one: it exports 1 more symbol: helper; link with the SDK's version script "
        "plugin.version\n"
        "1 check: 0 ok, 1 failed, 0 skipped\n");
  CHECK(validate("aborts_on_create", "example-creates").text ==
        "failed example-creates: it was killed by SIGABRT, after \"assertion failed: the moon is full\"\n"
        "1 check: 0 ok, 1 failed, 0 skipped\n");
}

TEST_CASE("the validator's JSON holds every check", "[validate]") {
  const auto answer = validate("exports_more", "no-", true);
  std::vector<Problem> problems;
  const auto json = parseJson(answer.text, problems);
  REQUIRE(json.has_value());
  CHECK((*json)["ok"].GetBool());
  CHECK((*json)["checks"].Size() == 4);
  CHECK(std::string((*json)["checks"][0]["name"].GetString()) == "no-unique-symbols");
  CHECK(std::string((*json)["checks"][0]["result"].GetString()) == "ok");
}

TEST_CASE("a check or file that is not there is a mistake of usage", "[validate]") {
  std::ostringstream out;
  CHECK_THROWS_WITH(cli::pluginsValidate("/nowhere.troupe", {}, out), "there is no file \"/nowhere.troupe\"");
  CHECK_THROWS_WITH(cli::pluginsValidate(kPlugins / "echo.troupe", {false, "no-textrell", ""}, out),
                    "no check is called \"no-textrell\"; did you mean \"no-textrel\"?");
}

TEST_CASE("plugins list shows what can be used, and why not", "[list]") {
  const test::TempDir dir;
  const loader::Catalog catalog(options(dir, {"echo", "no_symbol"}));
  std::ostringstream out;
  CHECK(cli::pluginsList(catalog, false, out) == 0);
  CHECK(out.str() ==
        "PLUGIN            VERSION  KIND           FILE\n"
        "org.example.echo  1.0.0    provider       " +
            (dir / "plugins/echo.troupe").string() + "\n" + (dir / "plugins/no_symbol.troupe").string() +
            ": refused: it does not export troupe_module_v1; use TROUPE_PLUGIN or TROUPE_MODULE, and "
            "troupe_add_plugin()\n"
            "1 plugin, 1 file that cannot be used\n");
}

TEST_CASE("plugins list has a JSON form", "[list]") {
  const test::TempDir dir;
  const loader::Catalog catalog(options(dir, {"echo", "no_symbol"}));
  std::ostringstream out;
  CHECK(cli::pluginsList(catalog, true, out) == 0);
  std::vector<Problem> problems;
  const auto json = parseJson(out.str(), problems);
  REQUIRE(json.has_value());
  const auto& plugins = (*json)["plugins"];
  REQUIRE(plugins.Size() == 2);
  CHECK(std::string(plugins[0]["nodes"][0]["kind"].GetString()) == "provider");
  CHECK(std::string(plugins[1]["state"].GetString()) == "refused");
}

TEST_CASE("plugins inspect takes a file, a plugin or a node type", "[inspect]") {
  const test::TempDir dir;
  const loader::Catalog catalog(options(dir, {"echo"}));
  const auto file = (dir / "plugins/echo.troupe").string();
  const std::string what = GENERATE(true, false) ? "org.example.echo" : file;
  std::ostringstream out;
  CHECK(cli::pluginsInspect(catalog, what, false, out) == 0);
  const auto text = out.str();
  CHECK(text.find("file      " + file + "\nstate     usable\nsha256    " + sha256File(file)) == 0);
  CHECK(text.find("\nexports   troupe_module_v1\n") != std::string::npos);
  CHECK(text.find("\nunloads   yes\n") != std::string::npos);
  CHECK(text.find("\nnode      org.example.echo: provider, Echo\n  in        prompt (troupe:prompt/1)\n") !=
        std::string::npos);
}

TEST_CASE("plugins inspect tells every mistake of a manifest", "[inspect]") {
  const test::TempDir dir;
  const loader::Catalog catalog(options(dir, {}));
  std::ostringstream out;
  CHECK(cli::pluginsInspect(catalog, (kPlugins / "broken_manifest.troupe").string(), false, out) == 7);
  CHECK(out.str().find("problem   manifest: /nodes/0/per: ") != std::string::npos);
  CHECK(out.str().find("problem   manifest: /nodes/0/colour: unknown key \"colour\"") != std::string::npos);
  CHECK_THROWS_WITH(cli::pluginsInspect(catalog, "nobody", false, out),
                    Catch::StartsWith("no file and no plugin is called \"nobody\""));
}

TEST_CASE("plugins inspect has a JSON form with the whole manifest", "[inspect]") {
  const test::TempDir dir;
  const loader::Catalog catalog(options(dir, {"echo"}));
  std::ostringstream out;
  CHECK(cli::pluginsInspect(catalog, "org.example.echo", true, out) == 0);
  std::vector<Problem> problems;
  const auto json = parseJson(out.str(), problems);
  REQUIRE(json.has_value());
  CHECK(std::string((*json)["manifest"]["id"].GetString()) == "org.example.echo");
  CHECK((*json)["unloadable"].GetBool());
}
