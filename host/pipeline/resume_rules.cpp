#include "pipeline/resume_rules.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "pipeline/new_run.hpp"
#include "support/problem.hpp"

namespace troupe::pipeline {
namespace {

bool mayChange(const std::string& path) {
  const auto has = [&](std::string_view part) { return path.find(part) != std::string::npos; };
  return path == "run.samples" || path == "run.in_flight" || path == "/run/samples" || path == "/run/in_flight" ||
         ((path.starts_with("nodes.") || path.starts_with("/nodes/")) && (has(".limits.") || has("/limits/"))) ||
         path.starts_with("budget") || path.starts_with("/budget");
}

bool asksForSamples(const std::vector<config::Override>& changes) {
  return std::any_of(changes.begin(), changes.end(),
                     [](const auto& c) { return c.path == "run.samples" || c.path == "/run/samples"; });
}

}  // namespace

void checkChanges(const journal::Run& run, const std::vector<config::Override>& changes) {
  for (const auto& change : changes)
    if (!mayChange(change.path))
      throw Failure(ExitCode::usage, "a resume may change samples, in_flight, limits and budget, but not " +
                                         change.path + " (to \"" + change.value +
                                         "\"); begin a new run for that: troupe run " + run.file);
}

bool canResume(const journal::Run& run, const std::vector<config::Override>& changes) {
  return run.state == "running" || run.state == "paused" || run.state == "queued" ||
         (asksForSamples(changes) && run.state != "cancelled");
}

Resumption prepareResume(journal::Journal& journal, const loader::TypeLookup& types, journal::Run run,
                         const std::vector<config::Override>& changes, config::CheckOptions check) {
  auto overrides = overridesOf(run);
  overrides.insert(overrides.end(), changes.begin(), changes.end());
  check.base = run.base;
  check.overrides = overrides;
  auto pipeline = config::checkPipeline(run.pipeline_text, run.file, types, check);
  const bool more = asksForSamples(changes);
  if (const auto begun = journal.lastStarted(run.key) + 1; more && pipeline.samples < begun)
    throw Failure(ExitCode::usage, "run " + run.id + " has begun " + std::to_string(begun) +
                                       " samples; it cannot end with " + std::to_string(pipeline.samples));
  if (!changes.empty()) {
    journal.changeRun(run.key, pipeline.samples, pipeline.in_flight, overridesJson(overrides), run.pipeline_text,
                      pipeline.effective, pipeline.hash);
    run.in_flight = pipeline.in_flight;
    if (more) run.samples = pipeline.samples;
  }
  return {std::move(run), std::move(pipeline)};
}

}  // namespace troupe::pipeline
