#pragma once

#include <vector>

#include "cli/arguments.hpp"
#include "support/problem.hpp"

namespace troupe::cli {

/// `troupe runs export`.
std::vector<OptionSpec> exportOptions();
ExitCode exportRun(const Arguments& arguments);

}  // namespace troupe::cli
