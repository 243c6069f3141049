#include <sqlite3.h>

#include <cstdint>
#include <memory>

#include <troupe/troupe.hpp>

#include "known_stories.hpp"

namespace troupe::novelty {

namespace {

constexpr std::int64_t kApplicationId = 0x54525354;  // of store.sqlite
constexpr int kBusyMs = 5000;

using Connection = std::unique_ptr<sqlite3, int (*)(sqlite3*)>;
using Statement = std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)>;

[[noreturn]] void fail(const std::string& path, sqlite3* connection, int code) {
  const bool busy = (code & 0xff) == SQLITE_BUSY;
  throw Error(busy ? TROUPE_E_OVERLOADED : TROUPE_E_PERMANENT_REQUEST,
              path + ": " + (connection != nullptr ? sqlite3_errmsg(connection) : sqlite3_errstr(code)));
}

Connection open(const std::string& path) {
  sqlite3* raw = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &raw, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, nullptr);
  Connection connection(raw, sqlite3_close);
  if (code != SQLITE_OK) fail(path, raw, code);
  sqlite3_busy_timeout(raw, kBusyMs);
  return connection;
}

Statement prepare(const std::string& path, sqlite3* connection, const char* sql) {
  sqlite3_stmt* raw = nullptr;
  const int code = sqlite3_prepare_v2(connection, sql, -1, &raw, nullptr);
  if (code != SQLITE_OK) fail(path, connection, code);
  return {raw, sqlite3_finalize};
}

std::string textAt(sqlite3_stmt* statement, int column) {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, column));
  return text == nullptr ? std::string()
                         : std::string(text, static_cast<std::size_t>(sqlite3_column_bytes(statement, column)));
}

}  // namespace

void checkTable(const std::string& path) {
  const auto connection = open(path);
  const auto statement = prepare(path, connection.get(), "PRAGMA application_id");
  const int code = sqlite3_step(statement.get());
  if (code != SQLITE_ROW) fail(path, connection.get(), code);
  if (sqlite3_column_int64(statement.get(), 0) != kApplicationId)
    throw Error(TROUPE_E_PERMANENT_REQUEST,
                path + ": this database is none of troupe.store.sqlite; name one, or an export as JSON Lines");
}

void readTable(const std::string& path, const std::string& other_than_run, std::size_t limit,
               const std::function<bool(FiledStory)>& each) {
  checkTable(path);
  const auto connection = open(path);
  const auto statement =
      prepare(path, connection.get(), "SELECT run, idx, text FROM stories WHERE run <> ?1 ORDER BY id DESC LIMIT ?2");
  sqlite3_bind_text(statement.get(), 1, other_than_run.data(), static_cast<int>(other_than_run.size()), SQLITE_STATIC);
  sqlite3_bind_int64(statement.get(), 2, static_cast<std::int64_t>(limit));
  for (;;) {
    const int code = sqlite3_step(statement.get());
    if (code == SQLITE_DONE) return;
    if (code != SQLITE_ROW) fail(path, connection.get(), code);
    FiledStory story;
    story.run = textAt(statement.get(), 0);
    story.name = "sample " + textAt(statement.get(), 1) + " of " + story.run;
    story.text = textAt(statement.get(), 2);
    if (!each(std::move(story))) return;
  }
}

}  // namespace troupe::novelty
