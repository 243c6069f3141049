#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "config/pipeline_config.hpp"
#include "host/config/test_types.hpp"
#include "support/sha256.hpp"
#include "support/temp_dir.hpp"

using namespace troupe;
using config::CheckOptions;
using config::Pipeline;

namespace {

const std::string kNodes = R"("nodes": {
  "genres": { "type": "test.prompts" },
  "wren": { "type": "test.provider", "inputs": "genres" },
  "craft": { "type": "test.scorer", "inputs": ["wren"] },
  "vote": { "type": "test.selector", "inputs": ["craft"] },
  "log.file": { "type": "test.sink", "options": { "path": "run.log" } }
} )";
const std::string kSmall = "{ " + kNodes + "}";

Pipeline check(const std::string& text, CheckOptions options = {"/base", {}, false}) {
  static const test::TestTypes kTypes;
  return config::checkPipeline(text, "stories.json", kTypes, options);
}

std::string refusal(const std::string& text, CheckOptions options = {"/base", {}, false}) {
  try {
    check(text, std::move(options));
  } catch (const Problems& problems) {
    return problems.what();
  }
  return "accepted";
}

const config::Node& node(const Pipeline& pipeline, std::string_view name) {
  const auto* found = pipeline.find(name);
  REQUIRE(found != nullptr);
  return *found;
}

std::string edges(const config::Node& node) {
  std::string text;
  for (const auto& input : node.inputs) {
    text += (text.empty() ? "" : " ") + input.from + ">" + input.port;
    if (input.lag) text += "-" + std::to_string(*input.lag);
  }
  return text;
}

Pipeline example() {
  std::ifstream in(TROUPE_TEST_DATA "/config/valid/stories.json", std::ios::binary);
  return check({std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()});
}

}  // namespace

TEST_CASE("a checked pipeline holds what the file says", "[config]") {
  const auto pipeline = example();
  CHECK(pipeline.name == "stories");
  CHECK(pipeline.samples == 50);
  CHECK(pipeline.in_flight == 8);
  CHECK(pipeline.seed == 7);
  CHECK_FALSE(pipeline.ensemble.stopsEarly());

  std::string names;
  for (const auto& n : pipeline.nodes) names += n.name + " ";
  CHECK(names == "genres wren quill claude craft judge vote good memory stories log ");
  CHECK(pipeline.find("desktop") == nullptr);

  CHECK(edges(node(pipeline, "genres")) == "memory>examples-16");
  CHECK(edges(node(pipeline, "quill")) == "genres>prompt");
  CHECK(edges(node(pipeline, "claude")).empty());
  CHECK(edges(node(pipeline, "craft")) == "wren>candidate quill>candidate");
  CHECK(edges(node(pipeline, "judge")) == "wren>candidate quill>candidate");
  CHECK(edges(node(pipeline, "vote")) == "craft>scores judge>scores");

  CHECK(node(pipeline, "wren").limits.in_flight == 4);
  CHECK(node(pipeline, "wren").limits.rpm == 60);
  CHECK(node(pipeline, "wren").limits.timeout_s == 60);
  CHECK(node(pipeline, "wren").limits.retries == 2);
  CHECK(node(pipeline, "quill").limits.timeout_s == 120);
  CHECK(node(pipeline, "judge").weight == 2);
  CHECK(node(pipeline, "judge").models == std::map<std::string, std::vector<std::string>>{{"judge", {"claude"}}});
  for (const auto& n : pipeline.nodes) CHECK(n.info != nullptr);
}

TEST_CASE("the policy of the ensemble is read, with defaults", "[config]") {
  using Policy = config::Ensemble::Policy;
  const auto with = [](const std::string& ensemble) {
    return check(R"({ "ensemble": )" + ensemble + R"(, "nodes": { "genres": { "type": "test.prompts" },
      "wren": { "type": "test.provider", "inputs": ["genres"] }, "quill": { "type": "test.provider", "inputs": ["genres"] },
      "off": { "type": "test.provider", "enabled": false, "inputs": ["genres"] },
      "craft": { "type": "test.scorer", "inputs": ["wren", "quill", "off"] },
      "vote": { "type": "test.selector", "inputs": ["craft"] } } })")
        .ensemble;
  };
  CHECK(with("{}").policy == Policy::all);
  CHECK(with(R"({ "policy": "all" })").policy == Policy::all);
  const auto cascade = with(R"({ "policy": "cascade" })");
  CHECK(cascade.policy == Policy::cascade);
  CHECK(cascade.order == std::vector<std::string>{"wren", "quill"});
  CHECK(cascade.stop_at == 8);
  CHECK(cascade.min_candidates == 1);
  CHECK(cascade.max_candidates == 0);
  const auto reversed = with(R"({ "policy": "cascade", "order": ["off", "quill", "wren"], "stop_at": 7.5 })");
  CHECK(reversed.order == std::vector<std::string>{"quill", "wren"});
  CHECK(reversed.stop_at == 7.5);
  const auto bandit = with(R"({ "policy": "bandit" })");
  CHECK(bandit.policy == Policy::bandit);
  CHECK(bandit.explore == 0.1);
  CHECK(bandit.lag == 16);
  CHECK_FALSE(bandit.by_genre);
  const auto whole = with(
      R"({ "policy": "bandit", "stop_at": 9, "min_candidates": 2, "max_candidates": 2, "explore": 0, "lag": 8, "by": "genre" })");
  CHECK(whole.stop_at == 9);
  CHECK(whole.min_candidates == 2);
  CHECK(whole.max_candidates == 2);
  CHECK(whole.explore == 0);
  CHECK(whole.lag == 8);
  CHECK(whole.by_genre);
}

