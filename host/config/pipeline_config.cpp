#include "config/pipeline_config.hpp"

#include <algorithm>
#include <utility>

#include "config/budget_check.hpp"
#include "config/canonical_json.hpp"
#include "config/draft.hpp"
#include "config/edges.hpp"
#include "config/ensemble_check.hpp"
#include "config/json_text.hpp"
#include "config/json_value.hpp"
#include "config/option_check.hpp"
#include "config/overrides.hpp"
#include "config/pipeline_shape.hpp"
#include "config/prices.hpp"
#include "config/report.hpp"
#include "config/text_file.hpp"
#include "config/whole_check.hpp"
#include "support/sha256.hpp"

namespace troupe::config {
namespace {

using rapidjson::Value;

[[noreturn]] void refuse(const std::string& file_name, std::vector<Problem> problems) {
  throw Problems(ExitCode::invalid_pipeline, file_name, std::move(problems));
}

void readRun(const Value& document, Pipeline& pipeline) {
  const auto* run = member(document, "run");
  if (run == nullptr) return;
  if (const auto* samples = member(*run, "samples"); samples != nullptr && samples->IsInt64())
    pipeline.samples = samples->GetInt64();
  if (const auto* seed = member(*run, "seed"); seed != nullptr && seed->IsInt64()) pipeline.seed = seed->GetInt64();
  if (const auto* in_flight = member(*run, "in_flight");
      in_flight != nullptr && in_flight->IsInt() && in_flight->GetInt() > 0)
    pipeline.in_flight = in_flight->GetInt();
}

std::string nameOf(const Value& document, const std::string& file_name) {
  if (const auto name = textMember(document, "name"); !name.empty()) return std::string(name);
  const auto stem = std::filesystem::path(file_name).stem().string();
  return stem.empty() ? "pipeline" : stem;
}

// A pipeline that somebody else sends brings no prices of its own folder.
std::shared_ptr<const Prices> pricesFor(const std::string& file_name, const CheckOptions& options) {
  if (options.prices) return options.prices;
  // What others send has no place, and a stored text may have lost its own.
  const bool placed = !options.confinement && !file_name.empty();
  const auto folder = placed ? std::filesystem::absolute(file_name).parent_path() : std::filesystem::path();
  return Prices::load(Prices::standardFiles(folder));
}

std::string effectiveJson(rapidjson::Document& document) {
  document.RemoveMember("ui");
  document.RemoveMember("$schema");
  return canonicalJson(document);
}

}  // namespace

const Node* Pipeline::find(std::string_view node) const {
  const auto found = std::find_if(nodes.begin(), nodes.end(), [&](const Node& n) { return n.name == node; });
  return found == nodes.end() ? nullptr : &*found;
}

Pipeline checkPipeline(std::string_view text, const std::string& file_name, const loader::TypeLookup& types,
                       const CheckOptions& options) {
  std::vector<Problem> unreadable;
  const auto json = JsonText::parse(std::string(text), unreadable);
  if (!json) refuse(file_name, std::move(unreadable));

  rapidjson::Document document;
  document.CopyFrom(json->document(), document.GetAllocator());
  Report report(*json);
  applyOverrides(document, options.overrides, report);
  checkShape(document, report);

  Pipeline pipeline;
  readRun(document, pipeline);
  auto drafts = readDrafts(document, types, report);
  OptionCheck option_check(options.base, options.environment, report, options.confinement);
  if (!options.secrets) option_check.needNoSecrets();
  for (auto& draft : drafts.nodes) option_check.check(draft);
  connectNodes(drafts, pipeline.in_flight, report);
  connectModels(drafts, report);
  connectFallbacks(drafts, report);
  readCaches(drafts, report);
  checkCycles(drafts, report);
  checkWhole(drafts, types, report);
  pipeline.ensemble = checkEnsemble(document, drafts, pipeline.in_flight, report);
  pipeline.budget = checkBudget(document, drafts, *pricesFor(file_name, options), report);
  if (!report.empty()) refuse(file_name, report.take());

  pipeline.warnings = report.takeWarnings();
  pipeline.name = nameOf(document, file_name);
  for (auto& draft : drafts.nodes)
    if (draft.node.enabled) pipeline.nodes.push_back(std::move(draft.node));
  pipeline.text = text;
  pipeline.effective = effectiveJson(document);
  pipeline.hash = sha256(pipeline.effective);
  return pipeline;
}

Pipeline loadPipeline(const std::filesystem::path& file, const loader::TypeLookup& types, const CheckOptions& options) {
  std::vector<Problem> problems;
  const auto text = readTextFile(file, kMaxBytes, problems);
  if (!text) refuse(file.string(), std::move(problems));
  return checkPipeline(*text, file.string(), types, options);
}

}  // namespace troupe::config
