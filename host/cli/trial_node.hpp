#pragma once

#include <string>

#include "cli/arguments.hpp"
#include "config/pipeline_config.hpp"
#include "loader/catalog.hpp"

namespace troupe::cli {

/// How commands check a pipeline that they do not run.
config::CheckOptions checkOptions(const Arguments& arguments, bool environment);

/// The node that a single call is made to: one of the pipeline file (which `pipeline` is then), or a node type with the
/// options of its example. Throws Failure.
config::Node nodeToTry(const Arguments& arguments, const std::string& name, const loader::Catalog& catalog,
                       config::Pipeline& pipeline);

/// --file, where nodeToTry() looks.
OptionSpec fileOption();

}  // namespace troupe::cli
