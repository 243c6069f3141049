#pragma once

#include <cstdint>
#include <filesystem>
#include <span>

#include "journal/sqlite.hpp"

namespace troupe::journal {

/// One step of the schema. Steps are never changed once released; a new one is added at the end.
struct Migration {
  int version;  ///< PRAGMA user_version after it; 1, 2, … without a gap
  const char* sql;
};

/// The schema of this program, from an empty file on.
std::span<const Migration> migrations();

/// "TRPE": tells a journal from another program's database.
constexpr std::int64_t kApplicationId = 0x54525045;

/// What a file holds: its version, 0 for an empty one. Throws Failure(journal) for a newer one than the last of
/// `steps`, and for another program's database.
int journalVersion(sqlite::Connection& connection, const std::filesystem::path& file, std::span<const Migration> steps);

/// Brings a journal to the last version, each step in a transaction of its own. Before the first step that changes
/// existing data a consistent copy "<file>.v<N>.bak" is made. The caller has the writer's lock.
void migrate(sqlite::Connection& connection, const std::filesystem::path& file,
             std::span<const Migration> steps = migrations());

}  // namespace troupe::journal
