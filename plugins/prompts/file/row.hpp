#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "record_reader.hpp"

namespace troupe::file_prompts {

/// One row of the file: its columns as text, in the order of the file.
struct Row {
  std::vector<std::pair<std::string, std::string>> columns;
  std::string messages;     // JSON: the column of that name, where it is a list; else empty
  bool has_system = false;  // its first message is a system message

  /// The column's text, or nullptr.
  const std::string* find(std::string_view column) const;
};

/// Reads a record into a row; `header` holds the columns of a CSV file. Returns what is wrong with it, or an empty
/// text. Numbers and truth values of JSON become text as they are written, null an empty text, lists and objects
/// compact JSON.
std::string readRow(const Record& record, const Layout& layout, const std::vector<std::string>& header, Row& row);

}  // namespace troupe::file_prompts
