#include "journal/open.hpp"

#include <string>

#include "journal/migrations.hpp"
#include "support/problem.hpp"

namespace troupe::journal {
namespace {

// Page caches in KiB: what a journal costs in memory, however big its file is.
constexpr int kWriterCacheKiB = 4096;
constexpr int kReaderCacheKiB = 1024;
// The log is cut to this size when it is begun anew.
constexpr int kLogBytes = 32 << 20;

}  // namespace

std::unique_ptr<sqlite::Connection> openWriter(const std::filesystem::path& file) {
  auto connection = std::make_unique<sqlite::Connection>(file, sqlite::Open::write);
  if (sqlite3_db_readonly(connection->handle(), "main") == 1) {
    throw sqlite::Error(SQLITE_READONLY, 0, "attempt to write a readonly database");
  }
  journalVersion(*connection, file, migrations());  // before anything is changed
  {
    sqlite::Statement mode(connection->handle(), "PRAGMA journal_mode = WAL");
    if (!mode.step() || mode.text(0) != "wal") {
      throw Failure(ExitCode::journal, "the journal " + file.string() +
                                           " is on a file system without shared memory; put it on a local disk with "
                                           "--journal");
    }
  }
  connection->script("PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = -" +
                     std::to_string(kWriterCacheKiB) + "; PRAGMA journal_size_limit = " + std::to_string(kLogBytes));
  migrate(*connection, file);
  return connection;
}

std::unique_ptr<sqlite::Connection> openReader(const std::filesystem::path& file, sqlite::Open mode) {
  auto connection = std::make_unique<sqlite::Connection>(file, mode);
  sqlite3_db_config(connection->handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  connection->script("PRAGMA cache_size = -" + std::to_string(kReaderCacheKiB));
  connection->number("SELECT count(*) FROM sqlite_master");
  return connection;
}

}  // namespace troupe::journal
