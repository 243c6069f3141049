#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "support/number_text.hpp"

/// Text for people: what the commands `troupe runs …` print.
namespace troupe::cli {

/// "2026-11-22 15:49" in local time; "-" for 0.
std::string timeText(std::int64_t unix_ms);
/// "61.2 s", "12 min 5 s", "3 h 20 min".
std::string durationText(std::int64_t ms);
using troupe::flooredText;
/// Without control characters, so that an answer of a model cannot steer the terminal; line breaks and tabs stay when
/// `lines`.
std::string printable(std::string_view text, bool lines);
/// Printable text with every line behind `indent`.
std::string indented(std::string_view text, std::string_view indent);

/// Columns as wide as their widest cell; numbers to the right.
class Table {
 public:
  struct Column {
    std::string title;
    bool right = false;
  };
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}
  void add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  /// A line each, with `indent` in front and without blanks at the end.
  std::string text(std::string_view indent = "") const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace troupe::cli
