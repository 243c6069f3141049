#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <troupe/troupe.hpp>

#include "input_file.hpp"
#include "record_reader.hpp"
#include "row.hpp"
#include "support/prompt_template.hpp"

namespace troupe::file_prompts {

/// Makes prompts of the rows of a file. One pass at the start checks all rows and keeps where each begins (8 bytes a
/// row); a row is read again when it is its turn. Nothing changes after the constructor. [any thread]
class FilePrompts {
 public:
  using Log = std::function<void(int level, const std::string& message)>;

  /// Throws troupe::Error when the file or a template cannot be used.
  FilePrompts(const Options& options, const Log& log);

  /// The prompt as it goes to the port, as JSON; nothing after the last row.
  std::optional<std::string> make(std::uint64_t index) const;
  std::uint64_t rows() const { return offsets_.size(); }

 private:
  class BadRows;

  std::uint64_t readHeader(RecordReader& reader, bool has_header);
  void scan(const Options& options, const Log& log);
  void checkTemplates(const std::vector<std::string>& columns) const;
  /// Why this row makes no prompt; empty when it does.
  std::string faultOf(const Row& row) const;
  std::string promptOf(const Row& row) const;

  InputFile file_;
  Layout layout_;
  std::vector<std::string> header_;  // columns of a CSV file
  bool has_template_ = false;
  prompts::PromptTemplate template_;
  bool has_system_ = false;
  prompts::PromptTemplate system_;
  bool shuffle_ = false;
  std::uint64_t shuffle_seed_ = 0;
  std::uint64_t repeat_ = 1;  // 0: for ever
  std::vector<std::uint64_t> offsets_;
};

}  // namespace troupe::file_prompts
