#pragma once

#include "cli/arguments.hpp"
#include "support/problem.hpp"

namespace troupe::cli {

/// Prints the models that a provider can be asked for. A call that fails ends it with plugin_unusable.
ExitCode listModels(const Arguments& arguments);

/// Asks every model and every judge of a pipeline something tiny. One line a finding: fact and, when it is not well,
/// repair. Exit code 0, or that of the first fault: 3 for a key that is missing, 7 for a call that failed.
ExitCode checkModels(const Arguments& arguments);

}  // namespace troupe::cli