TEST_CASE("who judges candidates of its own is warned of", "[config]") {
  const auto text = [](const std::string& models, const std::string& inputs) {
    return R"({ "nodes": { "genres": { "type": "test.prompts" },
      "wren": { "type": "test.provider", "inputs": ["genres"], "options": { "model": "w" } },
      "quill": { "type": "test.provider", "inputs": ["genres"], "options": { "model": "q" }, "fallback": "twin" },
      "twin": { "type": "test.provider", "options": { "model": "w" }, "fallback": "claude" },
      "claude": { "type": "test.provider", "options": { "model": "c" } },
      "craft": { "type": "test.panel", "inputs": [)" +
           inputs + R"(], "models": { "judges": [)" + models +
           R"(] } }, "vote": { "type": "test.selector", "inputs": ["craft"] } } })";
  };
  const auto warnings = [&](const std::string& models, const std::string& inputs) {
    std::string all;
    for (const auto& warning : check(text(models, inputs)).warnings) all += troupe::format("f", warning) + "\n";
    return all;
  };
  CHECK(warnings(R"("claude", "quill")", R"("wren")").empty());
  CHECK(warnings(R"("claude", "wren")", R"("wren", "quill")") ==
        "f:6:102: /nodes/craft/models/judges/1: \"wren\" is asked to judge its own candidates; a model favours its own "
        "words; name one of another family (a panel leaves it out there)\n");
  CHECK(warnings(R"("twin", "claude")", R"("wren", "quill")")
            .find("\"twin\" is asked to judge candidates of its own model, by \"wren\"") != std::string::npos);
}

TEST_CASE("options are completed: defaults, absolute paths, secrets as references", "[config]") {
  ::setenv("TEST_SECRET", "s3cr3t", 1);
  const test::TempDir base;
  const auto with = [&](const std::string& options) {
    const auto text = R"({ "nodes": { "genres": { "type": "test.prompts" },
      "wren": { "type": "test.provider", "inputs": ["genres"], "options": )" +
                      options + R"( },
      "craft": { "type": "test.scorer", "inputs": ["wren"] }, "vote": { "type": "test.selector", "inputs": ["craft"] } } })";
    return node(check(text, {base.path(), {}, true}), "wren").options;
  };
  CHECK(with("{}") == R"({"model":"small","temperature":0.7})");
  CHECK(with(R"({"model": "m", "api_key": {"secret": "TEST_SECRET"}})") ==
        R"({"model":"m","api_key":"${secret:TEST_SECRET}","temperature":0.7})");
  CHECK(with(R"({"headers": {"a": {"secret": "TEST_SECRET"}, "b": "plain"}})") ==
        R"({"headers":{"a":"${secret:TEST_SECRET}","b":"plain"},"model":"small","temperature":0.7})");

  CHECK(node(check(kSmall), "log.file").options == R"({"path":"/base/run.log"})");
  CHECK(node(check(kSmall, {"/base", {{"nodes.log.file.options.path", "../x/./y.log"}}, false}), "log.file").options ==
        R"({"path":"/x/y.log"})");
  CHECK(node(check(kSmall, {"/base", {{"nodes.log.file.options.path", "/abs/y.log"}}, false}), "log.file").options ==
        R"({"path":"/abs/y.log"})");
  CHECK(node(check(kSmall, {"/base", {{"nodes.log.file.options", "{}"}}, false}), "log.file").options ==
        R"({"path":""})");
}

