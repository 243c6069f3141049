#pragma once

#include "cli/arguments.hpp"
#include "support/problem.hpp"

namespace troupe::cli {

/// Checks what a run needs of this machine: plugins, secrets, paths, journal, disk; with a pipeline file, what that one
/// needs. One line a check: fact and, when it is not well, repair. Exit code 0, or 3 when a pipeline cannot run, 6 for
/// journal or disk, 7 for plugins.
ExitCode doctor(const Arguments& arguments);

}  // namespace troupe::cli
