#pragma once

#include <filesystem>
#include <string>

#include "journal/sqlite.hpp"
#include "support/problem.hpp"

namespace troupe::journal {

/// What went wrong with the file, in words of a user: the file, the fact, what to do.
std::string explain(const std::filesystem::path& file, const sqlite::Error& error);

inline Failure failure(const std::filesystem::path& file, const sqlite::Error& error) {
  return {ExitCode::journal, explain(file, error)};
}

}  // namespace troupe::journal
