#include "csv.hpp"

#include <algorithm>
#include <utility>

namespace troupe::file_prompts {

bool CsvQuotes::open(std::string_view line) {
  for (const char c : line) {
    switch (state_) {
      case State::kFieldStart:
        state_ = c == '"' ? State::kQuoted : c == delimiter_ ? State::kFieldStart : State::kPlain;
        break;
      case State::kPlain:
        if (c == delimiter_) state_ = State::kFieldStart;
        break;
      case State::kQuoted:
        if (c == '"') state_ = State::kQuoteInQuoted;
        break;
      case State::kQuoteInQuoted:
        state_ = c == '"' ? State::kQuoted : c == delimiter_ ? State::kFieldStart : State::kPlain;
        break;
    }
  }
  return state_ == State::kQuoted;
}

std::string splitCsv(std::string_view record, char delimiter, std::vector<std::string>& fields) {
  fields.clear();
  std::size_t i = 0;
  while (true) {
    std::string field;
    if (i < record.size() && record[i] == '"') {
      for (++i;; ++i) {
        if (i == record.size()) return "a quoted field is never closed";
        if (record[i] != '"') {
          field += record[i];
        } else if (i + 1 < record.size() && record[i + 1] == '"') {
          field += record[i++];
        } else {
          break;
        }
      }
      ++i;
      if (i < record.size() && record[i] != delimiter) return "text after the closing quote of a field";
    } else {
      const std::size_t end = std::min(record.find(delimiter, i), record.size());
      field = record.substr(i, end - i);
      i = end;
    }
    fields.push_back(std::move(field));
    if (i >= record.size()) return "";
    ++i;  // the delimiter; a field follows, if only an empty one
  }
}

}  // namespace troupe::file_prompts
