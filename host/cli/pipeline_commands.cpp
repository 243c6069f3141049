#include <iostream>

#include <troupe/troupe.hpp>

#include "cli/command.hpp"
#include "cli/common.hpp"
#include "cli/doctor.hpp"
#include "cli/graph.hpp"
#include "cli/model_commands.hpp"
#include "cli/trial.hpp"
#include "cli/trial_models.hpp"
#include "cli/trial_node.hpp"
#include "pipeline/engine.hpp"

namespace troupe::cli {
namespace {

void printProblems(const std::vector<Problem>& problems, const std::vector<Problem>& warnings = {}) {
  JsonWriter json;
  const auto list = [&json](const char* name, const std::vector<Problem>& found) {
    json.key(name).beginArray();
    for (const auto& problem : found)
      json.beginObject()
          .member("pointer", problem.place)
          .member("line", problem.line)
          .member("column", problem.column)
          .member("fact", problem.fact)
          .member("repair", problem.repair)
          .endObject();
    json.endArray();
  };
  json.beginObject().member("valid", problems.empty());
  list("problems", problems);
  if (!warnings.empty()) list("warnings", warnings);
  json.endObject();
  std::cout << json.text() << '\n';
}

ExitCode validate(const Arguments& arguments) {
  arguments.expect(1, 1, "troupe validate FILE");
  const auto catalog = openCatalog(arguments);
  try {
    const auto pipeline =
        openPipeline(arguments.positional()[0], *catalog, checkOptions(arguments, !arguments.has("portable")));
    if (arguments.has("json")) {
      printProblems({}, pipeline.warnings);
    } else {
      for (const auto& warning : pipeline.warnings)
        std::cerr << "troupe: warning: " << format(arguments.positional()[0], warning) << '\n';
      std::cout << arguments.positional()[0] << ": ok: " << pipeline.nodes.size() << " nodes, " << pipeline.samples
                << " samples\n";
    }
    return ExitCode::complete;
  } catch (const Problems& e) {
    if (!arguments.has("json")) throw;
    printProblems(e.problems());
    return e.code();
  }
}

ExitCode graph(const Arguments& arguments) {
  arguments.expect(1, 1, "troupe graph FILE");
  const auto format = arguments.get("format", "mermaid");
  if (format != "mermaid" && format != "dot")
    throw Failure(ExitCode::usage, "--format is \"" + format + "\"; known: mermaid, dot");
  const auto catalog = openCatalog(arguments);
  const auto pipeline = openPipeline(arguments.positional()[0], *catalog, checkOptions(arguments, false));
  std::cout << (format == "dot" ? dot(pipeline) : mermaid(pipeline));
  return ExitCode::complete;
}

ExitCode schema(const Arguments& arguments) {
  arguments.expect(0, 0, "troupe schema");
  std::cout << config::pipelineSchema(*openCatalog(arguments)) << '\n';
  return ExitCode::complete;
}

ExitCode tryNode(const Arguments& arguments) {
  constexpr const char* kUsage = "troupe try NODE --prompt TEXT [--file FILE]";
  arguments.expect(1, 1, kUsage);
  const auto catalog = openCatalog(arguments);
  config::Pipeline pipeline;
  const auto node = nodeToTry(arguments, arguments.positional()[0], *catalog, pipeline);
  const auto seed = arguments.integer("seed", 0, 2'147'483'647).value_or(1);
  std::string input = arguments.get("input");
  if (input.empty() && node.info->kind == loader::Kind::prompt_source)
    input = "{\"index\":0,\"seed\":" + std::to_string(seed) + ",\"total\":1}";
  if (input.empty()) {
    if (!arguments.has("prompt") && !node.info->example_input.empty() && !arguments.has("text")) {
      input = node.info->example_input;
    } else {
      if (!arguments.has("prompt"))
        throw Failure(ExitCode::usage, std::string("--prompt is missing; usage: ") + kUsage);
      const auto prompt = promptJson(arguments.get("prompt"), arguments.get("genre"), 0, seed);
      const auto member = sampleMember(prompt, 0, seed);
      if (node.info->kind == loader::Kind::provider) {
        input = "{\"prompt\":" + prompt + "," + member + "}";
      } else if (node.info->kind == loader::Kind::scorer && arguments.has("text")) {
        JsonWriter candidate;
        candidate.beginObject()
            .member("id", "0/trial")
            .member("node", "trial")
            .member("text", arguments.get("text"))
            .endObject();
        input = "{\"candidate\":" + std::string(candidate.text()) + "," + member + "}";
      } else {
        throw Failure(ExitCode::usage, "a " + std::string(loader::toString(node.info->kind)) +
                                           " needs its whole input: --input JSON (for a scorer: --prompt and --text)");
      }
    }
  }
  Trial trial(node, *catalog);
  std::unique_ptr<TrialModels> models;
  if (!node.models.empty())
    models = std::make_unique<TrialModels>(
        node, pipeline, *catalog,
        sampleMember(promptJson(arguments.get("prompt", "Hello"), arguments.get("genre"), 0, seed), 0, seed),
        static_cast<std::uint64_t>(seed), network());
  bool streamed = false;
  const auto result = trial.call(
      input, static_cast<std::uint64_t>(seed),
      [&](std::uint32_t kind, std::string_view json) {
        if (kind != TROUPE_DELTA || arguments.has("json")) return;
        rapidjson::Document delta;
        delta.Parse(json.data(), json.size());
        if (delta.HasParseError() || !delta.IsObject()) return;
        std::cout << Object(delta).text("text", "") << std::flush;
        streamed = true;
      },
      std::move(models));
  if (streamed) std::cout << "\n\n";
  if (result.failure) {
    std::cerr << "troupe: " << node.name << ": " << pipeline::codeName(result.failure->code) << ": "
              << result.failure->message << '\n';
    if (trial.stuck()) std::_Exit(static_cast<int>(ExitCode::plugin_unusable));
    return ExitCode::plugin_unusable;
  }
  for (const auto& value : result.values) {
    rapidjson::Document document;
    document.Parse(value.json.data(), value.json.size());
    const bool answer =
        !document.HasParseError() && document.IsObject() && document.HasMember("text") && document["text"].IsString();
    if (!arguments.has("json") && answer && !streamed) std::cout << document["text"].GetString() << "\n\n";
    if (arguments.has("json") || !answer) std::cout << value.port->name << ": " << value.json << '\n';
  }
  if (result.hold) std::cout << "held: " << *result.hold << '\n';
  if (result.values.empty() && !result.hold) std::cout << "(it emitted nothing)\n";
  if (!arguments.has("json")) std::cout << node.name << " answered in " << result.latency_ms << " ms\n";
  return ExitCode::complete;
}

}  // namespace

std::vector<Command> pipelineCommands() {
  auto with_overrides = [](std::vector<OptionSpec> options) {
    for (auto& option : overrideOptions())
      if (option.name != "genres") options.push_back(std::move(option));  // A shorthand of `run`.
    options.push_back(pricesOption());
    options.push_back(pluginPathOption());
    return options;
  };
  std::vector<Command> commands;
  commands.push_back(
      {"validate",
       "FILE [options]",
       "check a pipeline file and report every mistake",
       {},
       with_overrides({jsonOption(), {"portable", "", "leave out what depends on this machine: secrets and paths"}}),
       validate});
  commands.push_back({"graph",
                      "FILE [options]",
                      "draw a pipeline as Mermaid or DOT",
                      {},
                      with_overrides({{"format", "mermaid|dot", "default: mermaid"}}),
                      graph});
  commands.push_back({"schema",
                      "[options]",
                      "print the JSON Schema of pipeline files, with the options of all plugins",
                      {},
                      {pluginPathOption()},
                      schema});
  commands.push_back({"try", "NODE --prompt TEXT [options]", "make one call to a node and show the answer or the error",
                      "NODE is a node of the pipeline file, or a node type (with the options of its example).",
                      with_overrides({fileOption(),
                                      {"prompt", "TEXT", "what the user says"},
                                      {"genre", "GENRE", "the prompt's genre"},
                                      {"text", "TEXT", "for a scorer: the text to score"},
                                      {"input", "JSON", "the whole input of the call instead"},
                                      jsonOption()}),
                      tryNode});
  commands.push_back({"models", "NODE [options]", "list the models of a provider",
                      "NODE is a provider of the pipeline file, or its node type (with the options of its example).",
                      with_overrides({fileOption(), jsonOption()}), listModels});
  auto of_check = with_overrides({jsonOption()});
  for (auto& option : recordingOptions()) of_check.push_back(std::move(option));
  commands.push_back({"check", "FILE [options]", "ask each model of a pipeline: key, model, price and a tiny answer",
                      "This costs a little: every provider is asked for a few words, and every judge for one judgement "
                      "of two sentences. Nothing is stored.",
                      std::move(of_check), checkModels});
  commands.push_back({"doctor",
                      "[FILE] [options]",
                      "check plugins, secrets, paths, journal and disk",
                      {},
                      {jsonOption(), journalOption(), pluginPathOption()},
                      doctor});
  return commands;
}

}  // namespace troupe::cli
