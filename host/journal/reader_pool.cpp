#include "journal/reader_pool.hpp"

#include <utility>

#include "journal/lock_file.hpp"
#include "journal/migrations.hpp"
#include "journal/open.hpp"

namespace troupe::journal {
namespace {

constexpr std::size_t kIdleConnections = 4;

}  // namespace

std::unique_ptr<sqlite::Connection> ReaderPool::borrow() {
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      auto connection = std::move(idle_.back());
      idle_.pop_back();
      return connection;
    }
  }
  auto connection = open();
  if (!connection) return nullptr;
  const int version = journalVersion(*connection, file_, migrations());
  if (version == 0) return nullptr;  // its writer is about to fill it in
  if (version < migrations().back().version) {
    connection.reset();
    const LockFile lock(file_, "upgrade of the journal");
    openWriter(file_);
    connection = open();
  }
  return connection;
}

std::unique_ptr<sqlite::Connection> ReaderPool::open() const {
  std::error_code error;
  const auto size = std::filesystem::file_size(file_, error);
  if (error == std::errc::no_such_file_or_directory || error == std::errc::not_a_directory) return nullptr;
  if (error) {
    throw Failure(ExitCode::journal, "the journal " + file_.string() + " cannot be read: " + error.message() +
                                         "; make the file and its folder readable, or name another file with "
                                         "--journal");
  }
  if (size == 0) return nullptr;
  try {
    return openReader(file_, sqlite::Open::read);
  } catch (const sqlite::Error& failed) {
    // In a folder that cannot be written the log's shared index cannot be made. Without a log none is needed.
    const bool unwritable = failed.primaryCode() == SQLITE_CANTOPEN || failed.primaryCode() == SQLITE_READONLY;
    const auto log_size = std::filesystem::file_size(file_.string() + "-wal", error);
    if (!unwritable || (!error && log_size > 0)) throw;
    return openReader(file_, sqlite::Open::immutable);
  }
}

void ReaderPool::close() {
  const std::lock_guard lock(mutex_);
  idle_.clear();
}

void ReaderPool::giveBack(std::unique_ptr<sqlite::Connection> connection) {
  const std::lock_guard lock(mutex_);
  if (idle_.size() < kIdleConnections) idle_.push_back(std::move(connection));
}

}  // namespace troupe::journal
