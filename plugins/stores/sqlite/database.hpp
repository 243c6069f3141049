#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <troupe/troupe.hpp>

namespace troupe::sqlite_store {

/// A SQLite error as the class and the sentence that the user gets; `path` is the database file, `system_error` the
/// errno behind it.
Error describe(int sqlite_code, std::string_view sqlite_message, const std::string& path, int system_error = 0);

class Database;

/// A prepared statement. Texts that are bound must outlive the next step(). Used by one thread at a time.
class Statement {
 public:
  Statement(Database& database, std::string_view sql);

  void bind(int column, std::string_view text);
  void bind(int column, std::int64_t value);
  void bind(int column, double value);
  void bindNull(int column);
  /// True when there is a row. Throws on errors; the statement is then reset.
  bool step();
  std::int64_t integer(int column) const;
  std::string text(int column) const;
  void reset();

 private:
  void check(int code);

  Database* database_;
  std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)> statement_;
};

/// One connection. Used by one thread at a time.
class Database {
 public:
  /// Opens the file, or makes it; throws troupe::Error.
  explicit Database(const std::string& path);

  void execute(const std::string& sql);
  std::int64_t integer(std::string_view sql);
  std::string text(std::string_view sql);
  bool inTransaction() const { return sqlite3_get_autocommit(handle_.get()) == 0; }
  /// Rolls back if a transaction is open; never throws.
  void rollback() noexcept;
  /// The last error of this connection.
  Error error(int sqlite_code) const;
  sqlite3* handle() const { return handle_.get(); }
  const std::string& path() const { return path_; }

 private:
  const std::string path_;
  std::unique_ptr<sqlite3, int (*)(sqlite3*)> handle_;
};

}  // namespace troupe::sqlite_store
