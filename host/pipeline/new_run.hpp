#pragma once

#include <string>
#include <vector>

#include "config/pipeline_config.hpp"
#include "journal/rows.hpp"

namespace troupe::pipeline {

/// A run of a checked pipeline, ready to be put into the journal; its seed is drawn when the pipeline names none.
journal::NewRun newRun(const config::Pipeline& pipeline, const std::string& file, const config::CheckOptions& options);

/// What the journal keeps of the changes to a pipeline.
std::string overridesJson(const std::vector<config::Override>& overrides);
std::vector<config::Override> overridesOf(const journal::Run& run);

/// The one sink that the host knows by its name: it shows a run in the terminal of `run` and `resume`.
inline constexpr const char* kConsoleSink = "troupe.sink.console";
void removeConsole(config::Pipeline& pipeline);

}  // namespace troupe::pipeline
