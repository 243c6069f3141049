#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace troupe::journal {

/// "process 1234 (troupe run stories.json)" when the process that the lock file names lives, else "". Takes no lock.
std::string lockOwner(const std::filesystem::path& journal);

/// The right to write a journal: an exclusive flock on "<journal>.lock", whose content names its owner. The kernel
/// gives it back when the process ends, however it ends; the file stays, and what a dead owner left in it is
/// overwritten.
class LockFile {
 public:
  /// Throws Failure(journal), which names the owner, when another one has it.
  LockFile(const std::filesystem::path& journal, std::string_view command);
  LockFile(const LockFile&) = delete;
  LockFile& operator=(const LockFile&) = delete;
  ~LockFile();

 private:
  int file_ = -1;
};

}  // namespace troupe::journal
