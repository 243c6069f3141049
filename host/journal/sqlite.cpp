#include "journal/sqlite.hpp"

namespace troupe::journal::sqlite {
namespace {

// How long one connection waits for another one's lock; writers hold theirs for milliseconds.
constexpr int kBusyTimeoutMs = 10000;

// The file as a URI: what is special there is escaped.
std::string immutableUri(const std::filesystem::path& file) {
  std::string uri = "file:";
  for (const char c : std::filesystem::absolute(file).string()) {
    if (c == '%' || c == '?' || c == '#') {
      constexpr char kHex[] = "0123456789abcdef";
      const auto byte = static_cast<unsigned char>(c);
      uri += '%';
      uri += kHex[byte >> 4];
      uri += kHex[byte & 15];
    } else {
      uri += c;
    }
  }
  return uri + "?immutable=1";
}

}  // namespace

void check(sqlite3* connection, int code) {
  if (code == SQLITE_OK || code == SQLITE_ROW || code == SQLITE_DONE) return;
  throw Error(sqlite3_extended_errcode(connection), sqlite3_system_errno(connection), sqlite3_errmsg(connection));
}

Statement::Statement(sqlite3* connection, std::string_view sql) {
  check(connection, sqlite3_prepare_v3(connection, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT,
                                       &statement_, nullptr));
}

void Statement::bind(int place, std::int64_t value, bool) {
  check(sqlite3_db_handle(statement_), sqlite3_bind_int64(statement_, place, value));
}

void Statement::bind(int place, double value, bool) {
  check(sqlite3_db_handle(statement_), sqlite3_bind_double(statement_, place, value));
}

void Statement::bind(int place, std::string_view value, bool copy) {
  const char* begin = value.data() != nullptr ? value.data() : "";
  check(sqlite3_db_handle(statement_), sqlite3_bind_text64(statement_, place, begin, value.size(),
                                                           copy ? SQLITE_TRANSIENT : SQLITE_STATIC, SQLITE_UTF8));
}

void Statement::bindNull(int place) { check(sqlite3_db_handle(statement_), sqlite3_bind_null(statement_, place)); }

bool Statement::step() {
  const int code = sqlite3_step(statement_);
  check(sqlite3_db_handle(statement_), code);
  return code == SQLITE_ROW;
}

void Statement::reset() noexcept { sqlite3_reset(statement_); }

std::string Statement::text(int column) const {
  const auto* begin = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  if (begin == nullptr) return {};
  return {begin, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

Connection::Connection(const std::filesystem::path& file, Open mode) {
  const int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE | SQLITE_OPEN_EXRESCODE |
                    (mode == Open::write       ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
                     : mode == Open::immutable ? SQLITE_OPEN_READONLY | SQLITE_OPEN_URI
                                               : SQLITE_OPEN_READONLY);
  sqlite3* opened = nullptr;
  const int code =
      sqlite3_open_v2((mode == Open::immutable ? immutableUri(file) : file.string()).c_str(), &opened, flags, nullptr);
  handle_.reset(opened);  // given even with an error, which it explains
  if (opened == nullptr) throw Error(SQLITE_NOMEM, 0, "out of memory");
  check(opened, code);
  sqlite3_busy_timeout(opened, kBusyTimeoutMs);
  sqlite3_db_config(opened, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(opened, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
}

void Connection::script(const std::string& sql) {
  check(handle(), sqlite3_exec(handle(), sql.c_str(), nullptr, nullptr, nullptr));
}

std::int64_t Connection::number(const std::string& sql, std::int64_t otherwise) {
  Statement statement(handle(), sql);
  return statement.step() ? statement.integer(0) : otherwise;
}

Statement& Connection::prepared(const char* sql) {
  auto& statement = statements_[sql];
  if (!statement) statement = std::make_unique<Statement>(handle(), sql);
  return *statement;
}

Transaction::Transaction(Connection& connection, Kind kind) : connection_(connection) {
  if (kind == Kind::write) {
    connection_.execute("BEGIN IMMEDIATE");
  } else {
    connection_.execute("BEGIN");
  }
}

Transaction::~Transaction() {
  if (!open_ || sqlite3_get_autocommit(connection_.handle()) != 0) return;
  sqlite3_exec(connection_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void Transaction::commit() {
  connection_.execute("COMMIT");
  open_ = false;
}

}  // namespace troupe::journal::sqlite
