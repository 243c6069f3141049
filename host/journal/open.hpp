#pragma once

#include <filesystem>
#include <memory>

#include "journal/sqlite.hpp"

namespace troupe::journal {

/// The writer's connection: made when it is not there, in WAL mode, durable at every commit, at the newest version. The
/// caller has the writer's lock. Throws sqlite::Error, Failure.
std::unique_ptr<sqlite::Connection> openWriter(const std::filesystem::path& file);

/// A connection that can only read, has looked at the file and found a database. Throws sqlite::Error.
std::unique_ptr<sqlite::Connection> openReader(const std::filesystem::path& file, sqlite::Open mode);

}  // namespace troupe::journal
