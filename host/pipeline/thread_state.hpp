#pragma once

#include <sys/types.h>

namespace troupe::pipeline {

/// Whether a thread of this process computes or waits only for a core; false when it sleeps. About 10 us: a file of
/// /proc is read.
bool isRunnable(pid_t thread);

}  // namespace troupe::pipeline
