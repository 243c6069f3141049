#include "database.hpp"

#include <cstring>
#include <filesystem>

namespace troupe::sqlite_store {
namespace {

/// Why SQLite cannot open this file, in words of the file system; empty when it is nothing that can be seen from here.
std::string whyNotOpened(const std::string& path) {
  namespace fs = std::filesystem;
  std::error_code ec;
  const fs::path folder = fs::absolute(path, ec).parent_path();
  if (fs::is_directory(path, ec)) return "it is a folder";
  if (!fs::exists(folder, ec))
    return "the folder \"" + folder.string() + "\" does not exist; create it, or change \"path\"";
  if (!fs::is_directory(folder, ec)) return "\"" + folder.string() + "\" is a file, not a folder; change \"path\"";
  return "";
}

}  // namespace

Error describe(int sqlite_code, std::string_view sqlite_message, const std::string& path, int system_error) {
  const auto sentence = [&](std::string_view fact) {
    return path + ": " + std::string(fact) + " (SQLite: " + std::string(sqlite_message) + ")";
  };
  switch (sqlite_code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
      return {TROUPE_E_OVERLOADED, sentence("another program has locked the database")};
    case SQLITE_FULL:
      return {TROUPE_E_TRANSIENT, sentence("the disk is full; make room and the row will be saved")};
    case SQLITE_IOERR:
      return {TROUPE_E_TRANSIENT,
              sentence(system_error == 0 ? "the disk is full or fails" : std::strerror(system_error))};
    case SQLITE_NOMEM:
      return {TROUPE_E_TRANSIENT, sentence("out of memory")};
    case SQLITE_CORRUPT:
      return {TROUPE_E_PERMANENT_REQUEST, sentence("the database is damaged; save what can be read with `sqlite3 FILE "
                                                   ".recover`, or choose another \"path\"")};
    case SQLITE_NOTADB:
      return {TROUPE_E_PERMANENT_REQUEST, sentence("this file is no SQLite database; choose another \"path\"")};
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return {TROUPE_E_PERMANENT_REQUEST,
              sentence("the database may not be written; check its rights and those of its folder")};
    case SQLITE_CANTOPEN: {
      const std::string why = whyNotOpened(path);
      return {
          TROUPE_E_PERMANENT_REQUEST,
          why.empty() ? sentence("cannot be opened; check the rights of the file and its folder") : path + ": " + why};
    }
    case SQLITE_TOOBIG:
      return {TROUPE_E_PERMANENT_REQUEST, sentence("the sample is larger than a row may be")};
    case SQLITE_CONSTRAINT:
      return {TROUPE_E_PERMANENT_REQUEST, sentence("the database refuses the row")};
    default:
      return {TROUPE_E_INTERNAL, sentence("error " + std::to_string(sqlite_code))};
  }
}

Statement::Statement(Database& database, std::string_view sql)
    : database_(&database), statement_(nullptr, &sqlite3_finalize) {
  sqlite3_stmt* raw = nullptr;
  const int code = sqlite3_prepare_v3(database.handle(), sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &raw, nullptr);
  statement_.reset(raw);
  if (code != SQLITE_OK) throw database.error(code);
}

void Statement::bind(int column, std::string_view text) {
  // A null pointer would bind NULL where an empty text is meant.
  check(sqlite3_bind_text64(statement_.get(), column, text.data() == nullptr ? "" : text.data(), text.size(),
                            SQLITE_STATIC, SQLITE_UTF8));
}
void Statement::bind(int column, std::int64_t value) { check(sqlite3_bind_int64(statement_.get(), column, value)); }
void Statement::bind(int column, double value) { check(sqlite3_bind_double(statement_.get(), column, value)); }
void Statement::bindNull(int column) { check(sqlite3_bind_null(statement_.get(), column)); }

bool Statement::step() {
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  const Error error = database_->error(code);
  reset();
  throw error;
}

std::int64_t Statement::integer(int column) const { return sqlite3_column_int64(statement_.get(), column); }
std::string Statement::text(int column) const {
  const auto* p = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
  return p == nullptr ? std::string()
                      : std::string(p, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column)));
}
void Statement::reset() { sqlite3_reset(statement_.get()); }
void Statement::check(int code) {
  if (code != SQLITE_OK) throw database_->error(code);
}

Database::Database(const std::string& path) : path_(path), handle_(nullptr, &sqlite3_close) {
  sqlite3* raw = nullptr;
  // No mutex in SQLite: one thread at a time uses the connection anyway.
  const int code =
      sqlite3_open_v2(path.c_str(), &raw, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  handle_.reset(raw);
  if (code != SQLITE_OK) throw describe(code, raw == nullptr ? "out of memory" : sqlite3_errmsg(raw), path);
  sqlite3_extended_result_codes(raw, 1);
  if (sqlite3_db_readonly(raw, "main") == 1) throw describe(SQLITE_READONLY, "the file is read-only", path);
}

void Database::execute(const std::string& sql) {
  const int code = sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) throw error(code);
}
std::int64_t Database::integer(std::string_view sql) {
  Statement statement(*this, sql);
  return statement.step() ? statement.integer(0) : 0;
}
std::string Database::text(std::string_view sql) {
  Statement statement(*this, sql);
  return statement.step() ? statement.text(0) : std::string();
}
void Database::rollback() noexcept {
  if (inTransaction()) sqlite3_exec(handle_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
}
Error Database::error(int sqlite_code) const {
  return describe(sqlite_code, sqlite3_errmsg(handle_.get()), path_, sqlite3_system_errno(handle_.get()));
}

}  // namespace troupe::sqlite_store
