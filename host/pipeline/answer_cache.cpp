#include "pipeline/answer_cache.hpp"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

#include "journal/sqlite.hpp"
#include "support/unix_time.hpp"

namespace troupe::pipeline {
namespace {

namespace fs = std::filesystem;
namespace sqlite = journal::sqlite;

constexpr int kBusyTimeoutMs = 2000;  // Others write for milliseconds; a call must not wait long for them.

bool isCorrupt(const sqlite::Error& error) {
  return error.primaryCode() == SQLITE_CORRUPT || error.primaryCode() == SQLITE_NOTADB;
}

// SQLite gives its own files beside it the same mode.
void createPrivately(const fs::path& file) {
  const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) throw std::system_error(errno, std::generic_category());
  ::close(fd);
}

}  // namespace

AnswerCache::AnswerCache(fs::path file, Warn warn) : file_(std::move(file)), warn_(std::move(warn)) {
  try {
    if (file_.has_parent_path()) fs::create_directories(file_.parent_path());
    try {
      open();
    } catch (const sqlite::Error& e) {
      if (!isCorrupt(e)) throw;
      setAside(e.what());
      open();
    }
  } catch (const std::exception& e) {
    fail(e.what());
  }
}

AnswerCache::~AnswerCache() = default;

void AnswerCache::open() {
  createPrivately(file_);
  auto connection = std::make_unique<sqlite::Connection>(file_, sqlite::Open::write);
  sqlite3_busy_timeout(connection->handle(), kBusyTimeoutMs);
  connection->script(
      "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; "
      "CREATE TABLE IF NOT EXISTS answers (key TEXT PRIMARY KEY, answer TEXT NOT NULL, at INTEGER NOT NULL) STRICT");
  connection->number("SELECT count(*) FROM (SELECT key, answer, at FROM answers LIMIT 1)");
  connection_ = std::move(connection);
}

void AnswerCache::setAside(const std::string& why) {
  connection_.reset();
  const auto to = file_.string() + ".corrupt-" + std::to_string(unixMs());
  fs::rename(file_, to);
  for (const auto* suffix : {"-wal", "-shm"}) {
    std::error_code ignored;
    fs::rename(file_.string() + suffix, to + suffix, ignored);
  }
  set_aside_ = true;
  warn_("the response cache " + file_.string() + " cannot be read (" + why + "); it is kept as " + to +
        ", and a new one is begun");
}

void AnswerCache::fail(const std::string& why) {
  connection_.reset();
  warn_("the response cache " + file_.string() + " is not used any more: " + why +
        "; answers are neither kept nor looked up");
}

// With the mutex held.
void AnswerCache::guarded(const std::function<void()>& use) {
  if (!connection_) return;
  try {
    try {
      use();
    } catch (const sqlite::Error& e) {
      if (!isCorrupt(e) || set_aside_) throw;
      setAside(e.what());
      open();
    }
  } catch (const std::exception& e) {
    fail(e.what());
  }
}

std::optional<std::string> AnswerCache::find(const std::string& key) {
  std::optional<std::string> found;
  const std::lock_guard lock(mutex_);
  guarded([&] {
    auto query = connection_->query("SELECT answer FROM answers WHERE key = ?", key);
    if (query.next()) found = query.text(0);
  });
  return found;
}

void AnswerCache::keep(const std::string& key, const std::string& answer) {
  const std::lock_guard lock(mutex_);
  guarded([&] {
    connection_->execute("INSERT OR REPLACE INTO answers (key, answer, at) VALUES (?, ?, ?)", key, answer, unixMs());
  });
}

}  // namespace troupe::pipeline
