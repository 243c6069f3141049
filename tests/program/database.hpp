#pragma once

#include <sqlite3.h>

#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace troupe::test {

/// Rows of a SQLite file as text ("" for NULL), read with a connection of its own.
inline std::vector<std::vector<std::string>> query(const std::filesystem::path& file, const std::string& sql) {
  sqlite3* raw = nullptr;
  const int opened = sqlite3_open_v2(file.c_str(), &raw, SQLITE_OPEN_READWRITE, nullptr);
  const std::unique_ptr<sqlite3, decltype(&sqlite3_close)> database(raw, &sqlite3_close);
  if (opened != SQLITE_OK) throw std::runtime_error(file.string() + ": " + sqlite3_errmsg(raw));
  sqlite3_busy_timeout(raw, 10'000);
  std::vector<std::vector<std::string>> rows;
  char* message = nullptr;
  const int code = sqlite3_exec(
      raw, sql.c_str(),
      [](void* to, int columns, char** values, char**) {
        std::vector<std::string> row;
        for (int i = 0; i < columns; ++i) row.emplace_back(values[i] == nullptr ? "" : values[i]);
        static_cast<std::vector<std::vector<std::string>>*>(to)->push_back(std::move(row));
        return 0;
      },
      &rows, &message);
  const std::string text = message == nullptr ? "" : message;
  sqlite3_free(message);
  if (code != SQLITE_OK) throw std::runtime_error(file.string() + ": " + sql + ": " + text);
  return rows;
}

/// The one value of a query.
inline std::string value(const std::filesystem::path& file, const std::string& sql) {
  const auto rows = query(file, sql);
  if (rows.size() != 1 || rows[0].size() != 1) throw std::runtime_error(sql + ": not one value");
  return rows[0][0];
}

}  // namespace troupe::test