TEST_CASE("the hosts of a node's addresses are known", "[config]") {
  const auto with = [](const std::string& options) {
    const auto text = R"({ "nodes": { "genres": { "type": "test.prompts" },
      "wren": { "type": "test.provider", "inputs": ["genres"], "options": )" +
                      options + R"( },
      "craft": { "type": "test.scorer", "inputs": ["wren"] }, "vote": { "type": "test.selector", "inputs": ["craft"] } } })";
    return node(check(text), "wren").hosts;
  };
  using Hosts = std::vector<std::string>;
  CHECK(with(R"({ "base_url": "https://API.Example.org:8443/v1" })") == Hosts{"api.example.org"});
  CHECK(with(R"({ "base_url": "http://[::1]:8080" })") == Hosts{"::1"});
  CHECK(with(R"({ "model": "https://other.example/" })").empty());
  CHECK(with("{}").empty());
}

TEST_CASE("what the file does not say has a default", "[config]") {
  const auto pipeline = check(kSmall);
  CHECK(pipeline.name == "stories");  // The file's name.
  CHECK(pipeline.samples == 50);
  CHECK(pipeline.in_flight == 8);
  CHECK_FALSE(pipeline.seed.has_value());
  CHECK(node(pipeline, "craft").weight == 1);
}

TEST_CASE("an input from a disabled node is dropped", "[config]") {
  const auto pipeline = check(R"({ "nodes": {
    "genres": { "type": "test.prompts", "inputs": { "examples": { "from": "memory", "lag": 8 } } },
    "wren": { "type": "test.provider", "inputs": ["genres"] },
    "quill": { "type": "test.provider", "inputs": ["genres"], "enabled": false },
    "craft": { "type": "test.scorer", "inputs": ["quill", "wren"] },
    "vote": { "type": "test.selector", "inputs": ["craft"] },
    "memory": { "type": "test.memory", "inputs": ["vote"], "enabled": false },
    "later": { "type": "not.installed.yet", "inputs": ["vote"], "enabled": false } } })");
  CHECK(edges(node(pipeline, "craft")) == "wren>candidate");
  CHECK(edges(node(pipeline, "genres")).empty());
  CHECK(pipeline.nodes.size() == 4);
}

TEST_CASE("the hash covers the pipeline and neither comments, order, ui nor the schema's address", "[config]") {
  const auto hash = check(kSmall).hash;
  CHECK(check("// a comment\n{ \"ui\": { \"x\": 1 }, \"$schema\": \"s\", " + kNodes + ", }").hash == hash);
  CHECK(check("{ \"run\": { \"samples\": 50 }, " + kNodes + "}").hash != hash);
  CHECK(check("{ \"name\": \"a\", \"run\": { \"seed\": 1 }, " + kNodes + "}").hash ==
        check("{ \"run\": { \"seed\": 1 }, " + kNodes + ", \"name\": \"a\" }").hash);
  CHECK(check(kSmall, {"/base", {{"run.samples", "9"}}, false}).hash !=
        check(kSmall, {"/base", {{"run.samples", "8"}}, false}).hash);

  const auto pipeline = check("{ \"ui\": {}, \"run\": { \"seed\": 1, \"samples\": 2 }, " + kNodes + "}");
  CHECK(pipeline.hash == sha256(pipeline.effective));
  CHECK_THAT(pipeline.effective, Catch::StartsWith(R"({"nodes":{"craft":{"inputs":["wren"],"type":"test.scorer"},)"));
  CHECK_THAT(pipeline.effective, Catch::EndsWith(R"("run":{"samples":2,"seed":1}})"));
  CHECK_THAT(pipeline.text, Catch::Contains("\"ui\""));
  CHECK(check(pipeline.effective).hash == pipeline.hash);
}

TEST_CASE("an override (--set) changes values by dotted path or JSON pointer", "[config]") {
  const auto with = [](const std::string& path, const std::string& value) {
    return check(kSmall, {"/base", {{path, value}}, false});
  };
  CHECK(with("run.samples", "7").samples == 7);
  CHECK(with("/run/samples", "7").samples == 7);
  CHECK(with("name", "other").name == "other");
  CHECK(with("name", "\"7\"").name == "7");
  CHECK(node(with("nodes.wren.limits.retries", "0"), "wren").limits.retries == 0);
  CHECK(node(with("nodes.wren.options.model", "gpt-5"), "wren").options == R"({"model":"gpt-5","temperature":0.7})");
  CHECK(node(with("nodes.wren.options", "{\"model\": \"x\", /* why */ }"), "wren").options ==
        R"({"model":"x","temperature":0.7})");
  CHECK(node(with("nodes.craft.weight", "3"), "craft").weight == 3);
  CHECK(edges(node(with("nodes.craft.inputs.0", "wren"), "craft")) == "wren>candidate");
  CHECK(with("nodes.log.file.enabled", "false").find("log.file") == nullptr);
  CHECK(with("/nodes/log.file/enabled", "false").find("log.file") == nullptr);

  const auto twice = check(kSmall, {"/base", {{"run.samples", "7"}, {"run.samples", "8"}}, false});
  CHECK(twice.samples == 8);
}

TEST_CASE("an override (--set) that leads nowhere or to nonsense is refused", "[config]") {
  const auto [path, value, expected] = GENERATE(table<std::string, std::string, std::string>({
      {"nodes.wern.options.model", "x",
       R"(--set nodes.wern.options.model: no node is called "wern"; did you mean "wren"?)"},
      {"/nodes/wern/options/model", "x",
       R"(--set /nodes/wern/options/model: no node is called "wern"; did you mean "wren"?)"},
      {"nodes.wren", "x", R"(/nodes/wren: "wren" is "x", not an object (as set on the command line))"},
      {"nodes.wren.option.model", "x",
       R"(--set nodes.wren.option.model: "/nodes/wren" has no "option"; did you mean "options"?)"},
      {"nodes.wren.limits.retry", "1",
       R"(--set nodes.wren.limits.retry: "/nodes/wren/limits" has no "retry"; known: "in_flight", "rpm", "tpm", "timeout_s", "retries")"},
      {"samples", "5",
       R"(--set samples: a pipeline has no "samples"; known: "name", "run", "ensemble", "nodes", "budget")"},
      {"run.sample", "5", R"(--set run.sample: "/run" has no "sample"; did you mean "samples"?)"},
      {"run.samples", "many", R"(/run/samples: "samples" is "many", not an integer (as set on the command line))"},
      {"run.samples.x", "1", R"(/run/samples: "samples" is an object, not an integer (as set on the command line))"},
      {"nodes.craft.type.x", "1",
       R"(--set nodes.craft.type.x: "/nodes/craft/type" is no object, so there is no "x" in it)"},
      {"nodes.craft.inputs.1", "x",
       R"(--set nodes.craft.inputs.1: the list "/nodes/craft/inputs" has no element "1"; it has 1)"},
      {"nodes.craft.inputs.0", "wern",
       R"(/nodes/craft/inputs/0: no node is called "wern" (as set on the command line); did you mean "wren"?)"},
      {"nodes.wren.options.modell", "x",
       R"(/nodes/wren/options/modell: unknown key "modell" (as set on the command line); did you mean "model"?)"},
      {"", "x", R"(--set : a pipeline has no ""; known: "name", "run", "ensemble", "nodes", "budget")"},
  }));
  CAPTURE(path);
  const auto report = refusal(kSmall, {"/base", {{path, value}}, false});
  CHECK_THAT(report, Catch::StartsWith("stories.json: " + expected));
}

TEST_CASE("without the environment neither secrets nor files are looked at", "[config]") {
  ::unsetenv("TEST_ABSENT");
  const auto text = R"({ "nodes": { "genres": { "type": "test.file", "options": { "path": "nowhere/x.txt" } },
    "wren": { "type": "test.provider", "inputs": ["genres"], "options": { "api_key": { "secret": "TEST_ABSENT" } } },
    "craft": { "type": "test.scorer", "inputs": ["wren"] }, "vote": { "type": "test.selector", "inputs": ["craft"] } } })";
  CHECK(refusal(text) == "accepted");
  CHECK_THAT(refusal(text, {"/base", {}, true}),
             Catch::Contains("\"TEST_ABSENT\" is not set") && Catch::Contains("cannot be read"));
}

