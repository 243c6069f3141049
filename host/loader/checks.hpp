#pragma once

#include <filesystem>
#include <vector>

#include "loader/validator.hpp"

namespace troupe::loader {

/// One check: a name that stays, and what it looks at.
struct FileCheck {
  const char* name;
  CheckResult (*run)(const struct FileSubject& subject);
};

struct LoadCheck {
  const char* name;
  CheckResult (*run)(const std::filesystem::path& file);
};

const std::vector<FileCheck>& fileChecks();
const std::vector<LoadCheck>& loadChecks();
std::vector<CheckResult> runFileChecks(const std::filesystem::path& file, std::string_view filter);

inline CheckResult failed(std::string fact, std::string repair = "") {
  return {"", CheckResult::Outcome::failed, std::move(fact), std::move(repair)};
}
inline CheckResult skipped(std::string why) { return {"", CheckResult::Outcome::skipped, std::move(why), ""}; }

}  // namespace troupe::loader
