#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::loader {

/// How one check of a plugin ended.
struct CheckResult {
  enum class Outcome { ok, failed, skipped };
  std::string name;
  Outcome outcome = Outcome::ok;
  std::string fact;    ///< of a failed one: what is the case; of a skipped one: why
  std::string repair;  ///< may be empty
};
std::string_view toString(CheckResult::Outcome outcome);

/// Names of all checks, in their order.
std::vector<std::string> checkNames();

/// Runs the checks whose name contains `filter`. Those of the file run here and run no byte of it; each of those that
/// load it runs in a child of its own (`program plugins probe --check NAME FILE`), so that a crash is that check's
/// failure.
std::vector<CheckResult> validate(const std::filesystem::path& file, const std::filesystem::path& program,
                                  std::string_view filter);

/// What that child does: one load check. May crash.
CheckResult runLoadCheck(const std::string& name, const std::filesystem::path& file);

/// A result as one line between child and parent.
std::string toLine(const CheckResult& result);

}  // namespace troupe::loader