TEST_CASE("a pipeline is read from a file, or refused with the reason", "[config]") {
  const test::TempDir folder;
  const test::TestTypes types;
  const CheckOptions options{folder.path(), {}, true};
  CHECK(config::loadPipeline(folder.write("tales.json", kSmall), types, options).name == "tales");
  CHECK_THROWS_WITH(config::loadPipeline(folder / "none.json", types, options),
                    (folder / "none.json").string() + ": cannot be read: No such file or directory");
  CHECK_THROWS_WITH(config::loadPipeline(folder.path(), types, options),
                    folder.path().string() + ": is a folder; name a file");
}

TEST_CASE("a report of thousands of mistakes is cut", "[config]") {
  std::string text = "{ \"nodes\": { \"vote\": { \"type\": \"test.selector\", \"inputs\": [";
  for (int i = 0; i < 5000; ++i) text += "\"x" + std::to_string(i) + "\",";
  const auto report = refusal(text + "] } } }");
  CHECK(std::count(report.begin(), report.end(), '\n') == 100);
  CHECK_THAT(report, Catch::EndsWith("stories.json: and 4902 more"));
}

TEST_CASE("a pipeline of more than 1000 nodes is refused", "[config]") {
  std::string text = "{ \"nodes\": {";
  for (int i = 0; i < 1001; ++i) text += "\"n" + std::to_string(i) + "\": { \"type\": \"test.sink\" },";
  CHECK_THAT(refusal(text + "} }"), Catch::Contains("\"nodes\" has 1001 keys, more than its maximum of 1000"));
}
