#pragma once

#include <sqlite3.h>

#include <concepts>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_map>

/// SQLite's C API with owners: nothing leaks, every error is an exception, every value is bound.
namespace troupe::journal::sqlite {

/// What SQLite refused, with its extended result code and the errno behind it (0 when there is none).
class Error : public std::runtime_error {
 public:
  Error(int code, int system_error, const std::string& message)
      : std::runtime_error(message), code_(code), system_error_(system_error) {}
  int code() const noexcept { return code_; }
  int primaryCode() const noexcept { return code_ & 0xff; }
  int systemError() const noexcept { return system_error_; }

 private:
  int code_;
  int system_error_;
};

/// One prepared statement. Not thread-safe, like its connection.
class Statement {
 public:
  Statement(sqlite3* connection, std::string_view sql);
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  ~Statement() { sqlite3_finalize(statement_); }

  /// Binds one parameter, 1-based. Text is borrowed until reset() when `copy` is false.
  void bind(int place, std::int64_t value, bool copy);
  void bind(int place, double value, bool copy);
  void bind(int place, std::string_view value, bool copy);
  void bindNull(int place);

  template <typename Value>
  void bindValue(int place, const Value& value, bool copy) {
    if constexpr (std::integral<Value>) {
      bind(place, static_cast<std::int64_t>(value), copy);
    } else if constexpr (std::floating_point<Value>) {
      bind(place, static_cast<double>(value), copy);
    } else if constexpr (std::convertible_to<const Value&, std::string_view>) {
      bind(place, std::string_view(value), copy);
    } else {
      if (value) {
        bindValue(place, *value, copy);
      } else {
        bindNull(place);
      }
    }
  }

  /// True while there is a row.
  bool step();
  /// Makes it ready to run again; a read transaction that it held ends.
  void reset() noexcept;

  bool isNull(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }
  std::int64_t integer(int column) const { return sqlite3_column_int64(statement_, column); }
  double real(int column) const { return sqlite3_column_double(statement_, column); }
  std::string text(int column) const;

 private:
  sqlite3_stmt* statement_ = nullptr;
};

/// The rows of one execution of a cached statement, which is reset at the end of this object's life.
class Query {
 public:
  explicit Query(Statement& statement) : statement_(&statement) {}
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;
  ~Query() { statement_->reset(); }

  bool next() { return statement_->step(); }
  bool isNull(int column) const { return statement_->isNull(column); }
  std::int64_t integer(int column) const { return statement_->integer(column); }
  int number(int column) const { return static_cast<int>(statement_->integer(column)); }
  bool truth(int column) const { return statement_->integer(column) != 0; }
  double real(int column) const { return statement_->real(column); }
  std::string text(int column) const { return statement_->text(column); }

 private:
  Statement* statement_;
};

enum class Open { read, immutable, write };

/// One database connection with its prepared statements. Used by one thread at a time.
class Connection {
 public:
  Connection(const std::filesystem::path& file, Open mode);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  sqlite3* handle() const { return handle_.get(); }

  /// Runs a query. `sql` must be a string literal: statements are kept by its address.
  template <typename... Values>
  Query query(const char* sql, const Values&... values) {
    auto& statement = prepared(sql);
    int place = 0;
    (statement.bindValue(++place, values, true), ...);
    return Query(statement);
  }

  /// Runs a statement that gives no rows. `sql` must be a string literal.
  template <typename... Values>
  void execute(const char* sql, const Values&... values) {
    auto& statement = prepared(sql);
    int place = 0;
    (statement.bindValue(++place, values, false), ...);
    const Query run(statement);
    statement.step();
  }

  /// Runs any number of statements without parameters or results.
  void script(const std::string& sql);
  /// The first column of the first row as a number, or `otherwise` without a row.
  std::int64_t number(const std::string& sql, std::int64_t otherwise = 0);

 private:
  struct Close {
    void operator()(sqlite3* connection) const noexcept { sqlite3_close(connection); }
  };
  Statement& prepared(const char* sql);

  std::unique_ptr<sqlite3, Close> handle_;
  std::unordered_map<const char*, std::unique_ptr<Statement>> statements_;  // destroyed before handle_
};

/// BEGIN … COMMIT; rolled back when commit() was not reached.
class Transaction {
 public:
  enum class Kind { read, write };
  Transaction(Connection& connection, Kind kind);
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction();
  void commit();

 private:
  Connection& connection_;
  bool open_ = true;
};

/// Throws Error with the connection's message when `code` is an error.
void check(sqlite3* connection, int code);

}  // namespace troupe::journal::sqlite
