#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <vector>

#include <troupe/troupe.hpp>

#include "cli/common.hpp"
#include "cli/model_check.hpp"
#include "cli/model_commands.hpp"
#include "cli/trial_node.hpp"

namespace troupe::cli {
namespace {

void print(const std::vector<ModelFinding>& findings, money::Nano cost, bool well) {
  JsonWriter json;
  const auto number = [&json](const char* name, const std::optional<std::int64_t>& value) {
    if (value) json.member(name, *value);
  };
  json.beginObject().member("well", well).key("checks").beginArray();
  for (const auto& f : findings) {
    json.beginObject().member("check", f.node).member("well", f.well).member("fact", f.fact);
    if (!f.model.empty()) json.member("model", f.model);
    number("latency_ms", f.latency_ms);
    if (f.input || f.output) {
      json.key("usage").beginObject();
      number("input", f.input);
      number("output", f.output);
      json.endObject();
    }
    if (f.cost) json.member("usd", money::usdOf(*f.cost));
    json.endObject();
  }
  json.endArray().member("usd", money::usdOf(cost)).endObject();
  std::cout << json.text() << '\n';
}

}  // namespace

ExitCode checkModels(const Arguments& arguments) {
  arguments.expect(1, 1, "troupe check FILE [options]");
  const auto& file = arguments.positional()[0];
  const bool json = arguments.has("json");
  const auto reach = network(arguments);
  const auto catalog = openCatalog(arguments);
  auto options = checkOptions(arguments, true);
  options.secrets = false;  // A key that is missing keeps no other node from being checked.
  if (!options.prices)
    options.prices = config::Prices::load(config::Prices::standardFiles(std::filesystem::absolute(file).parent_path()));
  const auto pipeline = openPipeline(file, *catalog, options);

  std::vector<ModelFinding> findings;
  auto code = ExitCode::complete;
  ModelCheck check(pipeline, *catalog, *options.prices, reach, !arguments.has("replay"), [&](ModelFinding finding) {
    if (!finding.well && code == ExitCode::complete) code = finding.code;
    if (!json) std::cout << (finding.well ? "ok    " : "FAULT ") << finding.node << ": " << finding.fact << std::endl;
    findings.push_back(std::move(finding));
  });
  check.run();
  if (json)
    print(findings, check.cost(), code == ExitCode::complete);
  else if (check.cost() > 0)
    std::cout << "      these calls have cost " << money::usdText(check.cost()) << " at most\n";
  std::cout.flush();
  if (check.stuck()) std::_Exit(static_cast<int>(code));
  return code;
}

}  // namespace troupe::cli
