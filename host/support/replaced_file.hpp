#pragma once

#include <sys/types.h>

#include <filesystem>
#include <fstream>
#include <ostream>

namespace troupe {

/// A file that is there whole or not at all: written beside its place, put there by commit(), with the permissions of
/// the file that it replaces. Whoever has that one open keeps it; a crash leaves it as it was. What is no plain file (a
/// device, a pipe) is written to directly. Throws Failure(journal) with the file and the reason.
class ReplacedFile {
 public:
  explicit ReplacedFile(const std::filesystem::path& path);
  /// Takes away what was not committed.
  ~ReplacedFile();
  ReplacedFile(const ReplacedFile&) = delete;
  ReplacedFile& operator=(const ReplacedFile&) = delete;

  std::ostream& out() { return out_; }
  /// Ends the writing; all of it is on the disk when this returns.
  void finish();
  /// What was written, until commit().
  const std::filesystem::path& written() const { return temporary_.empty() ? path_ : temporary_; }
  /// Puts the finished file in its place.
  void commit();

 private:
  void createBeside(mode_t mode);
  [[noreturn]] void fail() const;

  std::filesystem::path shown_;      ///< as it was named
  std::filesystem::path path_;       ///< where symbolic links lead
  std::filesystem::path temporary_;  ///< empty: written directly
  int file_ = -1;
  std::ofstream out_;
};

}  // namespace troupe
