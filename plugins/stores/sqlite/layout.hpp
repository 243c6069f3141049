#pragma once

#include <vector>

#include "database.hpp"

namespace troupe::sqlite_store {

/// The steps that lead from an empty file to the present layout; step i makes layout i + 1 (PRAGMA user_version) out of
/// layout i. A released step never changes; a new layout is a new step.
const std::vector<std::string>& layoutSteps();

/// Brings the file to the last of `steps`, in one transaction. Refuses a file of a newer Troupe, and one that belongs
/// to another program.
void bringUpToDate(Database& database, const std::vector<std::string>& steps);

}  // namespace troupe::sqlite_store
