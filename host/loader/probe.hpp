#pragma once

#include <chrono>
#include <filesystem>
#include <string>

#include "loader/child.hpp"
#include "support/problem.hpp"

namespace troupe::loader {

inline constexpr std::chrono::milliseconds kProbeLimit{5000};

enum class ProbeVerdict {
  usable,
  unusable_here,  ///< something is missing on this machine: may be mended without a change of the file
  bad,            ///< it crashed, hung or broke the ABI: quarantined
};

struct ProbeResult {
  ProbeVerdict verdict = ProbeVerdict::bad;
  std::string reason;
  std::string stderr_tail;
};

/// Runs `program plugins probe FILE` in a folder of its own and judges how it ended.
ProbeResult probeInChild(const std::filesystem::path& program, const std::filesystem::path& file);

/// What that child does: opens the module, creates and destroys an instance of every node type with the options of its
/// example. A create() that fails with a message is no fault. Throws Failure(plugin_unusable); a crash is left to
/// happen.
void probeHere(const std::filesystem::path& file);

/// How the child tells its parent why probeHere() threw.
std::string verdictLine(const Failure& failure);

/// The last line that is not empty.
std::string lastLine(const std::string& text);

/// Prepares a process that exists to run a plugin's code: ends with its parent, writes no core file, and leaves stdout
/// to the caller alone: what the plugin prints goes to stderr. Returns the descriptor that stands for stdout.
int becomeProbe();

}  // namespace troupe::loader
