#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace troupe::file_prompts {

/// Follows the quotes of a CSV record line by line.
class CsvQuotes {
 public:
  explicit CsvQuotes(char delimiter) : delimiter_(delimiter) {}
  /// Takes the next line of the record, without its line feed. True while a quoted field goes on in the line after it.
  bool open(std::string_view line);

 private:
  enum class State { kFieldStart, kPlain, kQuoted, kQuoteInQuoted };
  const char delimiter_;
  State state_ = State::kFieldStart;
};

/// Cuts one record into its fields (RFC 4180; a quote inside a field that does not begin with one is an ordinary
/// character). Returns what is wrong with it, or an empty text.
std::string splitCsv(std::string_view record, char delimiter, std::vector<std::string>& fields);

}  // namespace troupe::file_prompts
