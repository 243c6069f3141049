#pragma once

#include <vector>

#include "cli/arguments.hpp"
#include "support/problem.hpp"

/// Counting a run again from its journal, which is only read.
namespace troupe::cli {

std::vector<OptionSpec> rescoreOptions();
ExitCode rescoreRun(const Arguments& arguments);

std::vector<OptionSpec> revoteOptions();
ExitCode revoteRun(const Arguments& arguments);

}  // namespace troupe::cli
