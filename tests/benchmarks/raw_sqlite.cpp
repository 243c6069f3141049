#include <sqlite3.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "benchmarks/bench.hpp"

namespace troupe::bench {
namespace {

using Database = std::unique_ptr<sqlite3, decltype(&sqlite3_close)>;
using Statement = std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)>;
using Value = std::unique_ptr<sqlite3_value, decltype(&sqlite3_value_free)>;

Database open(const std::filesystem::path& file) {
  sqlite3* raw = nullptr;
  if (sqlite3_open(file.c_str(), &raw) != SQLITE_OK) throw std::runtime_error("cannot open " + file.string());
  return {raw, &sqlite3_close};
}

void execute(sqlite3* db, const std::string& sql) {
  char* error = nullptr;
  if (sqlite3_exec(db, sql.c_str(), nullptr, nullptr, &error) != SQLITE_OK)
    throw std::runtime_error(sql + ": " + error);
}

Statement prepare(sqlite3* db, const std::string& sql) {
  sqlite3_stmt* raw = nullptr;
  if (sqlite3_prepare_v2(db, sql.c_str(), -1, &raw, nullptr) != SQLITE_OK)
    throw std::runtime_error(sql + ": " + sqlite3_errmsg(db));
  return {raw, &sqlite3_finalize};
}

struct Table {
  std::string name;
  int columns = 0;
  std::vector<std::vector<Value>> rows;
};

std::vector<Table> readAll(sqlite3* db, std::vector<std::string>& schema) {
  std::vector<Table> tables;
  auto list = prepare(db, "SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY rowid");
  while (sqlite3_step(list.get()) == SQLITE_ROW) {
    const auto column = [&](int i) {
      return std::string(reinterpret_cast<const char*>(sqlite3_column_text(list.get(), i)));
    };
    schema.push_back(column(2));
    if (column(0) != "table") continue;
    Table table;
    table.name = column(1);
    auto rows = prepare(db, "SELECT * FROM \"" + table.name + "\"");
    table.columns = sqlite3_column_count(rows.get());
    while (sqlite3_step(rows.get()) == SQLITE_ROW) {
      std::vector<Value> row;
      for (int i = 0; i < table.columns; ++i)
        row.emplace_back(sqlite3_value_dup(sqlite3_column_value(rows.get(), i)), &sqlite3_value_free);
      table.rows.push_back(std::move(row));
    }
    tables.push_back(std::move(table));
  }
  return tables;
}

double insert(const std::filesystem::path& from, const std::filesystem::path& to) {
  constexpr std::size_t kGroup = 256;  // Rows of a transaction, as the journal groups them at least.
  std::vector<std::string> schema;
  const auto tables = readAll(open(from).get(), schema);
  const auto db = open(to);
  execute(db.get(), "PRAGMA journal_mode=WAL");
  execute(db.get(), "PRAGMA synchronous=FULL");
  for (const auto& sql : schema) execute(db.get(), sql);
  const auto began = Clock::now();
  std::size_t in_group = 0;
  execute(db.get(), "BEGIN");
  for (const auto& table : tables) {
    std::string marks = "?";
    for (int i = 1; i < table.columns; ++i) marks += ",?";
    const auto statement = prepare(db.get(), "INSERT INTO \"" + table.name + "\" VALUES (" + marks + ")");
    for (const auto& row : table.rows) {
      for (int i = 0; i < table.columns; ++i)
        sqlite3_bind_value(statement.get(), i + 1, row[static_cast<std::size_t>(i)].get());
      if (sqlite3_step(statement.get()) != SQLITE_DONE)
        throw std::runtime_error(table.name + ": " + sqlite3_errmsg(db.get()));
      sqlite3_reset(statement.get());
      if (++in_group == kGroup) {
        execute(db.get(), "COMMIT; BEGIN");
        in_group = 0;
      }
    }
  }
  execute(db.get(), "COMMIT");
  return secondsSince(began);
}

}  // namespace

double insertAgain(const std::filesystem::path& journal, const std::filesystem::path& stories,
                   const std::filesystem::path& folder) {
  return insert(journal, folder / "raw-journal.db") + insert(stories, folder / "raw-stories.db");
}

}  // namespace troupe::bench
