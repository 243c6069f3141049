#pragma once

#include "cli/arguments.hpp"
#include "config/pipeline_config.hpp"
#include "loader/catalog.hpp"
#include "support/problem.hpp"

namespace troupe::cli {

/// Prints what a run would take, as ranges: calls (without and with every repeat), size of the answers, time. Local
/// nodes are tried out on a few prompts; nothing is sent anywhere and nothing is stored.
ExitCode dryRun(const config::Pipeline& pipeline, loader::Catalog& catalog, const Arguments& arguments);

}  // namespace troupe::cli
