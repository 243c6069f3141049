#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "input_file.hpp"

namespace troupe::file_prompts {

enum class Format { kJsonl, kCsv, kLines };

/// How the rows of the file are written.
struct Layout {
  Format format = Format::kLines;
  char delimiter = ',';
};

/// The raw text of one row.
struct Record {
  std::uint64_t offset = 0;  // of its first byte in the file
  std::uint64_t line = 0;    // from 1
  std::string text;          // without the end of its last line
  std::string fault;         // why it cannot be used; empty when it can
};

/// Cuts a file into rows, in pieces, from any offset on. Blank lines between rows are passed over. A row may have 4
/// MiB.
class RecordReader {
 public:
  /// Reads `piece` bytes at a time. `offset` is where a row begins, `line` its number.
  RecordReader(const InputFile& file, Layout layout, std::uint64_t offset, std::uint64_t line, std::size_t piece);

  /// False at the end of the file.
  bool next(Record& record);
  /// Goes back to the line after the first one of the record that next() has just given: where it is likely that a
  /// stray quote made one row of several.
  void resumeAfterFirstLine();
  void seek(std::uint64_t offset, std::uint64_t line);

 private:
  static constexpr std::size_t kMaxRecord = 4U << 20U;

  /// Appends a line, without its line feed, to `text`; beyond the limit it is passed over. False at the end of the
  /// file.
  bool readLine(std::string& text, bool& too_long);
  bool fillBuffer();

  const InputFile& file_;
  const Layout layout_;
  std::vector<char> buffer_;
  std::size_t filled_ = 0;       // bytes in the buffer
  std::size_t used_ = 0;         // of them, passed already
  std::uint64_t buffer_at_ = 0;  // offset of the buffer in the file
  std::uint64_t line_ = 0;       // number of the next line
  std::uint64_t second_line_offset_ = 0;
  std::uint64_t second_line_ = 0;
};

}  // namespace troupe::file_prompts
