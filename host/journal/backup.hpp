#pragma once

#include <filesystem>

#include "journal/sqlite.hpp"

namespace troupe::journal {

/// Writes one consistent, compact copy of the whole database to `to`, which is replaced. It appears only once it is
/// complete and on disk.
void copyDatabase(sqlite::Connection& from, const std::filesystem::path& to);

}  // namespace troupe::journal
