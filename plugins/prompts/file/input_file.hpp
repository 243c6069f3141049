#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include <troupe/troupe.hpp>

namespace troupe::file_prompts {

/// A regular file that must stay as it is while it is used. [any thread]
class InputFile {
 public:
  /// Throws troupe::Error when it cannot be opened.
  explicit InputFile(const std::string& path);
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;
  ~InputFile();

  /// Reads up to `size` bytes from `offset`; 0 at the end.
  std::size_t read(std::uint64_t offset, char* buffer, std::size_t size) const;
  /// Throws when size or time of change are not those of the opening.
  void throwIfChanged() const;
  std::uint64_t size() const { return size_; }
  const std::string& path() const { return path_; }

 private:
  const std::string path_;
  int fd_ = -1;
  std::uint64_t size_ = 0;
  std::int64_t changed_s_ = 0;
  std::int64_t changed_ns_ = 0;
};

}  // namespace troupe::file_prompts
